"""The published table of animals10, with four made-up rows whose order and differences are known."""

import pytest

from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError
from auxiliary.evaluation.intervals import wilson_interval
from tools import conclusions_section, published_section
from tools.conclusions import CONCLUSIONS
from tools.published_table import PublishedTable

# Published 0.566845, 0.542399, 0.525974 and 0.663484: one pair of the four changes places.
CORRECT = {"base_upsamp_augment+": 600, "base_meansamp_augment+": 500, "base_downsamp_augment+": 550,
           "conv3_dense1": 700}


@pytest.fixture(scope="module")
def profile():
    return load_profile("animals10")


@pytest.fixture
def rows(profile, results_of):
    """Makes rows as the profile asks for them, from the numbers of correct predictions of 1,000."""
    experiments = {each.key: each for each in profile.experiments}

    def make(correct=CORRECT, **changes):
        made = []
        for key, number in correct.items():
            each = experiments[key]
            low, high = wilson_interval(number, 1000)
            made.append({name: getattr(each, name) for name in (
                "key", "learning_rate", "epochs", "sampling", "network", "image_size")} | {
                "dataset": "animals10", "accuracy": number / 1000, "accuracy_low": low, "accuracy_high": high,
                "test_images": 1000, "published_accuracy": each.published_accuracy, "run_id": key, "backbone": "",
                "config_hash": key} | changes)
        return results_of(*made)

    return make


@pytest.fixture
def table(profile, rows):
    return PublishedTable(profile, rows())


def test_the_profile_has_42_rows_of_which_27_are_from_scratch(table):
    published = [each.published_accuracy for each in table.experiments.values()]
    assert sum(len(each) if isinstance(each, tuple) else 1 for each in published) == 42
    assert sum(each.stage == "scratch" for each in table.experiments.values()) == 27
    assert table.test_images == 2618
    assert table.published["mobnet2_dense256"] == pytest.approx((0.961421 + 0.956073) / 2)


def test_the_ranks_are_those_of_the_rows(table):
    scratch, every = published_section.ranks_frame(table).to_dict("records")
    # 1 - 6 * 2 / (4 * 15), and five pairs of six in order.
    assert (scratch["measured"], scratch["rho"], scratch["tau-b"]) == ("4 of 27", "0.80", "0.67")
    assert (every["measured"], every["rho"]) == ("4 of 41", "0.80")
    assert scratch["rho of the same order"].startswith("1.00 (")


def test_without_rows_there_are_no_ranks(profile, rows):
    scratch, _ = published_section.ranks_frame(PublishedTable(profile, rows().head(0))).to_dict("records")
    assert (scratch["measured"], scratch["rho"], scratch["rho of the same order"]) == ("0 of 27", "", "")


def test_a_conclusion_has_the_mean_difference_of_its_pairs(table):
    found = conclusions_section.conclusions_frame(table).to_dict("records")
    sampling = found[3]
    # (600 - 500 + 500 - 550) / 2: the middle one cancels, so the interval is half of Newcombe's of 600 and 550.
    assert sampling["by those here"] == "**confirmed**: +2.5 (+0.3 to +4.7)"
    assert sampling["pairs measured"] == "2 of 4"
    assert found[0]["by those here"] == "**undecided**: nothing measured"
    assert found[0]["pairs measured"] == "0 of 2"


def test_pairs_that_differ_in_something_else_do_not_count(table):
    pairs = conclusions_section.pairs_frame(table)
    counted = pairs[pairs["counted"]]
    # Every pair of conclusion 5 differs in the rate, so all of them count.
    assert set(counted.loc[counted["differ too in"] != "", "conclusion"]) == {5}
    assert len(pairs) == sum(len(each.pairs) for each in CONCLUSIONS)
    up = pairs.set_index("compared").loc["`base_upsamp_augment+` with `base_meansamp_augment+`"]
    assert (up["published"], up["here"]) == ("+2.4", "+10.0")


def test_pairs_are_of_the_published_table_and_say_where_other_layers_differ(table):
    # Of these the layers are what the conclusion is about: convolutions, their order, the size of the dense layer.
    for number, conclusion in enumerate(CONCLUSIONS, 1):
        for pair in conclusion.pairs:
            first, second = (table.experiments[key] for key in (pair.key, pair.other))
            if number in (4, 6):
                assert (first.network == second.network) == (pair.besides == "")
            assert pair.key != pair.other and first.stage == second.stage
            pools = [each.network.count("pool") - each.network.count("conv") for each in (first, second)]
            if first.stage == "scratch":
                assert (pools[0] != pools[1]) == ("after the last convolution" in pair.besides)


def test_a_row_with_other_settings_is_named_and_not_counted(profile, rows):
    table = PublishedTable(profile, rows(epochs=20))
    assert table.rows.empty
    text = published_section.others_text(table)
    assert text.startswith("Not counted") and "`conv3_dense1` (epochs 20, in the profile 35)" in text


def test_of_an_experiment_trained_twice_the_newest_row_counts(profile, rows, results_of):
    again = rows({"conv3_dense1": 710}, config_hash="other", finished_at="2026-01-01T00:00:00+00:00")
    for both in ([rows(), again], [again, rows()]):
        table = PublishedTable(profile, results_of(*(row for part in both for row in part.to_dict("records"))))
        assert table.intervals["conv3_dense1"][0] == 0.71 and len(table.rows) == 4


def test_rows_far_off_have_the_note_of_the_profile(profile, rows):
    table = PublishedTable(profile, rows({"conv3_dense1": 600, "conv3_dense2": 610}))
    row, = published_section.far_frame(table).to_dict("records")
    assert (row["experiment"], row["points"], row["here"]) == ("`conv3_dense1`", "-6.3", "0.600 [0.569, 0.630]")
    assert row["note of the profile"] == "layers not published: conv3 read as 64, 32, 16 filters"


def test_the_number_of_images_is_that_of_a_row_without_sampling(profile, rows, results_of):
    with pytest.raises(UserError, match="sampling: none"):
        _ = PublishedTable(profile, rows()).images
    whole = {"dataset": "animals10", "sampling": "none", "train_images": 7000, "val_images": 2000, "test_images": 1000}
    other = whole | {"test_images": 2618}
    every = results_of(*rows().to_dict("records"), whole | {"key": "whole"}, other | {"key": "other"})
    assert PublishedTable(profile, every).images == 10_000


def test_the_digest_of_the_figure_follows_the_rows(profile, rows, results_of):
    whole = {"dataset": "animals10", "sampling": "none", "test_images": 1000, "key": "whole"}

    def digests(correct):
        table = PublishedTable(profile, results_of(*rows(correct).to_dict("records"), whole))
        return [description for _, description in published_section.published_figures(table).values()]

    assert digests(CORRECT) == digests(CORRECT)
    assert digests(CORRECT) != digests(CORRECT | {"conv3_dense1": 701})
