"""`python -m auxiliary models PROFILE`: its table, its CSV, and the figures against Keras."""

import subprocess
import sys

import keras
import pandas as pd
import pytest

from auxiliary.__main__ import main
from auxiliary.commands import models as module
from auxiliary.commands.models import COLUMNS, FIGURES, census, count_classes
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.loader import load_profile
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.data.providers import animals10, cifar10, demo, flowers
from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.summary import all_layers, count_parameters, multiply_adds
from auxiliary.project.open import open_project

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
        printed = capsys.readouterr()
        assert (exit_.value.code, printed.err) == (0, "")
        return printed.out

    return run


@pytest.fixture
def refusal(tmp_path, monkeypatch, capsys):
    """Runs a command that must fail; returns its error message."""
    (tmp_path / "profile.yaml").write_text(PROFILE, encoding="utf-8")

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["auxiliary", *(word.replace("FOLDER", str(tmp_path)) for word in words)])
        with pytest.raises(SystemExit) as exit_:
            main()
        assert exit_.value.code == 1
        return capsys.readouterr().err

    return run


def test_table_fits_80_columns(listed):
    lines = listed().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["experiment", "parameters", "trainable", "layers", "multiply-adds", "pixels"]
    assert lines[2].split() == ["plain,", "wide", f"{PARAMETERS:,}", f"{PARAMETERS:,}", "5", f"{MULTIPLY_ADDS:,}", "32"]
    assert lines[-1] == "For 5 classes; multiply-adds for one image."


def test_wide_terminal_shows_the_networks(listed):
    assert "conv(64) | flatten | dense(512)" in listed(width=140)
    assert "conv(64)" not in listed(width=100)


def test_key_is_printed_unchanged(listed):
    assert "again[b] " in listed()


def test_csv_has_one_row_per_experiment_in_order(listed, tmp_path):
    printed = listed("--csv")
    assert printed.startswith("key,parameters,trainable,layers,multiply_adds,image_size,")
    (tmp_path / "models.csv").write_text(printed, encoding="utf-8")
    table = pd.read_csv(tmp_path / "models.csv", index_col="key")
    assert list(table.index) == ["plain, wide", "a_name_so_long_that_it_needs_a_second_line", "again[b]"]
    assert list(table["parameters"]) == [PARAMETERS, RESIDUAL, RESIDUAL]
    assert list(table["trainable"]) == [PARAMETERS, RESIDUAL - 48, RESIDUAL - 48]


def test_experiments_and_parameters_are_chosen_as_in_run(listed):
    (line,) = listed("--csv", "--experiments", "plain*", "-p", "image_size", "3").splitlines()[1:]
    parameters, multiply_adds = 28 * 64 + 65 * 512 + 513 * 5, 27 * 64 + 64 * 512 + 512 * 5
    assert line.startswith(f'"plain, wide",{parameters},{parameters},5,{multiply_adds},3,5,scratch,plain,')


def test_classes_of_the_users_folder_are_counted(listed, image_folder):
    folder = image_folder({"cat": 1, "dog": 1, "emu": 1})
    assert "For 3 classes" in listed("-p", "dataset", str(folder))


@pytest.mark.parametrize("words", [
    ["dem"], ["FOLDER/elsewhere.yaml"], ["FOLDER"], [MINE, "--experiments", "again?"], [MINE, "-p", "epoch", "2"],
    [MINE, "-p", "epochs", "many"], [MINE, "-p", "seeds", "[1"], [MINE, "-p", "dataset", "nowhere"],
    [MINE, "-p", "image_size", "2"]])
def test_mistakes_are_reported_as_by_run(refusal, words):
    message = refusal("models", *words)
    assert message.startswith("error: ") and message.count("\n") == 1
    assert message == refusal("run", *words, "--root", "FOLDER-root")


def test_command_prints_nothing_but_csv(tmp_path):
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
def test_known_data_set_has_its_published_number_of_classes(provider, classes, tmp_path):
    assert count_classes(open_project(provider.DATA_SET.name, root=tmp_path)) == len(classes)


