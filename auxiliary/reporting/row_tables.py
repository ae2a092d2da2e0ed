"""What a notebook is going to train, as tables."""

from collections.abc import Sequence

import pandas as pd

from auxiliary.config.profile import ScratchRow, TransferRow
from auxiliary.data.sample import sampling_size
from auxiliary.networks.arithmetic import total
from auxiliary.networks.backbones import find_backbone


def scratch_table(rows: Sequence[ScratchRow], classes: int) -> pd.DataFrame:
    """Each scratch row's network with its parameters and multiply-adds a picture, by formula."""
    totals = [total(row.net, (row.image_size, row.image_size, 3), classes) for row in rows]
    return pd.DataFrame({
        "key": [row.key for row in rows], "network": [row.net for row in rows],
        "parameters": [figures.parameters for figures in totals],
        "multiply-adds": [figures.multiply_adds for figures in totals],
    }).set_index("key")


def transfer_table(rows: Sequence[TransferRow]) -> pd.DataFrame:
    """Each transfer row's backbone, what it is, its parameters, and how much of it is trained."""
    backbones = [find_backbone(row.backbone) for row in rows]
    return pd.DataFrame({
        "key": [row.key for row in rows], "backbone": [backbone.name for backbone in backbones],
        "about": [backbone.about for backbone in backbones], "head": [row.head for row in rows],
        "backbone parameters": [backbone.parameters for backbone in backbones],
        "trained": [f"head and last {row.tune_last} layers" if row.tune_last else "head" for row in rows],
        "goes on from": [row.parent or "" for row in rows],
    }).set_index("key")


def training_table(rows: Sequence[ScratchRow | TransferRow], train: pd.DataFrame) -> pd.DataFrame:
    """How each row is trained: sampling with the pictures a class it gives, rate, schedule, epochs, augmentation."""
    sizes = [sampling_size(train, row.sampling) for row in rows]
    return pd.DataFrame({
        "key": [row.key for row in rows], "sampling": [row.sampling for row in rows],
        "pictures a class": [size or "as they are" for size in sizes],
        "learning rate": [row.learning_rate for row in rows], "schedule": [row.schedule for row in rows],
        "epochs": [row.epochs for row in rows], "augment": [row.augment or "no" for row in rows],
    }).set_index("key")
