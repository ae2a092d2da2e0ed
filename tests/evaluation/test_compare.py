import pandas as pd
import pytest

from auxiliary.evaluation.compare import against_best, best_figures, compare, compare_with_best, p_value, points_text
from auxiliary.runs.labels import ranked
from auxiliary.runs.seeds import over_seeds


@pytest.fixture
def row(results_of):
    """A run with the same test images as others, from its name and accuracy; ranked by accuracy."""
    return lambda key, accuracy, **other: results_of(
        {
            "key": key,
            "run_id": f"{key}-1",
            "accuracy": accuracy,
            "val_accuracy": accuracy,
            "accuracy_low": accuracy - 0.05,
            "accuracy_high": accuracy + 0.05,
        }
        | other
    )


def cells(*rows, **options) -> list[str]:
    return against_best(ranked(pd.concat(rows)), **options)


class TestPaired:
    def test_noise_and_a_real_difference(self, row, answers):
        # b and a differ on 1 image, c and a on 20.
        predictions = {"a-1": answers(0, 90), "b-1": answers(0, 89), "c-1": answers(0, 70)}
        assert cells(row("a", 0.9), row("b", 0.89), row("c", 0.7), predictions=predictions) == [
            "best", "-1.0 points, noise (p 1.00)", "-20.0 points"]

    def test_the_same_with_all_digits(self, row, answers):
        predictions = {"a-1": answers(0, 90), "b-1": answers(0, 84), "c-1": answers(0, 89)}
        rows = ranked(pd.concat([row("a", 0.9), row("b", 0.84), row("c", 0.89), row("d", 0.4), row("e", float("nan"))]))
        figures = best_figures(rows, predictions)
        assert figures["verdict"].tolist() == ["best", "noise", "noise", "different", ""]
        assert figures["paired"].tolist() == ["", "yes", "yes", "no", ""]
        assert figures["against_best"].tolist() == pytest.approx([0, -0.01, -0.06, -0.5, float("nan")], nan_ok=True)
        # p of b is 2 / 2**6, the second smallest of three: Holm doubles it.
        assert figures["p_value"].tolist()[:3] == pytest.approx([float("nan"), 1, 4 / 2**6], nan_ok=True)
        assert figures["p_value"][3] < 0.05

    def test_it_finds_a_difference_that_the_interval_does_not(self, row, answers):
        both = row("a", 0.9), row("b", 0.84)
        # They differ on 6 images, all correct for a only: p = 2 / 2**6.
        assert cells(*both, predictions={"a-1": answers(0, 90), "b-1": answers(0, 84)}) == ["best", "-6.0 points"]
        assert cells(*both) == ["best", "-6.0 points, noise (unpaired)"]

    def test_more_comparisons_need_more_evidence(self, row, answers):
        predictions = {"a-1": answers(0, 90), "b-1": answers(0, 84), "c-1": answers(0, 89)}
        assert cells(row("a", 0.9), row("b", 0.84), row("c", 0.89), predictions=predictions) == [
            "best", "-1.0 points, noise (p 1.00)", "-6.0 points, noise (p 0.062)"]

    def test_predictions_for_moved_files_are_paired(self, row, answers):
        both, after = (row("a", 0.9), row("b", 0.84)), answers(0, 84)
        moved = after.assign(filepath="/moved/" + after["filepath"])
        assert cells(*both, predictions={"a-1": answers(0, 90), "b-1": moved}) == ["best", "-6.0 points"]
        renamed = after.assign(filepath="x" + after["filepath"])
        assert cells(*both, predictions={"a-1": answers(0, 90), "b-1": renamed}) == [
            "best", "-6.0 points, noise (unpaired)"]

    def test_a_row_without_predictions_is_judged_by_the_interval(self, row, answers):
        predictions = {"a-1": answers(0, 90), "b-1": answers(0, 84)}
        assert cells(row("a", 0.9), row("b", 0.84), row("c", 0.5), predictions=predictions) == [
            "best", "-6.0 points", "-40.0 points (unpaired)"]


