"""An epoch of conv4invto128_dense256 as a first notebook does it: files decoded every epoch, float32, `tf.image`."""

import keras
import pandas as pd
import tensorflow as tf
from timing import SIZE, conv4, epochs_of, say

BATCH = 32


def read(file, label):
    picture = tf.io.decode_jpeg(tf.io.read_file(file), channels=3)
    return tf.image.resize(picture, (SIZE, SIZE)) / 255.0, label


def augment(picture, label):
    picture = tf.image.random_flip_left_right(picture)
    share = tf.random.uniform((), 0.8, 1.0)
    picture = tf.image.random_crop(picture, tf.cast(tf.stack([SIZE * share, SIZE * share, 3.0]), tf.int32))
    picture = tf.image.resize(picture, (SIZE, SIZE))
    picture = tf.image.random_brightness(picture, 0.1)
    return tf.clip_by_value(tf.image.random_saturation(picture, 0.8, 1.2), 0.0, 1.0), label


table = pd.read_csv("train.csv")
pictures = tf.data.Dataset.from_tensor_slices((table["filepath"].to_numpy(), table["label"].to_numpy()))
batches = (pictures.shuffle(len(table)).map(read, tf.data.AUTOTUNE).map(augment, tf.data.AUTOTUNE)
           .batch(BATCH).prefetch(tf.data.AUTOTUNE))
model = keras.Sequential([keras.Input((SIZE, SIZE, 3)), *conv4(keras, table["label"].nunique())])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
say(epochs_of(lambda: model.fit(batches, verbose=0)), keras=keras.__version__, tensorflow=tf.__version__)
