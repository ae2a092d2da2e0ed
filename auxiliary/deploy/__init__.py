"""A finished run put to use: asked about images of one's own, served as a page, exported for other programs."""
