"""The folders of a data set: which files lie below them, and what their names tell."""
