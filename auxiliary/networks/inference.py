"""A pre-trained network as one layer that stays in inference mode while its outer model trains."""

import keras


# In a functional model Keras 3.15 overrides `backbone(x, training=False)` with the mode the model is called in
# (`operation_fn` in keras/src/models/functional.py), so batch normalisation with trainable scale and shift
# would train its averages too. A call from inside a layer keeps what it says.
@keras.saving.register_keras_serializable(package="auxiliary")
class InferenceMode(keras.layers.Wrapper):
    """Calls a layer or model with `training=False`, whatever mode it is called in itself.

    Batch normalisation inside uses and keeps its averages, dropout inside does nothing, and the weights of
    layers that are trainable do train. Importing this module lets Keras read saved models that hold it.

    Example:
        `InferenceMode(backbone, name="backbone")(pixels)`
    """

    def __init__(self, layer: keras.layers.Layer, **kwargs) -> None:
        # float32 passes pictures of 0 to 255 on unrounded; the layer inside casts them by its own policy.
        super().__init__(layer, **{"dtype": "float32", **kwargs})

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """The layer's output in inference mode."""
        return self.layer(inputs, training=False)
