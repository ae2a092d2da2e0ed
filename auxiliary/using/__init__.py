"""A finished run put to use: asked about pictures of one's own, served as a page, exported for other programs."""