def test_only_folders_with_images_are_classes(image_folder, tmp_path):
    folder = image_folder({"cat": 1, "dog": 1, "emu": 1})
    (folder / ".hidden").mkdir()
    (folder / "nothing").mkdir()
    (folder / "readme.txt").touch()
    assert count_classes(own(folder, tmp_path)) == 3


def test_fixed_test_set_has_the_same_classes(image_folder, tmp_path):
    folder = image_folder({"train/cat": 1, "train/dog": 1, "test/cat": 1, "test/dog": 1})
    assert count_classes(own(folder, tmp_path)) == 2


def test_folder_without_classes_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="mine holds no images in folders"):
        count_classes(own(tmp_path / "mine", tmp_path))


def own(folder, root):
    return open_project("flowers", overrides={"dataset": str(folder)}, root=root)


CLASSES = 10
# What was published for ten classes: parameters, and those trained.
PUBLISHED = {
    ("animals10", "conv4invto128_dense256"): (4_818_858, 4_818_858),
    ("animals10", "conv5invto128_dense1"): (509_402, 509_402),
    ("animals10", "mobnet2_dense256"): (2_588_490, 330_506),
    ("animals10", "effnet2S_small"): (20_661_866, 330_506),
    ("animals10", "effnet2S_small_finetune"): (20_661_866, 2_274_698),
    ("cifar10", "M1"): (295_850, 295_850),
    ("cifar10", "M2"): (583_626, 583_626),
    ("cifar10", "M3"): (1_159_178, 1_159_178),
}
USUAL = {"learning_rate": 0.1, "epochs": 1}


def scratch(key: str, net: str, image_size: int = 32) -> ScratchExperiment:
    return ScratchExperiment(**USUAL, model_id="m", key=key, net=net, image_size=image_size)


def transfer(key: str, backbone: str, image_size: int = 32, **values) -> TransferExperiment:
    return TransferExperiment(**USUAL, model_id="m", key=key, backbone=backbone, image_size=image_size,
                       **{"head": "gap | dense(8)"} | values)


def figures(model: keras.Model) -> list[int]:
    """What Keras says of a built model, in the order of the table."""
    trainable = count_parameters(model.trainable_weights)
    return [model.count_params(), trainable, len(all_layers(model)), multiply_adds(model)]


@pytest.fixture(scope="module")
def published():
    """The table of the experiments with a published size."""
    experiments = [
        experiment
        for profile in ("animals10", "cifar10")
        for experiment in load_profile(profile).experiments
        if (profile, experiment.key) in PUBLISHED
    ]
    return census(experiments, CLASSES).set_index("key")


@pytest.mark.parametrize(("experiment", "expected"), PUBLISHED.items(), ids=lambda value: "-".join(map(str, value)))
def test_published_networks_have_their_published_size(published, experiment, expected):
    assert tuple(published.loc[experiment[1], ["parameters", "trainable"]]) == expected


def test_backbones_count_as_keras_lists_them(published):
    # 153 and 512 without the input, `gap | dense(256)` and the final layer; MobileNetV2's images are scaled first.
    assert published.loc["mobnet2_dense256", "layers"] == 1 + 153 + 3
    assert published.loc["effnet2S_small", "layers"] == 512 + 3
    head = 1280 * 256 + 256 * CLASSES
    assert published.loc["effnet2S_small", "multiply_adds"] == 2_848_615_872 + head


@pytest.mark.parametrize("profile", ["demo", "animals10", "cifar10", "flowers"])
def test_formulas_equal_the_model_that_keras_builds(profile):
    # Each network once; in an experiment without training nothing is trainable.
    experiments = list(
        {
            (experiment.net, experiment.image_size): experiment
            for experiment in load_profile(profile).scratch
            if experiment.epochs
        }.values()
    )
    table = census(experiments, CLASSES).set_index("key")
    for experiment in experiments:
        model = build_scratch(experiment, CLASSES)
        assert list(table.loc[experiment.key, FIGURES]) == figures(model), experiment.key
        assert table.loc[experiment.key, "layers"] == len(model.layers) - 1, experiment.key     # without the input


@pytest.mark.parametrize("backbone", [
    "MobileNetV2_035", "EfficientNetLite0", "MobileNetV2_035 + EfficientNetLite0"])
