"""Predictions of 1,216 photographs to a CSV file, or the features of the same images: `predict_csv.py table|features`.

The network is a head on frozen EfficientNetLite0. Features are computed of the prepared images, predictions of the
originals. What a call takes of only `FEW` images is subtracted, so that no start counts.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import tensorflow as tf
from timing import SIZE, say, seconds

from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_transfer
from auxiliary.training.features import FeatureExtractor, cached_features

FEW = 64
KEY = "lite0"
PROFILE = f"""
dataset: train
image_size: {SIZE}
transfer:
  - {{model_id: {KEY}, learning_rate: 1e-3, epochs: 1, backbone: EfficientNetLite0, head: gap}}
"""
images = pd.concat([read_table(Path("train.csv")), read_table(Path("val.csv"))])


def make_run() -> None:
    """Train the network whose predictions are timed."""
    Path("lite0.yaml").write_text(PROFILE, encoding="utf-8")
    for command in (["run", "lite0.yaml", "--only", "01"], ["train", "lite0.yaml", "-e", KEY, "--no-log"]):
        subprocess.run([sys.executable, "-m", "auxiliary", *command, "--root", "lite0-root"], check=True,
                       stdout=sys.stderr)


def table(df: pd.DataFrame) -> None:
    """Predict originals as the command does."""
    from auxiliary.commands.predict import predict_images

    with tempfile.TemporaryDirectory() as folder:
        predict_images(tuple(f"raw-img/{original}" for original in df["original"]), root=Path("lite0-root"),
                       csv_file=Path(folder, "out.csv"))


def features(df: pd.DataFrame) -> None:
    """Compute features as training does."""
    experiment = TransferExperiment(model_id=KEY, key=KEY, learning_rate=1e-3, epochs=1,
                                    backbone="EfficientNetLite0", head="gap", image_size=SIZE)
    extractor = FeatureExtractor(build_transfer(experiment, 10).features)
    with tempfile.TemporaryDirectory() as folder:
        cached_features(extractor, experiment, df, Path(folder))


if not Path("lite0-root/models").is_dir():
    make_run()
work = {"table": table, "features": features}[sys.argv[1]]
runtime.start(0)
work(images.head(FEW))
few, many = seconds(lambda: work(images.head(FEW))), seconds(lambda: work(images))
say(many - few, tensorflow=tf.__version__)
