"""Options that several commands share."""

from collections.abc import Sequence
from pathlib import Path

import click

from auxiliary.core.errors import EMPTY, UserError
from auxiliary.core.gpus import MOST as MOST_GPUS
from auxiliary.core.threads import MOST as MOST_THREADS
from auxiliary.core.trackers import TRACKERS


class Command(click.Command):
    """A command that refuses an option of one value that is given twice, where click would take the last value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _check_once([max(option.opts, key=len) for option in self.make_parser(ctx).parse_args(list(args))[2]
                     if isinstance(option, click.Option) and not option.is_flag and not option.multiple])
        return super().parse_args(ctx, args)


class GivenPath(click.Path):
    """A path that is not empty, as it is where a shell's variable is not set: that would be the current folder."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        if value == "":
            self.fail(EMPTY, param, ctx)
        return super().convert(value, param, ctx)


def joined(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> str:
    """The lists of an option that is given more than once as one list."""
    return ",".join(values)


def _unique(_context: click.Context, _option: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The parameters by name."""
    _check_once([f"parameter {name!r}" for name, _ in pairs])
    return dict(pairs)


def _check_once(given: Sequence[str]) -> None:
    for each in given:
        if given.count(each) > 1:
            raise UserError(f"{each} is given twice: leave one out")


root_option = click.option(
    "--root", type=GivenPath(path_type=Path, file_okay=False), metavar="DIR",
    help="Folder of data, models, assets and results.csv.  [default: the repository]")
experiments_option = click.option(
    "-e", "--experiments", multiple=True, default=["*"], callback=joined, metavar="KEYS",
    help="Only these experiments, such as 'conv4*,base*'.  [default: all]")
parameters_option = click.option(
    "-p", "--parameter", "parameters", nargs=2, multiple=True, callback=_unique, metavar="NAME VALUE",
    help="Replace a value of the profile, such as -p epochs 2; repeat for more.")
retrain_option = click.option(
    "--retrain", is_flag=True,
    help="Train finished runs anew, and those of their children. The old ones stay until the new ones are finished.")
threads_option = click.option(
    "--threads", type=click.IntRange(1, MOST_THREADS), metavar="N",
    help="Number of threads that networks are computed with, which decides the last digits.  [default: one per core]")
gpus_option = click.option(
    "--gpus", type=click.IntRange(1, MOST_GPUS), metavar="N",
    help="Number of GPUs of this machine that train a network together.  [default: 1]")
log_option = click.option(
    "--log", "trackers", type=click.Choice(list(TRACKERS)), multiple=True,
    help="Also log every run to TensorBoard or MLflow, finished ones too; repeat for both.")
cluster_option = click.option(
    "--cluster", is_flag=False, flag_value="", metavar="CLUSTER",
    help="Prepare and train on a Dask cluster: the address of a scheduler (tcp://host:8786), processes here (local:2), "
         "or a file for dask-jobqueue (slurm.yaml).  [alone: DASK_SCHEDULER_ADDRESS]")
stage_option = click.option(
    "--stage", type=GivenPath(path_type=Path, file_okay=False), metavar="DIR",
    help="With --cluster: a folder on the own disk of every machine, which gets copies of the images.")
run_option = click.option(
    "--run", "name", default="", metavar="RUN",
    help="The run to use, named as for `reproduce`.  [default: the data set's of best validation accuracy]")
dataset_option = click.option(
    "--dataset", default="", metavar="NAME",
    help="The data set of the run, a folder in models/.  [default: the only one there is]")
