import pandas as pd
import pytest

from auxiliary.evaluation.compare import against_best, compare, p_value
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
    def test_overlapping_seeds_are_noise_whatever_the_test_finds(self, seeds, answers):
        lines = over_seeds(
            pd.concat(
                [
                    seeds(0.8, 0.9, key="a").assign(run_id=["a-0", "a-1"]),
                    seeds(0.7, 0.82, key="b").assign(run_id=["b-0", "b-1"]),
                ]
            )
        )
        assert cells(lines) == ["best", "-9.0 points, noise (unpaired)"]
        assert cells(lines, predictions={"a-1": answers(0, 90), "b-1": answers(0, 82)}) == [
            "best", "-9.0 points, noise (seeds overlap)"]

    def test_other_seeds_are_judged_by_their_runs_best_on_validation(self, seeds, answers):
        lines = over_seeds(pd.concat([
            seeds(0.88, 0.9, key="a").assign(run_id=["a-0", "a-1"]),
            seeds(0.7, 0.86, key="b").assign(run_id=["b-0", "b-1"])]))
        assert cells(lines) == ["best", "-11.0 points, noise (unpaired)"]
        assert cells(lines, predictions={"a-1": answers(0, 90), "b-1": answers(0, 86)}) == [
            "best", "-11.0 points, noise (p 0.12, best seeds)"]
        assert cells(lines, predictions={"a-1": answers(0, 90), "b-1": answers(0, 80)}) == ["best", "-11.0 points"]

    def test_a_single_run_between_the_seeds_of_another_is_noise(self, seeds, row, answers):
        lines = over_seeds(pd.concat([seeds(0.7, 0.98, key="a").assign(run_id=["a-0", "a-1"]), row("b", 0.75)]))
        assert cells(lines, predictions={"a-1": answers(0, 98), "b-1": answers(0, 75)}) == [
            "best", "-9.0 points, noise (seeds overlap)"]


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
    assert found.paired and not found.inconclusive
    assert (found.points, found.low, found.high, found.p) == pytest.approx(
        (-turned.points, -turned.high, -turned.low, turned.p))


@pytest.mark.parametrize(("p", "text"), [(1, "p 1.00"), (0.6123, "p 0.61"), (0.0523, "p 0.052"), (1e-9, "p < 0.001")])
def test_p_value(p, text):
    assert p_value(p) == text
