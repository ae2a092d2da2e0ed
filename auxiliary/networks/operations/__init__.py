"""The operations of a `net` or `head` spec, each with its Keras layers and their cost.

`build` makes the Keras layers. `costs` computes output shapes and sizes by formula, without TensorFlow: a plan is
printed, and a spec that does not fit the images refused, before TensorFlow is loaded.
"""
