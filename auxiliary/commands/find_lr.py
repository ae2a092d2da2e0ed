"""`python -m auxiliary find-lr PROFILE`: a learning-rate range test of each experiment."""

from collections.abc import Mapping
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.config.experiment import Experiment
from auxiliary.config.parameters import read_parameters
from auxiliary.core import runtime
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import Diverged, UserError
from auxiliary.core.progress import notify
from auxiliary.networks.rates import suggested_rate
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from auxiliary.reporting.range_test_figure import range_test_figure
from auxiliary.training.job import Job


def find_rates(profile: str, parameters: Mapping[str, str], experiments: str, root: Path | None) -> None:
    """Test each experiment that trains something, print what is suggested, and save one figure each. No run is made.

    Args:
        profile: as for `run`, its images prepared.
        parameters: values that replace the profile's, as typed.
        experiments: keys of the experiments, as shell patterns separated by commas.
        root: the folder of data, models and assets; the repository unless given.

    Raises:
        UserError: the images are not prepared, no experiment trains anything, or a parent is not trained yet.
    """
    project = open_project(profile, experiments, read_parameters(parameters), root)
    chosen = [each for each in project.profile.experiments if each.epochs and not each.refit]
    if not chosen:
        raise UserError("none of these experiments trains anything, so there is no learning rate to find")
    table = Table("experiment", "in the profile", "suggested", box=SIMPLE_HEAD)
    for experiment in chosen:
        table.add_row(experiment.key, str(experiment.learning_rate), _suggested(experiment, project))
    console = PlainConsole()
    console.print(table)
    console.print(f"The figures are in {project.paths.assets}. `learning_rate: auto` in a profile makes the same test "
                  "before the training and uses what it suggests.", soft_wrap=True)


def _suggested(experiment: Experiment, project: Project) -> str:
    """What the test of an experiment suggests, after saving its figure."""
    job = Job(experiment, experiment.seeds[0], project)
    if job.start and not job.start.run.finished:
        raise UserError(f"{experiment.key} starts from {job.start.name}, which is not trained yet: run that first")
    runtime.start(job.seed, experiment.deterministic)
    from auxiliary.training.range_test import range_test
    from auxiliary.training.setup import build_setup

    setup = build_setup(job)
    setup.begin(job)
    try:
        found = range_test(job, setup)
    except Diverged as error:
        notify(str(error))
        return "none"
    project.show(range_test_figure(experiment.key, found), f"learning-rate-{experiment.slug}")
    return f"{suggested_rate(found):g}"
