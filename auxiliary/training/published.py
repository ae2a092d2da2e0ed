"""The accuracy that somebody else published: whether the profile and the row of a finished run agree on it."""

from math import isnan

from auxiliary.core.progress import notify
from auxiliary.runs.results_csv import read_results
from auxiliary.training.job import Job


def compare_published(job: Job) -> None:
    """Say so where the row of a finished run, which is never changed, has another published accuracy than the profile.

    It is a remark, for which nothing is trained again.
    """
    published = job.experiment.published_with(job.seed)
    now = "none" if published is None else str(published)
    if _as_text(job.run.result.published_accuracy) == now:
        return
    path, run_id = job.project.paths.results, job.run.result.run_id
    results = read_results(path)
    # None where the row cannot be read.
    logged = [_as_text(accuracy) for accuracy in results.loc[results["run_id"] == run_id, "published_accuracy"]]
    if logged and logged[-1] != now:
        notify(f"{job.experiment.key}: the published accuracy is {now} in the profile and {logged[-1]} in the row "
               f"{run_id} of {path.name}, which tables show: make the two agree")


def _as_text(accuracy: float) -> str:
    return "none" if isnan(accuracy) else str(accuracy)
