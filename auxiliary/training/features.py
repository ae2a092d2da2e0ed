"""What a frozen backbone makes of pictures, computed once and kept."""

import io
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.config.profile import TransferRow
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import epoch_order, over_epochs, steps_per_epoch
from auxiliary.data.fingerprint import digest
from auxiliary.errors import UserError
from auxiliary.files import write_atomically
from auxiliary.progress import track
from auxiliary.training.feature_files import each_once, feature_file

BATCH = 64


def pooled_features(model: keras.Model, row: TransferRow, df: pd.DataFrame, folder: Path) -> np.ndarray:
    """Pooled features of each picture, read from `folder` where they have been computed before.

    Args:
        model: from pictures to pooled features.
        row: whose backbone and picture size the model has; they name the file, with fingerprints of the
            weights, which a parent may have tuned, and of the pictures.
        df: the pictures, a row each.
        folder: where features are kept.

    Returns:
        (pictures, channels) float32, in the order of the table.
    """
    path = feature_file(folder, row, weights_fingerprint(model), df)
    if not path.is_file():
        pictures = mk_tf_dataset(df, shuffle=False, image_size=row.image_size, batch_size=BATCH)
        bar = track(pictures, f"{row.backbone} features", steps_per_epoch(len(df), BATCH))
        values = np.concatenate([model.predict_on_batch(batch) for batch, _ in bar]).astype("float32")
        buffer = io.BytesIO()
        np.save(buffer, values)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, buffer.getvalue())
    return np.load(path)


def weights_fingerprint(model: keras.Model) -> str:
    """What tells a model's weights from others: 12 hexadecimal digits."""
    return digest(b"".join(weight.tobytes() for weight in model.get_weights()))


def feature_batches(model: keras.Model, row: TransferRow, folder: Path, df: pd.DataFrame, shuffle: bool = True,
                    augment: str = "", seed: int = 0, first_epoch: int = 0,
                    epochs: int | None = 1) -> tf.data.Dataset:
    """Batches of pooled features and labels of a table of pictures, which may hold a picture several times.

    Arguments as in `pooled_features` and `mk_tf_dataset`; the features are those of the pictures as they are.
    """
    if augment:
        raise UserError("features are computed once, from the pictures as they are: they cannot be augmented")
    pictures = each_once(df)
    features = pooled_features(model, row, pictures, folder)
    position = pd.Index(pictures["filepath"]).get_indexer(df["filepath"])
    return feature_dataset(features[position], df["label"].to_numpy(), shuffle, batch_size=row.batch_size,
                           seed=seed, first_epoch=first_epoch, epochs=epochs)


def feature_dataset(features: np.ndarray, labels: np.ndarray, shuffle: bool, *, batch_size: int, seed: int = 0,
                    first_epoch: int = 0, epochs: int | None = 1) -> tf.data.Dataset:
    """Batches of features and labels; order and arguments as in `mk_tf_dataset`.

    Args:
        features: (pictures, channels) float32.
        labels: (pictures,) integers.
    """
    values, targets = tf.constant(features), tf.constant(labels, tf.int64)

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.data.Dataset.from_tensor_slices(epoch_order(len(labels), shuffle, seed, epoch))
        return order.batch(batch_size).map(lambda index: (tf.gather(values, index), tf.gather(targets, index)))

    return over_epochs(one_epoch, steps_per_epoch(len(labels), batch_size), first_epoch, epochs)
