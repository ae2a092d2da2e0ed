"""A page on which pictures are dropped and named."""
