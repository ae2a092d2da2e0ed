"""An epoch of conv4invto128_dense256 as a first notebook does it: files decoded every epoch, float32, `tf.image`."""

import keras
import pandas as pd
import tensorflow as tf
from timing import SIZE, conv4, epochs_of, say

BATCH = 32


def read(file, label):
    image = tf.io.decode_jpeg(tf.io.read_file(file), channels=3)
    return tf.image.resize(image, (SIZE, SIZE)) / 255.0, label


def augment(image, label):
    image = tf.image.random_flip_left_right(image)
    share = tf.random.uniform((), 0.8, 1.0)
    image = tf.image.random_crop(image, tf.cast(tf.stack([SIZE * share, SIZE * share, 3.0]), tf.int32))
    image = tf.image.resize(image, (SIZE, SIZE))
    image = tf.image.random_brightness(image, 0.1)
    return tf.clip_by_value(tf.image.random_saturation(image, 0.8, 1.2), 0.0, 1.0), label


table = pd.read_csv("train.csv")
images = tf.data.Dataset.from_tensor_slices((table["filepath"].to_numpy(), table["label"].to_numpy()))
batches = (images.shuffle(len(table)).map(read, tf.data.AUTOTUNE).map(augment, tf.data.AUTOTUNE)
           .batch(BATCH).prefetch(tf.data.AUTOTUNE))
model = keras.Sequential([keras.Input((SIZE, SIZE, 3)), *conv4(keras, table["label"].nunique())])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
say(epochs_of(lambda: model.fit(batches, verbose=0)), keras=keras.__version__, tensorflow=tf.__version__)
