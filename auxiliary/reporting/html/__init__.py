"""All results of a data set as pages to send to somebody: the report, the slides, and the executed notebooks."""
