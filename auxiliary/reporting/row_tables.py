"""What a notebook is going to train, as tables."""

from collections.abc import Sequence

import pandas as pd

from auxiliary.config.profile import Row, ScratchRow, TransferRow
from auxiliary.data.sample import sampling_size
from auxiliary.networks.arithmetic import total
from auxiliary.networks.backbones import find_backbone, tuned_layers

OPTIONAL = ("weights", "goes on from", "seeds", "patience", "tta", "reported", "note")


def scratch_table(rows: Sequence[ScratchRow], classes: int) -> pd.DataFrame:
    """Each scratch row's network with its picture size in pixels, and by formula parameters and multiply-adds."""
    totals = [total(row.net, (row.image_size, row.image_size, 3), classes) for row in rows]
    return _table(rows, {
        "network": [f"goes on from {row.parent}" if row.parent else row.net for row in rows],
        "picture": [row.image_size for row in rows],
        "parameters": [figures.parameters for figures in totals],
        "multiply-adds": [figures.multiply_adds for figures in totals],
    })


def transfer_table(rows: Sequence[TransferRow]) -> pd.DataFrame:
    """Each transfer row's backbone, what it is, its parameters, and how much of it is trained.

    Weights other than ImageNet's, and parents, have a column where any row has one.
    """
    backbones = [find_backbone(row.backbone) for row in rows]
    return _table(rows, {
        "backbone": [backbone.name for backbone in backbones], "about": [backbone.about for backbone in backbones],
        "weights": [row.weights if row.weights != "imagenet" else "" for row in rows],
        "head": [row.head for row in rows], "picture": [row.image_size for row in rows],
        "backbone parameters": [backbone.parameters for backbone in backbones],
        "trained": [_trained(row) for row in rows], "goes on from": [row.parent or "" for row in rows],
    })


def training_table(rows: Sequence[ScratchRow | TransferRow], train: pd.DataFrame) -> pd.DataFrame:
    """How each row is trained: sampling with the pictures a class it gives, optimiser, rate, epochs, augmentation.

    Several seeds, early stopping and test-time augmentation have a column where any row has one.
    """
    sizes = [sampling_size(train, row.sampling) for row in rows]
    return _table(rows, {
        "sampling": [row.sampling for row in rows], "pictures a class": [size or "as they are" for size in sizes],
        "batch": [row.batch_size for row in rows], "optimizer": [row.optimizer for row in rows],
        "learning rate": [f"{row.learning_rate:g}" for row in rows], "schedule": [row.schedule for row in rows],
        "epochs": [row.epochs for row in rows], "patience": [row.patience or "" for row in rows],
        "augment": [row.augment or "no" for row in rows], "tta": [row.tta or "" for row in rows],
        "seeds": [", ".join(map(str, row.seeds)) if len(row.seeds) > 1 else "" for row in rows],
    })


def remark_table(rows: Sequence[Row]) -> pd.DataFrame:
    """What others reported for rows, and what there is to know of them; rows without either are left out."""
    told = [row for row in rows if row.note or row.reported is not None]
    return _table(told, {"reported": [_reported(row) for row in told], "note": [row.note for row in told]})


def _table(rows: Sequence[Row], columns: dict[str, list]) -> pd.DataFrame:
    """A line a row (index `key`), without optional columns that are empty."""
    shown = {name: values for name, values in columns.items() if name not in OPTIONAL or any(values)}
    return pd.DataFrame({"key": [row.key for row in rows], **shown}).set_index("key")


def _reported(row: Row) -> str:
    """What was reported for a row, for its seeds in turn where there are several figures."""
    several = row.reported if isinstance(row.reported, tuple) else (row.reported,)
    return ", ".join(f"{accuracy:.4f}" for accuracy in several if accuracy is not None)


def _trained(row: TransferRow) -> str:
    if not row.epochs:
        return "nothing"
    layers, last = find_backbone(row.backbone).layers, tuned_layers(row.backbone, row.tune_last)
    if last >= layers:
        return f"head and all {layers} layers"
    return f"head and last {last} layers" if last else "head"
