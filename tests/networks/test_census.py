import subprocess
import sys

import keras
import pytest

from auxiliary.config.loader import load_profile
from auxiliary.config.profile import ScratchRow, TransferRow
from auxiliary.errors import UserError
from auxiliary.networks import census as module
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.census import COLUMNS, FIGURES, census
from auxiliary.networks.summary import all_layers, count, multiply_adds

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


def scratch(key: str, net: str, image_size: int = 32) -> ScratchRow:
    return ScratchRow(**USUAL, model_id="m", key=key, net=net, image_size=image_size)


def transfer(key: str, backbone: str, image_size: int = 32, **values) -> TransferRow:
    return TransferRow(**USUAL, model_id="m", key=key, backbone=backbone, image_size=image_size,
                       **{"head": "gap | dense(8)"} | values)


def figures(model: keras.Model) -> list[int]:
    """What Keras says of a built model, in the order of the table."""
    return [model.count_params(), count(model.trainable_weights), len(all_layers(model)), multiply_adds(model)]


@pytest.fixture(scope="module")
def published():
    """The rows with a published size, as the table has them."""
    rows = [row for profile in ("animals10", "cifar10") for row in load_profile(profile).rows
            if (profile, row.key) in PUBLISHED]
    return census(rows, CLASSES).set_index("key")


@pytest.mark.parametrize(("row", "expected"), PUBLISHED.items(), ids=lambda value: "-".join(map(str, value)))
def test_published_networks_have_their_published_size(published, row, expected):
    assert tuple(published.loc[row[1], ["parameters", "trainable"]]) == expected


def test_backbones_count_as_keras_lists_them(published):
    # 153 and 512 without the input, `gap | dense(256)` and the final layer; MobileNetV2's pictures are scaled first.
    assert published.loc["mobnet2_dense256", "layers"] == 1 + 153 + 3
    assert published.loc["effnet2S_small", "layers"] == 512 + 3
    head = 1280 * 256 + 256 * CLASSES
    assert published.loc["effnet2S_small", "multiply_adds"] == 2_848_615_872 + head


@pytest.mark.parametrize("profile", ["demo", "animals10", "cifar10", "flowers"])
def test_scratch_rows_go_by_formula_and_equal_what_keras_builds(profile):
    # Rows that differ in training only are one network; of those that train nothing, nothing is trainable.
    rows = list({(row.net, row.image_size): row for row in load_profile(profile).scratch if row.epochs}.values())
    table = census(rows, CLASSES).set_index("key")
    for row in rows:
        model = build_scratch(row, CLASSES)
        assert list(table.loc[row.key, FIGURES]) == figures(model), row.key
        assert table.loc[row.key, "layers"] == len(model.layers) - 1, row.key     # but for the input


@pytest.mark.parametrize("backbone", ["MobileNetV2_035", "EfficientNetLite0"])
def test_transfer_rows_equal_what_keras_builds(backbone):
    rows = [transfer("some", backbone, 64, tune_last=30, head="gap | dense(8) | dropout(0.5)"),
            transfer("all", backbone, 33, tune_last="all", head="gap | batchnorm")]
    table = census(rows, CLASSES)
    for row, entry in zip(rows, table[FIGURES].itertuples(index=False), strict=True):
        assert list(entry) == figures(build_transfer(row, CLASSES, weights=None).model), row.key


def test_a_row_is_a_row_in_order_with_what_its_figures_depend_on():
    rows = [scratch("b", "conv(4) | gap"), transfer("a", "EfficientNetLite0", tune_last="all"), scratch("c", "gap")]
    table = census(rows, 3)
    assert list(table) == COLUMNS
    assert list(table["key"]) == ["b", "a", "c"]
    assert list(table.loc[0].drop(["key", *FIGURES])) == [32, 3, "scratch", "m", "", "", "conv(4) | gap"]
    assert list(table.loc[1].drop(["key", *FIGURES])) == [
        32, 3, "transfer", "m", "EfficientNetLite0", "all", "gap | dense(8)"]


def test_a_profile_without_rows_has_the_same_columns():
    assert list(census([], CLASSES)) == COLUMNS


def test_each_backbone_is_built_once_for_each_size(monkeypatch):
    built = []
    monkeypatch.setattr(module, "load_backbone", lambda name, size, weights: built.append((name, size, weights))
                        or keras.Sequential([keras.Input((size, size, 3)), keras.layers.Conv2D(4, 3)]))
    rows = [transfer(str(number), "EfficientNetLite0", size) for number, size in enumerate((32, 32, 64, 32))]
    census(rows, CLASSES)
    assert built == [("EfficientNetLite0", 32, None), ("EfficientNetLite0", 64, None)]


def test_pictures_too_small_for_a_backbone_are_refused():
    with pytest.raises(UserError, match="image_size 28 is too small for EfficientNetLite0"):
        census([transfer("a", "EfficientNetLite0", 28)], CLASSES)


def test_scratch_rows_need_no_tensorflow():
    code = ("import sys; from auxiliary.listing import list_models; list_models('cifar10', {}, 'M*'); "
            "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_where_nothing_is_trained_nothing_is_trainable():
    rows = [row for name in ("animals10", "flowers") for row in load_profile(name).rows if not row.epochs]
    assert [row.key for row in rows] == ["mobnet2_small_notraining", "cnn_16_32_64_dropout_l2_tta", "lite0_tta"]
    assert list(census(rows, CLASSES)["trainable"]) == [0, 0, 0]
