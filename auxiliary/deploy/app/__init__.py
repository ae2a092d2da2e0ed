"""A page on which images are dropped and named."""
