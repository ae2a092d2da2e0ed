"""What the network of each row holds and takes, without training it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from auxiliary.config.profile import Row, ScratchRow, TransferRow
from auxiliary.networks.arithmetic import Total, total
from auxiliary.networks.backbones import find_backbone, load_backbone, set_tuned, tuned_layers
from auxiliary.progress import track

if TYPE_CHECKING:
    import keras

FIGURES = ["parameters", "trainable", "layers", "multiply_adds"]
COLUMNS = ["key", *FIGURES, "image_size", "classes", "stage", "model_id", "backbone", "tune_last", "network"]


def census(rows: Sequence[Row], classes: int) -> pd.DataFrame:
    """What each row's network holds and takes, final layer included.

    Scratch rows go by formula. For transfer rows each backbone is built, once for each picture size, with random
    weights, which are as many as the pre-trained ones; only then TensorFlow is imported.

    Args:
        rows: complete rows of a profile.
        classes: number of categories.

    Returns:
        One row each, in their order. `key`; `parameters`: numbers held; `trainable`: those of them that training
        changes, which leaves out frozen layers and batch norm's averages, and all where nothing is trained;
        `layers`: Keras's, those of a backbone one by one, the scaling of the pictures and the final layer counted,
        inputs not; `multiply_adds`: of convolutions and dense layers for one picture of `image_size`; then what
        they depend on. `backbone` and `tune_last` are empty for scratch rows; `network` is the row's `net` or
        `head` line.
    """
    backbones = _build_backbones(rows)
    entries = []
    for row in rows:
        figures = (_scratch_total(row, classes) if isinstance(row, ScratchRow)
                   else _transfer_total(row, classes, backbones[row.backbone, row.image_size]))
        entries.append(asdict(figures) | {
            "key": row.key, "image_size": row.image_size, "classes": classes, "stage": row.stage,
            "model_id": row.model_id, "backbone": getattr(row, "backbone", ""),
            "tune_last": getattr(row, "tune_last", ""), "network": row.network})
    return pd.DataFrame(entries, columns=COLUMNS)


def _scratch_total(row: ScratchRow, classes: int) -> Total:
    line = total(row.net, (row.image_size, row.image_size, 3), classes)
    # The line's layers come after one that scales the pictures.
    return Total(line.parameters, line.trainable if row.epochs else 0, line.multiply_adds, line.layers + 1)


def _build_backbones(rows: Iterable[Row]) -> dict[tuple[str, int], "keras.Model"]:
    """The backbones of the rows, by name and picture size."""
    wanted = dict.fromkeys((row.backbone, row.image_size) for row in rows if isinstance(row, TransferRow))
    if not wanted:
        return {}
    from auxiliary.runtime import load

    load()
    return {(name, size): load_backbone(name, size, weights=None)
            for name, size in track(wanted, "build backbones", len(wanted), "backbone")}


def _transfer_total(row: TransferRow, classes: int, backbone: "keras.Model") -> Total:
    from auxiliary.networks.summary import all_layers, count, multiply_adds

    set_tuned(backbone, tuned_layers(row.backbone, row.tune_last))
    head = total(row.head, backbone.output_shape[1:], classes)
    scaled = find_backbone(row.backbone).rescale is not None
    return Total(
        parameters=backbone.count_params() + head.parameters,
        trainable=count(backbone.trainable_weights) + head.trainable if row.epochs else 0,
        multiply_adds=multiply_adds(backbone) + head.multiply_adds,
        layers=scaled + len(all_layers(backbone)) + head.layers)