class TestSeveralSeeds:
    """Experiments a and b of two seeds each, and predictions of all four runs."""

    @pytest.fixture
    def lines(self, seeds):
        return over_seeds(pd.concat([seeds(0.88, 0.9, key="a").assign(run_id=["a-0", "a-1"]),
                                     seeds(0.7, 0.86, key="b").assign(run_id=["b-0", "b-1"])]))

    @pytest.fixture
    def predictions(self, answers):
        return {"a-0": answers(0, 88), "a-1": answers(0, 90), "b-0": answers(0, 70), "b-1": answers(0, 86)}

    def test_all_seeds_count_and_not_the_best_of_each(self, lines, predictions, answers):
        found = compare(lines.loc[1], lines.loc[0], predictions)
        assert found.paired and found.seeds and found.points == pytest.approx(-11)
        # Were the other seed of b as good as its best one, the difference would be smaller and more certain.
        closer = compare(lines.loc[1], lines.loc[0], predictions | {"b-0": answers(0, 84)})
        assert closer.points == pytest.approx(-4)
        assert closer.ends[1] - closer.ends[0] < found.ends[1] - found.ends[0]
        assert cells(lines, predictions=predictions) == ["best", f"-11.0 points, noise ({p_value(found.p)})"]

    def test_steady_seeds_are_told_apart(self, lines, predictions, answers):
        steady = predictions | {"b-0": answers(0, 75), "b-1": answers(0, 77)}
        assert cells(lines, predictions=steady) == ["best", "-13.0 points"]

    @pytest.mark.parametrize("gone", ["a-0", "a-1", "b-0"])
    def test_without_the_predictions_of_a_seed_they_are_unpaired(self, lines, predictions, gone):
        del predictions[gone]
        assert cells(lines, predictions=predictions) == cells(lines) == ["best", "-11.0 points, noise (unpaired)"]

    def test_unpaired_the_spread_of_the_seeds_counts(self, seeds):
        apart = [over_seeds(pd.concat([seeds(0.9, 0.92, 0.91, key="a"), seeds(*others, key="b")]))
                 for others in ((0.7, 0.72, 0.71), (0.5, 0.9, 0.73))]
        assert cells(apart[0]) == ["best", "-20.0 points (unpaired)"]
        assert cells(apart[1]) == ["best", "-20.0 points, noise (unpaired)"]

    def test_one_run_against_several(self, seeds, row, answers):
        lines = over_seeds(pd.concat([seeds(0.7, 0.98, key="a").assign(run_id=["a-0", "a-1"]), row("b", 0.75)]))
        predictions = {"a-0": answers(0, 70), "a-1": answers(0, 98), "b-1": answers(0, 75)}
        assert cells(lines, predictions=predictions)[1].startswith("-9.0 points, noise (p 0.")

    def test_a_seed_that_diverged_is_left_out(self, seeds, predictions):
        runs = pd.concat([seeds(0.88, 0.9, key="a").assign(run_id=["a-0", "a-1"]),
                          seeds(0.7, 0.86, key="b").assign(run_id=["b-0", "b-1"])], ignore_index=True)
        runs.loc[2, ["diverged", "accuracy", "val_accuracy"]] = ["in epoch 2", float("nan"), float("nan")]
        del predictions["b-0"]
        found = compare_with_best(ranked(over_seeds(runs)), predictions)[1]
        assert found.paired and found.points == pytest.approx(-3)


class TestNoContradiction:
    @pytest.mark.parametrize("others", [range(60, 90, 5), range(80, 90), (84,)])
    def test_the_interval_holds_the_difference_and_0_exactly_where_it_is_noise(self, row, answers, others):
        rows = [row("best", 0.9), *(row(f"k{right}", right / 100) for right in others)]
        predictions = {"best-1": answers(0, 90), **{f"k{right}-1": answers(0, right) for right in others}}
        for found in compare_with_best(ranked(pd.concat(rows)), predictions).values():
            low, high = found.ends
            assert low <= found.points <= high and (low <= 0 <= high) == found.noise

    def test_holms_correction_widens_the_interval_as_it_raises_p(self, row, answers):
        predictions = {"a-1": answers(0, 90), "b-1": answers(0, 84), "c-1": answers(0, 89)}
        rows = ranked(pd.concat([row("a", 0.9), row("b", 0.84), row("c", 0.89)]))
        corrected, alone = compare_with_best(rows, predictions)[2], compare(rows.loc[2], rows.loc[0], predictions)
        assert corrected.corrected and not alone.corrected
        assert (alone.p, corrected.p) == pytest.approx((2 / 2**6, 4 / 2**6))
        assert alone.ends[1] < 0 < corrected.ends[1] and corrected.ends[0] < alone.ends[0]
        assert corrected.ends == pytest.approx([100 * end for end in corrected.difference.interval(0.025)])


@pytest.mark.parametrize(
    "other",
    [
        {"images_hash": "changed"},
        {"split_rule": "changed"},
        {"dataset": "mine"},
        {"stage": ""},
        {"accuracy_low": float("nan")},
        {"accuracy": float("nan")},
    ],
)
def test_rows_that_cannot_be_compared_are_left_empty(other, row):
    assert cells(row("a", 0.9), row("b", 0.5).assign(**other)) == ["best", ""]


def test_a_row_typed_in_by_a_user_is_never_the_best(row):
    assert cells(row("paper", 0.99, stage=""), row("a", 0.9)) == ["", "best"]
    assert cells(row("paper", 0.99, stage="")) == [""]


def test_without_reasons(row):
    assert cells(row("a", 0.9), row("b", 0.89), row("c", 0.7), reasons=False) == [
        "best", "-1.0 points, noise", "-20.0 points"]


def test_compare_changes_sign_with_the_order(row, answers):
    predictions = {"a-1": answers(0, 90), "b-1": answers(0, 84)}
    (_, one), (_, other) = pd.concat([row("a", 0.9), row("b", 0.84)]).iterrows()
    found, turned = compare(one, other, predictions), compare(other, one, predictions)
    assert found.paired and not found.noise
    assert (found.points, *found.ends, found.p) == pytest.approx(
        (-turned.points, -turned.ends[1], -turned.ends[0], turned.p))


@pytest.mark.parametrize(("p", "text"), [
    (1, "p 1.00"), (0.6123, "p 0.61"), (0.0523, "p 0.052"), (0.0502, "p 0.05"), (0.05, "p 0.05"), (1e-9, "p < 0.001"),
    (0.04996, "p 0.04996")])
def test_p_value(p, text):
    assert p_value(p) == text


@pytest.mark.parametrize(("points", "text"), [
    (1.49, "+1.5"), (-13, "-13.0"), (0, "+0.0"), (0.04, "+0.04"), (-0.0012, "-0.001"), (1e-15, "+0.0")])
def test_an_end_near_0_is_told_from_it(points, text):
    assert points_text(points) == text
