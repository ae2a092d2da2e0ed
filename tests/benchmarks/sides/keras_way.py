"""What tutorials of Keras do with a folder of images: decode every file in every epoch."""

import pandas as pd
import tensorflow as tf
from timing import SIZE


def decoded_every_epoch(table: pd.DataFrame, batch_size: int) -> tf.data.Dataset:
    """Shuffled batches of images and labels."""
    files = tf.data.Dataset.from_tensor_slices((table["filepath"].to_numpy(str), table["label"].to_numpy("int64")))
    return files.shuffle(len(table)).map(_read, tf.data.AUTOTUNE).batch(batch_size).prefetch(tf.data.AUTOTUNE)


def _read(file, label):
    image = tf.io.decode_jpeg(tf.io.read_file(file), channels=3)
    return tf.image.resize(image, (SIZE, SIZE)), label
