"""From a spec to a Keras model, and the model's parameters, layers and multiply-adds."""
