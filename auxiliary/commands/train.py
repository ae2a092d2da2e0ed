"""`python -m auxiliary train PROFILE -e KEY`: trains one experiment with one seed, without notebooks and pages."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from auxiliary.config.experiment import Experiment
from auxiliary.config.parameters import read_parameters
from auxiliary.core.errors import NotTrained, UserError, unknown
from auxiliary.data.splitting.split_files import check_splits
from auxiliary.project.open import open_project
from auxiliary.runs.results_csv import check_results
from auxiliary.training.job import Job
from auxiliary.training.outcome import check_converged
from auxiliary.training.retrain import children_to_retrain, retrain_later
from auxiliary.training.train_all import run_jobs


def train_experiment(profile: str, parameters: Mapping[str, str], key: str, seed: int | None = None,
                     root: Path | None = None, retrain: bool = False, log: bool = True) -> None:
    """Train an experiment, and before it its parent or members, unless that has been done; print one line at the end.

    A finished run is read back without loading TensorFlow. An interrupted run goes on after its last whole epoch.

    Args:
        profile: as for `run`, its images prepared.
        parameters: values that replace the profile's, see `read_parameters`.
        key: of the experiment.
        seed: from 0 to 2**32 - 1; unless given, the experiment's only one.
        root: the folder for data, models, assets and results; the repository unless given.
        retrain: whether to train a finished run anew, and those of its children, see `auxiliary.training.retrain`.
        log: whether `results.csv` gets the rows.

    Raises:
        UserError: for anything that does not exist or does not fit; the images are not prepared.
        Diverged: it diverged, or was not trained because a parent did.
        NotTrained: it does not fit into the memory of the GPU.
    """
    project = open_project(profile, overrides=read_parameters(parameters), root=root)
    if key not in project.experiments:
        raise unknown("experiment", key, project.experiments)
    experiment = project.experiments[key]
    jobs = [Job(experiment, _only_seed(experiment) if seed is None else seed, project)]
    check_splits(project.profile.split, project.paths)
    if log:
        check_results(project.paths.results)
    if retrain:
        retrain_later(jobs, project)
        jobs += children_to_retrain(jobs, project)
    # Raised where nothing was trained; the check says why, and also where only some were not.
    with suppress(NotTrained):
        run_jobs(jobs, log)
    check_converged(jobs)


def _only_seed(experiment: Experiment) -> int:
    if len(experiment.seeds) > 1:
        raise UserError(f"{experiment.key} has the seeds {', '.join(map(str, experiment.seeds))}: choose one with "
                        "--seed")
    return experiment.seeds[0]
