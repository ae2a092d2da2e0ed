"""The same work on several workers: a Dask cluster on this machine, on others, or made of jobs of a queue."""
