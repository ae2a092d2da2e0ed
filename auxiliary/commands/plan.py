"""The announcement of a run: which experiments will be trained, and how long that takes."""

from itertools import groupby
from pathlib import Path

from rich.table import Column, Table

from auxiliary.commands.amount import amount, count_images
from auxiliary.commands.changes import have_changed
from auxiliary.commands.estimate import seconds_left
from auxiliary.commands.gpu import training_speed
from auxiliary.commands.speed import Speed
from auxiliary.config.experiment import Experiment
from auxiliary.config.grid_keys import grids_of
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.console import PlainConsole
from auxiliary.core.text import counted, duration, listed, short
from auxiliary.data.fetch import DATA_SETS
from auxiliary.data.splitting.split_files import is_divided
from auxiliary.project.project import Project
from auxiliary.training.job import jobs_of
from auxiliary.training.retrain import children_to_retrain

# Seconds to prepare an image, and to start a notebook and draw its figures.
PREPARING, NOTEBOOK = 2e-3, 15
# Rows of a table that fits a screen of 24 lines; up to so many may take several lines each.
SCREEN, LONG = 12, 4
# Characters of a network: a few lines of a table. The profile and notebook 02 have all of them.
SPEC = 120


def has_work(console: PlainConsole, project: Project, notebook: Path) -> bool:
    """Whether a notebook has to run; prints that it is left out if it has no experiments to train."""
    experiments = trained_by(project, notebook)
    if experiments == ():
        console.print(f"{notebook.stem} is left out: it has no experiments to train", soft_wrap=True)
    return experiments != ()


def announce(console: PlainConsole, project: Project, notebooks: list[Path], whole: bool = False,
             workers: int = 1) -> None:
    """Print the experiments that some notebooks will train, and how long the run takes.

    Args:
        console: where to print.
        project: the open profile.
        notebooks: the notebooks that will run.
        whole: whether to print all experiments; otherwise no more than fit on a screen, those to train first.
        workers: how many machines like this one train side by side.
    """
    known = DATA_SETS.get(project.profile.dataset)
    sizes = count_images(project)
    about = known.about if known else f"{project.paths.dataset}: the images in {project.paths.given}"
    console.print(about if known else f"{about} ({counted(sum(sizes), 'file')})", soft_wrap=True)
    if not sum(sizes):
        return
    # Without notebook 01, training uses the images that it prepared before.
    changed = any(notebook.name.startswith("01") for notebook in notebooks) and have_changed(project)
    experiments = _to_train(project, notebooks, changed)
    if not experiments:
        return
    if changed:
        console.print("The images have changed since they were prepared: runs on the earlier ones do not count.",
                      soft_wrap=True)
    speed = training_speed(console)
    seconds = _seconds(experiments, project, sizes, speed, changed)
    console.print(_table(experiments, seconds, whole))
    if not whole and len(experiments) > SCREEN:
        console.print(f"and {len(experiments) - SCREEN} more; `--plan` shows all of them and runs nothing")
    for line in _grids(experiments):
        console.print(line, soft_wrap=True)
    if left := [each for runs in seconds.values() for each in runs]:
        training = max(max(left), sum(left) / workers)
        whole_run = training + NOTEBOOK * len(notebooks) + PREPARING * sum(sizes) / workers
        # How far off the estimates of a GPU are, nobody has measured on many.
        margin = "" if speed.apart else "; within a factor of two on a machine that does nothing else"
        device = f"{workers:,} workers like {speed.device}" if workers > 1 else speed.device
        console.print(f"About {duration(whole_run)} on {device}, {duration(training)} of it training "
                      f"{counted(len(left), 'run')}{margin}.", soft_wrap=True)


def _to_train(project: Project, notebooks: list[Path], changed: bool) -> list[Experiment]:
    """What some notebooks train: their experiments, parents of these, and children that are to be trained anew."""
    own = [experiment for notebook in notebooks for experiment in trained_by(project, notebook) or ()]
    stages = {experiment.stage for experiment in own}
    experiments = {experiment.key: experiment for experiment in project.with_parents if experiment.stage in stages}
    # On images that are yet to be prepared there is nothing to train anew.
    if not changed and is_divided(project.profile.split, project.paths):
        for child, jobs in groupby(children_to_retrain(jobs_of(own, project), project), key=lambda job: job.experiment):
            seeds = tuple(job.seed for job in jobs)
            experiments.setdefault(child.key, child.model_copy(update={"seeds": seeds}))
    return list(experiments.values())


def _seconds(experiments: list[Experiment], project: Project, sizes: list[int], speed: Speed,
             changed: bool) -> dict[str, list[float]]:
    """The estimated seconds of the runs that are left to train of each experiment, by its key."""
    extracted, seconds = set(), {}
    for experiment in experiments:
        features = _features(experiment)
        images = amount(experiment, sizes, project.profile.split)
        seconds[experiment.key] = seconds_left(experiment, project, images, speed, features in extracted, changed)
        extracted.add(features)
    return seconds


def _features(experiment: Experiment) -> tuple[object, ...] | str:
    """What the features of frozen layers depend on; the key of an experiment from scratch, which has none."""
    if not isinstance(experiment, TransferExperiment):
        return experiment.key
    features = (experiment.backbone, experiment.image_size, experiment.weights, experiment.augment, experiment.views)
    return (*features, experiment.tune_last, experiment.parent) if experiment.tune_last else features


def _table(experiments: list[Experiment], seconds: dict[str, list[float]], whole: bool) -> Table:
    one_line = len(experiments) > LONG and not whole
    # One line each: the network gets the width that the other columns leave, which rich would otherwise squeeze.
    column = Column("network", no_wrap=True, overflow="ellipsis", ratio=1) if one_line else Column(
        "network", overflow="fold")
    table = Table(Column("experiment", overflow="fold"), column, "epochs", "time", title="To train", expand=one_line)
    ordered = experiments if whole else sorted(experiments, key=lambda each: not seconds[each.key])
    for experiment in ordered if whole else ordered[:SCREEN]:
        network = short(getattr(experiment, "backbone", experiment.network), SPEC)
        table.add_row(experiment.key, network, str(experiment.epochs), _time(experiment, seconds[experiment.key]))
    return table


def _grids(experiments: list[Experiment]) -> list[str]:
    """What each grid varies, such as `grid of small: 2 x 1 values of learning_rate (0.1, 0.2) and epochs (5)`."""
    return [f"grid of {base}: {' x '.join(f'{len(each):,}' for each in values.values())} values of "
            + listed([f"{name} ({', '.join(short(each if each != '' else 'none') for each in said)})"
                      for name, said in values.items()], len(values))
            for base, values in grids_of(experiments)]


def _time(experiment: Experiment, left: list[float]) -> str:
    """The time of all runs that are left of an experiment, and how many they are, such as `33 s, 2 of 3 seeds`."""
    if not left:
        return "finished"
    time, seeds = duration(max(1, sum(left))), counted(len(experiment.seeds), "seed")
    if len(experiment.seeds) == 1:
        return time
    return f"{time}, {seeds}" if len(left) == len(experiment.seeds) else f"{time}, {len(left):,} of {seeds}"


def trained_by(project: Project, notebook: Path) -> tuple[Experiment, ...] | None:
    """The experiments that a notebook trains; None for a notebook that trains none by design."""
    return {"02": project.profile.scratch, "03": project.profile.transfer}.get(notebook.name[:2])
