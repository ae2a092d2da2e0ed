"""Training, validation and test images: how they are divided, and the tables on disk."""
