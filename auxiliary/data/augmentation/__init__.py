"""Augmentation of batches of images by a spec such as `crop(0.35) | flip | erase(0.3)`."""
