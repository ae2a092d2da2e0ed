import io

import pandas as pd
import pytest

from auxiliary.core.console import PlainConsole
from auxiliary.reporting.comparison import leaderboard
from auxiliary.reporting.results_table import result_table
from auxiliary.reporting.tables import styled_table
from auxiliary.runs.result import REFIT
from auxiliary.runs.seeds import over_seeds


def printed(results: pd.DataFrame, predictions: dict[str, pd.DataFrame], width: int = 80, **options) -> str:
    file = io.StringIO()
    PlainConsole(file=file, width=width).print(result_table(over_seeds(results), predictions, width=width, **options))
    return file.getvalue()


def cells(text: str) -> list[list[str]]:
    """The cells of each row below the headings."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if "│" in line]


def headings(text: str) -> list[str]:
    return next([cell.strip() for cell in line.split("┃")[1:-1]] for line in text.splitlines() if "┃" in line)


def order(results: pd.DataFrame, column: str) -> list[str]:
    return [row[0] for row in cells(printed(results, {}, sort=column, width=200))]


@pytest.fixture
def wide(seeds) -> pd.DataFrame:
    """The widest rows there are: long names, and several seeds."""
    return pd.concat(
        [
            seeds(0.9, 0.92, key="conv4invto128_dense256_upsamp_small_finetune").assign(run_id=["a-0", "a-1"]),
            seeds(0.5, 0.91, key="b", stage="transfer").assign(run_id=["b-0", "b-1"]),
        ]
    )


def test_no_number_is_cut_at_80_characters(wide, answers):
    text = printed(wide, {"a-0": answers(0, 90), "a-1": answers(0, 92), "b-0": answers(0, 50), "b-1": answers(0, 91)})
    assert max(map(len, text.splitlines())) <= 80
    assert "0.910 (0.900 to 0.920, 2 seeds)" in text and "0.705 (0.500 to 0.910, 2 seeds)" in text
    row, _, against = ("".join(part) for part in zip(*cells(text), strict=True))
    assert row == "conv4invto128_dense256_upsamp_small_finetuneb"
    assert headings(text)[:2] == ["experiment", "test accuracy"] and "first (not shown)" in " ".join(text.split())
    assert against.replace(" ", "") == "best-20.5points,noise(p0.50)"
    assert "…" not in text


def test_the_caption_explains_noise(results, answers):
    text = " ".join(printed(results, {}).split())
    assert "no difference is noise; unpaired: judged by the interval" in text
    runs = results.assign(run_id=["a-1", "b-1", "c-1"])
    text = printed(runs, {"a-1": answers(0, 86), "b-1": answers(0, 84), "c-1": answers(0, 97)})
    assert "no difference is noise, by McNemar's paired test" in " ".join(text.split()) and "unpaired" not in text
    text = printed(runs, {"a-1": answers(0, 96), "b-1": answers(0, 84), "c-1": answers(0, 97)})
    assert "noise: could be chance, by McNemar's paired test, with" in " ".join(text.split())


def test_the_caption_names_the_tests_that_were_made(wide, answers):
    predictions = {"a-0": answers(0, 90), "a-1": answers(0, 92), "b-0": answers(0, 50), "b-1": answers(0, 91)}
    assert "chance, by an analysis of variance over seeds and images, with" in printed(wide, predictions, width=200)
    one = printed(wide[wide["seed"] != 1], predictions, width=200)
    assert "by McNemar's paired test, with" in one and "variance" not in one


def test_epochs_and_seconds_are_of_one_run_and_the_caption_says_so_of_a_child(seeds):
    parent = seeds(0.8, key="a", epochs=15, epochs_total=15, train_seconds=100.0)
    child = seeds(0.9, key="b", parent="a", epochs=5, epochs_total=20, train_seconds=40.0)
    text = printed(pd.concat([parent, child]), {}, width=200)
    assert [row[-2:] for row in cells(text)] == [["5", "40.0"], ["15", "100"]]
    assert headings(text)[-2:] == ["epochs", "seconds"]
    assert "epochs and seconds: without those of the parent" in " ".join(text.split())
    assert "the parent" not in printed(parent, {}, width=200) + printed(pd.concat([parent, child]), {})


def test_the_caption_explains_rows_that_are_no_single_network_and_image(results):
    special = results.assign(key=["[red]", "plain", "c"], tta=["mirror", "", ""], refit=["", "", REFIT])
    text = " ".join(printed(special, {}).split())
    assert "[red]: mean over several views of an image (tta); c, refit: trained on the validation images too" in text
    assert "(tta)" not in printed(results, {})


def test_a_mean_over_seeds_shows_no_seed(wide, seeds):
    shown = cells(printed(pd.concat([wide, seeds(0.6, key="c", seed=5)]), {}, sort="seed"))
    assert [row[-1] for row in shown if row[0] in ("b", "c")] == ["5", ""]


def test_the_terminal_and_other_tables_round_alike(seeds):
    runs = seeds(0.7875, key="a")
    assert round(pd.Series([0.7875]), 3)[0] == 0.788 and f"{0.7875:.3f}" == "0.787"
    runs["val_accuracy"] = 0.7875
    shown = styled_table(leaderboard(over_seeds(runs))).to_markdown()
    assert "0.787" in shown and "0.788" not in shown
    text = printed(runs, {}, width=160)
    assert "0.787" in text and "0.788" not in text


def test_a_single_row_needs_no_caption(results):
    text = printed(results.head(1), {})
    assert "best" in text and "noise" not in text and "unpaired" not in text


def test_the_best_validation_accuracy_comes_first(results):
    assert [row[0] for row in cells(printed(results, {}, width=200))] == ["lite0", "cnn_$best$", "cnn_lucky"]


@pytest.mark.parametrize(("column", "first", "words"), [
    ("accuracy", "lite0", "best test accuracy first"),
    ("macro_f1", "cnn_lucky", "largest macro_f1 first"), ("test_loss", "cnn_$best$", "smallest test_loss first"),
    ("parameters", "cnn_lucky", "smallest parameters first"), ("finished_at", "lite0", "newest first"),
    ("device", "cnn_$best$", "by device")])
def test_the_title_names_the_order(results, column, first, words):
    varied = results.assign(macro_f1=[0.8, 0.7, 0.6], test_loss=[0.3, 0.2, 0.9], device=["b", "A", ""],
                            finished_at=["2026-01-01T09", "2026-01-01T10", "2026-01-02T09"])
    assert order(varied, column)[0] == first
    assert words in " ".join(printed(varied, {}, sort=column).split())


def test_unknown_values_come_last(results):
    assert order(results.assign(macro_f1=[float("nan"), 0.2, 0.5]), "macro_f1") == ["lite0", "cnn_$best$", "cnn_lucky"]
    assert order(results.assign(device=["", "b", "a"]), "device") == ["lite0", "cnn_$best$", "cnn_lucky"]


def test_a_column_of_numbers_added_by_a_user_is_sorted_as_numbers(results):
    assert order(results.assign(mine=["9", "10", ""]), "mine") == ["cnn_$best$", "cnn_lucky", "lite0"]
    assert order(results.assign(mine=["9", "10", "x"]), "mine") == ["cnn_$best$", "cnn_lucky", "lite0"]


def test_equals_stay_in_the_order_of_validation_accuracy(results):
    assert order(results, "classes") == ["lite0", "cnn_$best$", "cnn_lucky"]


def test_the_sorted_column_is_shown(results):
    assert headings(printed(results, {}, sort="accuracy")) == ["experiment", "stage", "test accuracy",
                                                               "against the best", "validation"]
    text = printed(results.assign(train_seconds=[13.17, 4000.5, 0.001234]), {}, sort="train_seconds")
    assert headings(text)[-1] == "seconds"
    assert [row[-1] for row in cells(text) if row[0]] == ["0.00123", "13.2", "4,000"]


def test_a_wide_terminal_shows_more(results):
    text = printed(results, {}, width=160, sort="seed")
    assert headings(text)[-5:] == ["validation", "parameters", "epochs", "seconds", "seed"]
    assert cells(text)[0][-5:] == ["0.970", "4,694,024", "100", "7,300", "0"]


@pytest.mark.parametrize("width", [80, 90, 100, 110, 120, 130, 138, 150])
def test_no_name_and_no_interval_breaks_in_a_terminal_of_any_width(results, width):
    shipped = results.assign(accuracy=0.91, accuracy_low=0.9, accuracy_high=0.92, device="other", config_hash="h9")
    text = printed(results, {}, width=width, shipped=shipped)
    assert max(map(len, text.splitlines())) <= width
    assert [row[0] for row in cells(text) if row[0]] == ["lite0", "cnn_$best$", "cnn_lucky"]
    assert text.count("0.971 [0.958, 0.980]") == 1 and "validation" in text
    assert text.count("0.910 [0.900, 0.920] *") == (3 if width >= 110 else 0)
    assert ("seconds" in text) == (width >= 138)


def test_brackets_in_names_are_no_markup(results):
    text = printed(results.assign(dataset="my[1]", key=["a[b]", "[red]c", "d"]), {})
    assert "my[1]: test accuracy" in text and "a[b]" in text and "[red]c" in text