def test_pre_trained_networks_equal_the_model_that_keras_builds(backbone):
    experiments = [transfer("some", backbone, 64, tune_last=30, head="gap | dense(8) | dropout(0.5)"),
            transfer("all", backbone, 33, tune_last="all", head="gap | batchnorm")]
    table = census(experiments, CLASSES)
    for experiment, entry in zip(experiments, table[FIGURES].itertuples(index=False), strict=True):
        assert list(entry) == figures(build_transfer(experiment, CLASSES, weights=None).model), experiment.key


def test_row_holds_everything_its_figures_depend_on():
    experiments = [
        scratch("b", "conv(4) | gap"),
        transfer("a", "EfficientNetLite0", tune_last="all"),
        scratch("c", "gap"),
    ]
    table = census(experiments, 3)
    assert list(table) == COLUMNS
    assert list(table["key"]) == ["b", "a", "c"]
    assert list(table.loc[0].drop(["key", *FIGURES])) == [32, 3, "scratch", "m", "", "", "conv(4) | gap"]
    assert list(table.loc[1].drop(["key", *FIGURES])) == [
        32, 3, "transfer", "m", "EfficientNetLite0", "all", "gap | dense(8)"]


def test_empty_table_has_the_same_columns():
    assert list(census([], CLASSES)) == COLUMNS


def test_each_backbone_is_built_once_per_size(monkeypatch):
    built = []
    monkeypatch.setattr(module, "load_backbone", lambda name, size, weights: built.append((name, size, weights))
                        or keras.Sequential([keras.Input((size, size, 3)), keras.layers.Conv2D(4, 3)]))
    experiments = [transfer(str(number), "EfficientNetLite0", size) for number, size in enumerate((32, 32, 64, 32))]
    census(experiments, CLASSES)
    assert built == [("EfficientNetLite0", 32, None), ("EfficientNetLite0", 64, None)]


def test_images_too_small_for_a_backbone_are_refused():
    with pytest.raises(UserError, match="image_size 28 is too small for EfficientNetLite0"):
        census([transfer("a", "EfficientNetLite0", 28)], CLASSES)


def test_nothing_is_trainable_without_training():
    experiments = [
        experiment
        for name in ("animals10", "flowers")
        for experiment in load_profile(name).experiments
        if not experiment.trains
    ]
    assert [experiment.key for experiment in experiments] == ["mobnet2_small_notraining", "cnn_16_32_64_dropout_l2_tta",
                                                              "lite0_tta"]
    assert list(census(experiments, CLASSES)["trainable"]) == [0, 0, 0]


def test_backbones_are_listed_within_100_columns_with_those_that_compute_least_first(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "100")
    assert exit_status(monkeypatch, "models", "--backbones") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    names = [line.split()[0] for line in lines[2:-3]]
    assert sorted(names) == sorted(BACKBONES)
    costs = [BACKBONES[name].multiply_adds for name in names]
    assert costs == sorted(costs)
    assert lines[2 + names.index("EfficientNetLite2")].split()[:9] == [
        "EfficientNetLite2", "77.6", "260", "px", "4.9", "M", "575", "M", "19"]


def test_backbones_as_csv_have_exact_numbers(monkeypatch, capsys, tmp_path):
    assert exit_status(monkeypatch, "models", "--backbones", "--csv") == 0
    (tmp_path / "backbones.csv").write_text(capsys.readouterr().out, encoding="utf-8")
    table = pd.read_csv(tmp_path / "backbones.csv", index_col="name")
    assert set(table.index) == set(BACKBONES)
    assert table.loc["EfficientNetLite0", ["top1", "parameters"]].tolist() == [75.1, 3_413_024]


@pytest.mark.parametrize(("words", "message"), [
    ([], "name a profile, such as demo, or list the pre-trained networks with --backbones"),
    (["demo", "--backbones"], "leave out the profile"),
    (["--backbones", "-p", "epochs", "2"], "leave out the profile")])
def test_either_a_profile_or_the_backbones_are_listed(monkeypatch, capsys, words, message):
    assert exit_status(monkeypatch, "models", *words) == 1
    assert message in capsys.readouterr().err


def exit_status(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["auxiliary", *words])
    with pytest.raises(SystemExit) as exit_:
        main()
    return exit_.value.code
