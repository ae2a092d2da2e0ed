"""The command, and the arguments of the commands on a profile; `cli_runs` and `cli_results` have those of the others.

The code behind a command is imported when it starts, so that `--help` is fast.
"""

from pathlib import Path

import click

from auxiliary.commands.cli_options import (
    Command,
    cluster_option,
    experiments_option,
    gpus_option,
    joined,
    log_option,
    parameters_option,
    retrain_option,
    root_option,
    stage_option,
    threads_option,
)
from auxiliary.commands.cli_results import clean, report, results, robustness, slides
from auxiliary.commands.cli_runs import export, predict, reproduce, serve
from auxiliary.core.errors import UserError
from auxiliary.core.gpus import stated_gpus
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.threads import stated_threads
from auxiliary.core.trackers import stated_trackers

MOST_SEED = 2**32 - 1


@click.group(commands=[clean, export, predict, report, reproduce, results, robustness, serve, slides],
             context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Compare hand-built and pre-trained networks on your images, and test whether the difference is real."""
    if not (REPOSITORY / "notebooks").is_dir():
        raise UserError("this installation has no notebooks: clone the repository and run `pip install -e .` in it")


@command.command(cls=Command)
@click.argument("profile")
@parameters_option
@click.option("--only", multiple=True, callback=joined, metavar="NUMBERS",
              help="Only these notebooks, such as 02 or 01,03.  [default: all]")
@experiments_option
@root_option
@click.option("--plan", is_flag=True, help="Only print what would be trained, and how long it would take.")
@retrain_option
@threads_option
@gpus_option
@log_option
@cluster_option
@stage_option
@click.option("--smoke-test", is_flag=True,
              help="Only test whether every experiment works: one epoch on a few images, in a temporary folder. "
                   "Nothing in --root is written.")
def run(profile: str, parameters: dict[str, str], only: str, experiments: str, root: Path | None,
        plan: bool, retrain: bool, threads: int | None, gpus: int | None, trackers: tuple[str, ...],
        cluster: str | None, stage: Path | None, smoke_test: bool) -> None:
    """Run the notebooks of PROFILE, from images to results.

    PROFILE is the name of a file in notebooks/params/, such as demo, the path of a YAML file, or that of your images:
    a folder with one folder per class, or a CSV file of labels. `demo` is the profile, `./demo` a folder.
    """
    if smoke_test:
        from auxiliary.commands.smoke_test import run_smoke_test

        if only or plan or retrain or trackers or cluster is not None:
            raise UserError("--smoke-test runs every notebook here: leave out --only, --plan, --retrain, --log and "
                            "--cluster, and choose experiments with -e")
        with stated_threads(threads), stated_gpus(gpus):
            run_smoke_test(profile, parameters, experiments, root)
        return
    from auxiliary.commands.run import run_profile

    if stage and cluster is None:
        raise UserError("--stage is for the workers of a cluster: name one with --cluster")
    if gpus and cluster is not None:
        raise UserError("on a cluster each network is trained on one GPU: leave out --gpus")
    if plan and retrain:
        raise UserError("--plan counts finished runs as done: leave out --retrain, or choose other experiments with -e")
    with stated_threads(threads), stated_gpus(gpus), stated_trackers(trackers):
        run_profile(profile, parameters, only, experiments, root, plan=plan, retrain=retrain, cluster=cluster,
                    stage=stage)


@command.command(cls=Command)
@click.argument("profile")
@click.option("-e", "--experiment", "key", required=True, metavar="KEY", help="The experiment to train.")
@click.option("--seed", type=click.IntRange(0, MOST_SEED), metavar="N",
              help="Its seed.  [default: the experiment's only one]")
@parameters_option
@root_option
@retrain_option
@threads_option
@gpus_option
@log_option
@click.option("--no-log", is_flag=True, help="Write nothing to results.csv.")
def train(profile: str, key: str, seed: int | None, parameters: dict[str, str], root: Path | None,
          retrain: bool, threads: int | None, gpus: int | None, trackers: tuple[str, ...], no_log: bool) -> None:
    """Train one experiment of PROFILE with one seed, without notebooks and report.

    Its parent or members are trained first where they are not finished. A finished run is read back. The images must
    have been prepared (run PROFILE --only 01). PROFILE is as for `run`.
    """
    from auxiliary.commands.train import train_experiment

    with stated_threads(threads), stated_gpus(gpus), stated_trackers(trackers):
        train_experiment(profile, parameters, key, seed, root, retrain, log=not no_log)


@command.command(cls=Command)
@click.argument("profile", required=False)
@click.option("--backbones", is_flag=True, help="List the pre-trained networks that an experiment can name instead.")
@click.option("--csv", "as_csv", is_flag=True, help="Print nothing but CSV, with more columns.")
@parameters_option
@experiments_option
def models(profile: str | None, backbones: bool, as_csv: bool, parameters: dict[str, str],
           experiments: str) -> None:
    """List the models of PROFILE and their size, without training.

    Prints one row per experiment: parameters, trainable parameters, layers, and multiply-adds for one image. Layers
    are counted as in Keras: every layer of a backbone, the scaling of the images and the final layer, but not the
    input. PROFILE is as for `run`.
    """
    if backbones:
        from auxiliary.commands.backbones import list_backbones

        if profile or parameters or experiments != "*":
            raise UserError("--backbones lists all that there are: leave out the profile, -p and -e")
        list_backbones(as_csv)
        return
    from auxiliary.commands.models import list_models

    if not profile:
        raise UserError("name a profile, such as demo, or list the pre-trained networks with --backbones")
    list_models(profile, parameters, experiments, as_csv)


@command.command(cls=Command)
@click.argument("profile")
@parameters_option
@experiments_option
@root_option
def find_lr(profile: str, parameters: dict[str, str], experiments: str, root: Path | None) -> None:
    """Suggest a learning rate for each experiment of PROFILE, by a few steps at rising rates.

    Nothing is trained for good. The images must have been prepared (run PROFILE --only 01). PROFILE is as for `run`.
    """
    from auxiliary.commands.find_lr import find_rates

    find_rates(profile, parameters, experiments, root)
