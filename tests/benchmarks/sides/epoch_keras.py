"""An epoch of conv4invto128_dense256 as Keras's examples do it: its directory pipeline and its augmentation layers."""

import keras
import pandas as pd
import tensorflow as tf
from timing import SIZE, conv4, epochs_of, say

classes = pd.read_csv("train.csv")["label"].nunique()
batches = keras.utils.image_dataset_from_directory("train", image_size=(SIZE, SIZE), batch_size=32, verbose=False)
augmentation = keras.Sequential([
    keras.layers.RandomFlip("horizontal"), keras.layers.RandomTranslation(0.1, 0.1), keras.layers.RandomZoom(0.2),
    keras.layers.RandomBrightness(0.1), keras.layers.RandomSaturation(0.4),
])
batches = batches.map(lambda images, labels: (augmentation(images, training=True), labels), tf.data.AUTOTUNE)
model = keras.Sequential([keras.Input((SIZE, SIZE, 3)), keras.layers.Rescaling(1 / 255), *conv4(keras, classes)])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
say(epochs_of(lambda: model.fit(batches.prefetch(tf.data.AUTOTUNE), verbose=0)), keras=keras.__version__,
    tensorflow=tf.__version__)
