"""The pages of a data set, to send to somebody: the report, the slides, and the executed notebooks."""
