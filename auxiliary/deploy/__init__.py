"""Finished runs in use: predictions for new images, a page that shows them, and exports for other programs."""
