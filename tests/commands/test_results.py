"""`python -m auxiliary results`: its tables and its errors."""

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
        "demo, split_rule split_rule",
        "demo, split_rule seed",
        "pets",
    ]
    assert rows(output)[:3] == ["lite0", "cnn", "cnn"]
    # Each table has a best of its own.
    assert output.count("│ best ") == 3
    assert output.splitlines()[-1] == (
        "Results on other images or another split cannot be compared: they have separate tables.")


def test_one_data_set(listed):
    output = listed("pets")
    assert rows(output) == ["a_name_so_long_that_it_would_need_a_second_line_in_a_terminal"]
    assert "pets: test accuracy" in output and "cannot be compared" not in output


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
    assert "│ -20.0 points (unpaired) " in command("demo")[1]


def test_unknown_name_is_reported(refusal):
    assert "unknown data set of" in refusal("dmo") and "did you mean 'demo'?" in refusal("dmo")
    assert "unknown experiment 'lite': did you mean 'lite0'?" in refusal("--experiments", "cnn,lite")
    assert "unknown experiment 'lite0'" in refusal("pets", "--experiments", "lite0")
    assert "unknown column 'loss': did you mean" in refusal("--sort", "loss")


def test_no_results_yet(command):
    status, output, error = command()
    assert (status, output) == (1, "")
    assert "results.csv holds no results yet: run a profile first, as in `python -m auxiliary run demo`" in error
