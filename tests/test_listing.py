"""`python -m auxiliary models PROFILE` as its user meets it."""

import subprocess
import sys

import pandas as pd
import pytest

from auxiliary.__main__ import main
from auxiliary.data.providers import animals10, cifar10, demo, flowers
from auxiliary.errors import UserError
from auxiliary.listing import count_classes
from auxiliary.opening import open_lab

PROFILE = """
dataset: flowers
image_size: 32
scratch:
  - {model_id: plain, key: "plain, wide", learning_rate: 0.1, epochs: 1, net: conv(64) | flatten | dense(512)}
  - {model_id: a_name_so_long_that_it_needs_a_second_line, learning_rate: 0.1, epochs: 1, net: res(8) | gap}
  - {model_id: "again[b]", parent: a_name_so_long_that_it_needs_a_second_line, learning_rate: 0.1, epochs: 1}
"""
MINE = "FOLDER/profile.yaml"
# Of the plain network: 64 filters of 3 x 3 x 3 at 30 x 30 places, then 512 units, then 5 classes.
PARAMETERS = 28 * 64 + (30 * 30 * 64 + 1) * 512 + 513 * 5
MULTIPLY_ADDS = 30 * 30 * 27 * 64 + 30 * 30 * 64 * 512 + 512 * 5
# Of the residual one: three convolutions without bias, three batch norms of 8 channels, 5 classes.
RESIDUAL = 9 * 3 * 8 + 9 * 8 * 8 + 3 * 8 + 3 * 4 * 8 + 9 * 5


@pytest.fixture
def listed(tmp_path, monkeypatch, capsys):
    """Runs `models` on a small profile; returns what it prints."""
    (tmp_path / "profile.yaml").write_text(PROFILE, encoding="utf-8")

    def run(*options: str, width: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys, "argv", ["auxiliary", "models", str(tmp_path / "profile.yaml"), *options])
        with pytest.raises(SystemExit) as exit_:
            main()
        said = capsys.readouterr()
        assert (exit_.value.code, said.err) == (0, "")
        return said.out

    return run


@pytest.fixture
def refusal(tmp_path, monkeypatch, capsys):
    """Runs a command that must fail; returns what it says."""
    (tmp_path / "profile.yaml").write_text(PROFILE, encoding="utf-8")

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["auxiliary", *(word.replace("FOLDER", str(tmp_path)) for word in words)])
        with pytest.raises(SystemExit) as exit_:
            main()
        assert exit_.value.code == 1
        return capsys.readouterr().err

    return run


def test_the_table_fits_80_columns(listed):
    lines = listed().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["row", "parameters", "trainable", "layers", "multiply-adds", "pixels"]
    assert lines[2].split() == ["plain,", "wide", f"{PARAMETERS:,}", f"{PARAMETERS:,}", "5", f"{MULTIPLY_ADDS:,}", "32"]
    assert lines[-1] == "The figures hold for 5 classes, the multiply-adds for one picture."


def test_a_wide_terminal_shows_the_networks(listed):
    assert "conv(64) | flatten | dense(512)" in listed(width=140)
    assert "conv(64)" not in listed(width=100)


def test_a_key_is_shown_as_it_is_written(listed):
    assert "again[b] " in listed()


def test_csv_has_a_line_a_row_in_their_order(listed, tmp_path):
    printed = listed("--csv")
    assert printed.startswith("key,parameters,trainable,layers,multiply_adds,image_size,")
    (tmp_path / "models.csv").write_text(printed, encoding="utf-8")
    table = pd.read_csv(tmp_path / "models.csv", index_col="key")
    assert list(table.index) == ["plain, wide", "a_name_so_long_that_it_needs_a_second_line", "again[b]"]
    assert list(table["parameters"]) == [PARAMETERS, RESIDUAL, RESIDUAL]
    assert list(table["trainable"]) == [PARAMETERS, RESIDUAL - 48, RESIDUAL - 48]


def test_rows_and_parameters_are_those_of_run(listed):
    (line,) = listed("--csv", "--rows", "plain*", "-p", "image_size", "3").splitlines()[1:]
    parameters, multiply_adds = 28 * 64 + 65 * 512 + 513 * 5, 27 * 64 + 64 * 512 + 512 * 5
    assert line.startswith(f'"plain, wide",{parameters},{parameters},5,{multiply_adds},3,5,scratch,plain,')


def test_an_own_folder_counts_its_categories(listed, picture_folder):
    folder = picture_folder({"cat": 1, "dog": 1, "emu": 1})
    assert "hold for 3 classes" in listed("-p", "dataset", str(folder))


@pytest.mark.parametrize("words", [
    ["dem"], ["FOLDER/elsewhere.yaml"], ["FOLDER"], [MINE, "--rows", "again?"], [MINE, "-p", "epoch", "2"],
    [MINE, "-p", "epochs", "many"], [MINE, "-p", "seeds", "[1"], [MINE, "-p", "dataset", "nowhere"],
    [MINE, "-p", "image_size", "2"]])
def test_mistakes_are_answered_as_by_run(refusal, words):
    said = refusal("models", *words)
    assert said.startswith("error: ") and said.count("\n") == 1
    assert said == refusal("run", *words, "--root", "FOLDER")


def test_the_real_command_prints_nothing_but_csv(tmp_path):
    command = [sys.executable, "-m", "auxiliary", "models", "demo", "--csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (tmp_path / "models.csv").write_text(done.stdout, encoding="utf-8")
    table = pd.read_csv(tmp_path / "models.csv")
    assert list(table.columns[:3]) == ["key", "parameters", "trainable"]
    # EfficientNet-Lite0 without its top, `gap | dense(256)`, ten classes.
    assert list(table.set_index("key").loc["lite0", ["parameters", "trainable"]]) == [3_413_024 + 330_506, 330_506]
    assert table.notna()["parameters"].all() and "flatten" in done.stdout


@pytest.mark.parametrize(("provider", "classes"), [(demo, demo.CLASSES), (cifar10, cifar10.CLASSES),
                                                   (animals10, animals10.NAMES), (flowers, range(5))])
def test_a_known_data_set_has_as_many_classes_as_published(provider, classes, tmp_path):
    assert count_classes(open_lab(provider.DATA_SET.name, root=tmp_path)) == len(classes)


def test_an_own_folder_has_as_many_classes_as_category_folders(picture_folder, tmp_path):
    folder = picture_folder({"cat": 1, "dog": 1, "emu": 1})
    (folder / ".hidden").mkdir()
    (folder / "nothing").mkdir()
    (folder / "readme.txt").touch()
    assert count_classes(own(folder, tmp_path)) == 3


def test_a_fixed_test_set_has_the_same_classes(picture_folder, tmp_path):
    folder = picture_folder({"train/cat": 1, "train/dog": 1, "test/cat": 1, "test/dog": 1})
    assert count_classes(own(folder, tmp_path)) == 2


def test_an_own_folder_without_categories_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="mine holds no pictures in folders: one folder a category is needed"):
        count_classes(own(tmp_path / "mine", tmp_path))


def own(folder, root):
    return open_lab("flowers", overrides={"dataset": str(folder)}, root=root)
