"""Options that several commands share."""

from pathlib import Path

import click

from auxiliary.core.gpus import MOST as MOST_GPUS
from auxiliary.core.threads import MOST as MOST_THREADS
from auxiliary.core.trackers import TRACKERS

root_option = click.option(
    "--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Folder of data, models, assets and results.csv.  [default: the repository]")
experiments_option = click.option(
    "-e", "--experiments", default="*", metavar="KEYS",
    help="Only these experiments, such as 'conv4*,base*'.  [default: all]")
parameters_option = click.option(
    "-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
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
    "--stage", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="With --cluster: a folder on the own disk of every machine, which gets copies of the images.")
run_option = click.option(
    "--run", "name", default="", metavar="RUN",
    help="The run to use, named as for `reproduce`.  [default: the data set's of best validation accuracy]")
dataset_option = click.option(
    "--dataset", default="", metavar="NAME",
    help="The data set of the run, a folder in models/.  [default: the only one there is]")
