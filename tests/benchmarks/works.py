"""What is measured, against what, and how much faster it should be."""

from typing import NamedTuple


class Work(NamedTuple):
    """A row of the table.

    Attributes:
        work: what is done.
        ours: the script that does it our way, and its arguments.
        against: what it is compared with.
        baseline: the script that does it that way.
        target: how many times as fast ours should be.
    """

    work: str
    ours: str
    against: str
    baseline: str
    target: float


EPOCH = "an epoch of conv4invto128_dense256, 224 px, augmented"
PREPARE = "catalogue and normalise, hashes included"
WORKS = [
    Work(PREPARE, "prepare_ours", "Pillow's plain calls, one process", "prepare_seeds", 2.5),
    Work(PREPARE, "prepare_ours", "bare decode, resize and encode on all cores", "prepare_bare", 1 / 1.25),
    Work(EPOCH, "epoch_ours", "tf.data as in a first notebook, files decoded every epoch", "epoch_seeds", 2.0),
    Work(EPOCH, "epoch_ours", "image_dataset_from_directory and augmentation layers", "epoch_keras", 1.5),
    Work(EPOCH, "epoch_ours", "PyTorch, eager", "epoch_torch float32", 1.3),
    Work(EPOCH, "epoch_ours", "PyTorch, bfloat16 autocast, channels last", "epoch_torch bfloat16", 1.3),
    Work("steps fed by the augmented pipeline", "step fed", "the same on a batch in memory", "step memory", 1 / 1.1),
    *(Work(f"15 epochs of a new head on frozen {backbone}, 320 pictures", f"frozen ours {backbone}",
           "the backbone runs every epoch", f"frozen seeds {backbone}", 12.0)
      for backbone in ("MobileNetV2", "EfficientNetLite0")),
    *(Work(f"features of {backbone}, 224 px", f"features ours {backbone}", "model.predict, float32",
           f"features predict {backbone}", target)
      for backbone, target in (("EfficientNetV2S", 2.0), ("MobileNetV2", 1.5), ("EfficientNetLite0", 1.5))),
    Work("python -m auxiliary --help", "started help", "importing TensorFlow", "started tensorflow", 10.0),
]
