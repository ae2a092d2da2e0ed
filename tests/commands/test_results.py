"""`python -m auxiliary results`: its tables and its errors."""

import io
import re
import sys
from collections.abc import Callable

import pandas as pd
import pytest

from auxiliary.__main__ import main
from auxiliary.runs.run import Run

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@pytest.fixture
def table(results_of) -> pd.DataFrame:
    """Results of two data sets, one of them with two splits."""
    return results_of(
        {"key": "cnn", "run_id": "cnn-1", "val_accuracy": 0.80, "accuracy": 0.86, "train_seconds": 90.0},
        {"key": "lite0", "run_id": "lite0-1", "val_accuracy": 0.97, "accuracy": 0.97, "train_seconds": 60.0},
        {"key": "cnn", "run_id": "cnn-2", "val_accuracy": 0.99, "accuracy": 0.98, "split_rule": "seed"},
        {"key": "a_name_so_long_that_it_would_need_a_second_line_in_a_terminal", "run_id": "a-1", "dataset": "pets"})


@pytest.fixture
def command(tmp_path, monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Runs `results` on a folder; returns its exit status, output and errors."""
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["auxiliary", "results", "--root", str(tmp_path), *words])
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def listed(command, table, tmp_path) -> Callable[..., str]:
    """Runs `results` on the table; returns its output."""
    table.to_csv(tmp_path / "results.csv", index=False)

    def run(*words: str) -> str:
        status, output, errors = command(*words)
        assert (status, errors) == (0, "")
        return output

    return run


@pytest.fixture
def refusal(command, table, tmp_path) -> Callable[..., str]:
    """Runs `results` on the table with a mistake; returns the error message."""
    table.to_csv(tmp_path / "results.csv", index=False)

    def run(*words: str) -> str:
        status, output, error = command(*words)
        assert (status, output) == (1, "") and error.startswith("error: ") and error.count("\n") == 1
        return error

    return run


def rows(text: str) -> list[str]:
    return [line.split("│")[1].strip() for line in text.splitlines() if line.startswith("│")]


def test_one_table_per_data_set_and_split(listed):
    output = listed()
    titles = [line.strip() for line in output.splitlines() if "test accuracy with" in line]
    assert [title.partition(":")[0] for title in titles] == [
        "demo, shipped rows, split_rule split_rule, newest run 2025-06-16",
        "demo, shipped rows, split_rule seed, newest run 2025-06-16",
        "pets, shipped rows",
    ]
    assert rows(output)[:3] == ["lite0", "cnn", "cnn"]
    # Each table has a best of its own.
    assert output.count("│ best ") == 3
    assert output.splitlines()[-2] == (
        "Results on other images or another split cannot be compared: they have separate tables.")


def titles_of(command, table, path) -> list[str]:
    table.to_csv(path / "results.csv", index=False)
    return [line.partition(":")[0].strip() for line in command()[1].splitlines() if "test accuracy with" in line]


def test_tables_of_other_images_are_named_by_their_numbers_the_newest_first(command, results_of, tmp_path):
    old = {"run_id": "old", "images_hash": "h0", "sampling": "none", "train_images": 140, "val_images": 40,
           "test_images": 20}
    new = old | {"run_id": "new", "images_hash": "h1", "train_images": 1150, "finished_at": "2025-06-17T12:00:00+00:00"}
    pets = {"run_id": "pets", "dataset": "pets", "finished_at": "2025-06-18T12:00:00+00:00"}
    assert titles_of(command, results_of(old, new, pets), tmp_path) == [
        "demo, shipped rows, 1,210 images, newest run 2025-06-17",
        "demo, shipped rows, 200 images, newest run 2025-06-16", "pets, shipped rows"]
    # The second seed counts for the day, and a time that is no time comes last.
    assert titles_of(command, results_of(old, old | {"run_id": "seed", "seed": 1, "finished_at": "2025-06-19T12:00Z"},
                                         new | {"finished_at": ""}), tmp_path) == [
        "demo, shipped rows, 200 images, newest run 2025-06-19", "demo, shipped rows, 1,210 images"]
    # Another hash of as many images, and one of unknown number.
    same, sampled = old | {"run_id": "same", "images_hash": "h2"}, old | {"sampling": "smallest"}
    assert titles_of(command, results_of(sampled, new, same, old | {"run_id": "z", "images_hash": "h3"}), tmp_path) == [
        "demo, shipped rows, 1,210 images, newest run 2025-06-17",
        "demo, shipped rows, images_hash h0, newest run 2025-06-16",
        "demo, shipped rows, 200 images, images_hash h2, newest run 2025-06-16",
        "demo, shipped rows, 200 images, images_hash h3, newest run 2025-06-16"]


def test_one_data_set(listed):
    output = listed("pets")
    assert rows(output) == ["a_name_so_long_that_it_would_need_a_second_line_in_a_terminal"]
    assert "pets, shipped rows: test accuracy" in output and "cannot be compared" not in output


def test_chosen_experiments(listed):
    assert rows(listed("demo", "--experiments", "lite*, cnn")) == ["lite0", "cnn", "cnn"]
    assert rows(listed("-e", "lite*")) == ["lite0"]


def test_sorted_by_a_column(listed):
    assert rows(listed("demo", "--sort", "train_seconds"))[:2] == ["lite0", "cnn"]
    assert rows(listed("demo", "--sort", "key"))[:2] == ["cnn", "lite0"]
    assert "smallest train_seconds first" in listed("--sort", "train_seconds")


def test_pipe_has_one_line_per_row_without_control_codes(listed):
    output = listed()
    assert not CONTROL.search(output)
    assert len(rows(output)) == 4 and "…" not in output
    assert "│ 0.500 " in output, "all columns are printed into a pipe"


def test_terminal_of_80_columns_has_no_wider_line(listed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", listed())
    assert max(map(len, plain.splitlines())) <= 80
    assert "validation" in plain and "parameters" not in plain


def test_saved_predictions_allow_a_paired_comparison(listed, table, answers, result, tmp_path):
    for name, first, last in (("lite0-1", 0, 97), ("cnn-1", 0, 86)):
        run = Run(tmp_path / "models" / "demo" / name)
        run.save_predictions("test", answers(first, last))
        run.finish(result.model_copy(update={"run_id": name}))
    assert "│ -11.0 points " in listed("demo") and "unpaired" not in listed("demo")


def test_all_seeds_of_an_experiment_are_compared(command, seeds, answers, result, tmp_path):
    runs = {"a-0": (0, 80), "a-1": (0, 82), "b-0": (0, 60), "b-1": (0, 62)}
    pd.concat([seeds(0.8, 0.82, key="a").assign(run_id=["a-0", "a-1"]),
               seeds(0.6, 0.62, key="b").assign(run_id=["b-0", "b-1"])]).to_csv(tmp_path / "results.csv", index=False)
    for name, images in runs.items():
        run = Run(tmp_path / "models" / "demo" / name)
        run.save_predictions("test", answers(*images))
        run.finish(result.model_copy(update={"run_id": name}))
    assert "│ -20.0 points " in command("demo")[1]
    (tmp_path / "models" / "demo" / "b-0" / "result.json").unlink()
    # The run without a result is no own run any more, so one seed is compared with two.
    output = command("demo")[1]
    assert "│ -19.0 points " in output and "unpaired" not in output


def test_unknown_name_is_reported(refusal):
    assert "unknown data set of" in refusal("dmo") and "did you mean 'demo'?" in refusal("dmo")
    assert "unknown experiment 'lite': did you mean 'lite0'?" in refusal("--experiments", "cnn,lite")
    assert "unknown experiment 'lite0'" in refusal("pets", "--experiments", "lite0")
    assert "unknown column 'loss': did you mean" in refusal("--sort", "loss")


def test_no_results_yet(command):
    status, output, error = command()
    assert (status, output) == (1, "")
    assert "results.csv holds no results yet: run a profile first, as in `python -m auxiliary run demo`" in error


@pytest.fixture
def trained(tmp_path, result, answers) -> Callable[[str], None]:
    """Writes a finished run of demo, so that the row of that name is an own one."""
    def write(name: str) -> None:
        run = Run(tmp_path / "models" / "demo" / name)
        run.save_predictions("test", answers(0, 86))
        run.finish(result.model_copy(update={"run_id": name}))

    return write


def frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


def test_own_runs_are_printed_where_a_data_set_has_any(listed, trained):
    trained("cnn-1")
    output = listed()
    assert rows(output) == ["cnn", "a_name_so_long_that_it_would_need_a_second_line_in_a_terminal"]
    assert "demo, own runs: test accuracy" in output and "pets, shipped rows: test accuracy" in output
    assert output.splitlines()[-1].startswith("No own run of pets is in models/")
    assert "No own run" not in listed("demo") and "No own run" not in listed("-e", "cnn")


def test_shipped_rows_are_printed_if_asked_for(listed, trained):
    trained("cnn-1")
    output = listed("demo", "--shipped")
    assert rows(output) == ["cnn", "lite0"] and "demo, shipped rows" in output and "own" not in output


def test_a_shipped_row_of_the_same_experiment_is_one_column(listed, trained):
    trained("cnn-1")
    output = listed("demo")
    assert "│ 0.980 [0.500, 0.500] * │" in output    # on another split
    assert "*: its settings, images or version are others" in " ".join(output.split())


def test_no_shipped_rows_is_an_error(command, table, trained, tmp_path):
    table.head(1).to_csv(tmp_path / "results.csv", index=False)
    trained("cnn-1")
    status, output, error = command("--shipped")
    assert (status, output) == (1, "") and "there are no shipped rows: leave out --shipped" in error


def test_grouped_by_a_column(listed):
    output = listed("demo", "--by", "split_rule")
    assert [line.split("│")[1:4] for line in output.splitlines() if line.startswith("│")] == [
        [" cnn        ", " seed       ", "    1 "], [" cnn        ", " split_rule ", "    1 "],
        [" lite0      ", " split_rule ", "    1 "]]
    assert "demo, shipped rows: mean and standard deviation" in output
    assert "runs of one row also differ in split_rule" in listed("demo", "--by", "model_id")


def test_csv_holds_all_digits_and_nothing_else(listed, trained):
    trained("cnn-1")
    board = frame(listed("--csv"))
    assert board[["dataset", "rows"]].to_numpy().tolist() == [["demo", "own"], ["pets", "shipped"]]
    assert board["accuracy"].tolist() == [0.86, 0.5]
    assert board.loc[0, ["shipped", "shipped_differs_in"]].tolist() == [0.98, "split_rule"]
    assert board[["against_best", "verdict"]].to_numpy().tolist() == [[0, "best"], [0, "best"]]
    grouped = frame(listed("--csv", "--by", "seed", "--shipped"))
    assert grouped[["dataset", "runs"]].to_numpy().tolist() == [["demo", 1], ["demo", 1], ["pets", 1]]
    assert frame(listed("--csv", "--sort", "ece"))["ece"].isna().all()


def test_an_unknown_column_to_group_by_is_reported(refusal):
    assert "unknown column 'samplin': did you mean 'sampling'?" in refusal("--by", "samplin")
    assert "leave out --sort" in refusal("--by", "seed", "--sort", "key")


def test_a_grid_is_grouped_by_what_it_varies(listed, table, results_of, tmp_path):
    grid = results_of(*({"key": f"cnn_lr{rate:g}_batch{batch}", "learning_rate": rate, "batch_size": batch,
                         "run_id": f"{rate}-{batch}"} for rate in (0.1, 0.02) for batch in (8, 16)))
    pd.concat([table, grid]).to_csv(tmp_path / "results.csv", index=False)
    rows = frame(listed("demo", "-e", "cnn_*", "--csv", "--by", "learning_rate", "--shipped"))
    assert rows[["key", "learning_rate", "runs"]].to_numpy().tolist() == [
        ["cnn_batch8", 0.02, 1], ["cnn_batch8", 0.1, 1], ["cnn_batch16", 0.02, 1], ["cnn_batch16", 0.1, 1]]


@pytest.mark.parametrize("words", [[], ["--by", "seed"], ["--csv"]])
def test_the_order_of_the_rows_changes_nothing(command, table, tmp_path, words):
    seeds = pd.concat([table.assign(seed=seed, run_id=table["run_id"] + f"-{seed}") for seed in (0, 1, 2)])
    printed = set()
    for order in range(4):
        seeds.sample(frac=1, random_state=order).to_csv(tmp_path / "results.csv", index=False)
        printed.add(command(*words))
    assert len(printed) == 1
