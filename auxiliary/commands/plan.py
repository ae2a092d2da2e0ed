"""The announcement of a run: which experiments will be trained, and how long that takes."""

from pathlib import Path

from rich.table import Column, Table

from auxiliary.commands.estimate import seconds_left
from auxiliary.config.profile import Experiment
from auxiliary.core.console import PlainConsole
from auxiliary.core.text import duration
from auxiliary.data.fetch import DATA_SETS
from auxiliary.project.project import Project


def has_work(console: PlainConsole, project: Project, notebook: Path) -> bool:
    """Whether a notebook has to run; prints that it is left out if it has no experiments to train."""
    experiments = trained_by(project, notebook)
    if experiments == ():
        console.print(f"{notebook.stem} is left out: it has no experiments to train", soft_wrap=True)
    return experiments != ()


def announce(console: PlainConsole, project: Project, notebooks: list[Path]) -> None:
    """Print the experiments that some notebooks will train, and how long that takes."""
    known = DATA_SETS.get(project.profile.dataset)
    console.print(known.about if known else f"{project.paths.dataset}: the images in {project.paths.own}",
                  soft_wrap=True)
    stages = {experiment.stage for notebook in notebooks for experiment in trained_by(project, notebook) or ()}
    experiments = [experiment for experiment in project.with_parents if experiment.stage in stages]
    if not experiments:
        return
    images = _count_images(project)
    seconds = {experiment.key: seconds_left(experiment, project, images) for experiment in experiments}
    console.print(_table(experiments, seconds))
    if not images:
        console.print("The time can be estimated once the images are here.")
    elif whole := sum(filter(None, seconds.values())):
        console.print(f"About {duration(whole)} of training on this machine, within a factor of two.")


def _table(experiments: list[Experiment], seconds: dict[str, float | None]) -> Table:
    table = Table(Column("experiment", overflow="fold"), "network", "epochs", "time", title="To train")
    for experiment in experiments:
        left = seconds[experiment.key]
        time = duration(max(1, left)) if left else "unknown" if left is None else "finished"
        network = getattr(experiment, "backbone", experiment.network)
        table.add_row(experiment.key, network, str(experiment.epochs), time)
    return table


def _count_images(project: Project) -> int:
    """The number of images, published where they are not here yet; 0 where it is not known."""
    if project.paths.raw.is_dir():
        return sum(path.is_file() for path in project.paths.raw.rglob("*"))
    return 0 if project.profile.source else DATA_SETS[project.profile.dataset].images


def trained_by(project: Project, notebook: Path) -> tuple[Experiment, ...] | None:
    """The experiments that a notebook trains; None for a notebook that trains none by design."""
    return {"02": project.profile.scratch, "03": project.profile.transfer}.get(notebook.name[:2])
