"""The command's arguments; the code behind a command is imported when it starts, so that `--help` is fast."""

from pathlib import Path

import click

from auxiliary.core.errors import UserError
from auxiliary.core.gpus import MOST as MOST_GPUS
from auxiliary.core.gpus import stated_gpus
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.text import printable
from auxiliary.core.threads import MOST, stated_threads
from auxiliary.core.trackers import TRACKERS, stated_trackers

MOST_SEED = 2**32 - 1

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
    "--threads", type=click.IntRange(1, MOST), metavar="N",
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Compare hand-built and pre-trained networks on your images, and test whether the difference is real."""
    if not (REPOSITORY / "notebooks").is_dir():
        raise UserError("this installation has no notebooks: clone the repository and run `pip install -e .` in it")


@command.command()
@click.argument("profile")
@parameters_option
@click.option("--only", default="", metavar="NUMBERS",
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
def run(profile: str, parameters: tuple[tuple[str, str], ...], only: str, experiments: str, root: Path | None,
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
            run_smoke_test(profile, dict(parameters), experiments, root)
        return
    from auxiliary.commands.run import run_profile

    if stage and cluster is None:
        raise UserError("--stage is for the workers of a cluster: name one with --cluster")
    if gpus and cluster is not None:
        raise UserError("on a cluster each network is trained on one GPU: leave out --gpus")
    if plan and retrain:
        raise UserError("--plan counts finished runs as done: leave out --retrain, or choose other experiments with -e")
    with stated_threads(threads), stated_gpus(gpus), stated_trackers(trackers):
        run_profile(profile, dict(parameters), only, experiments, root, plan=plan, retrain=retrain, cluster=cluster,
                    stage=stage)


@command.command()
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
def train(profile: str, key: str, seed: int | None, parameters: tuple[tuple[str, str], ...], root: Path | None,
          retrain: bool, threads: int | None, gpus: int | None, trackers: tuple[str, ...], no_log: bool) -> None:
    """Train one experiment of PROFILE with one seed, without notebooks and report.

    Its parent or members are trained first where they are not finished. A finished run is read back. The images must
    have been prepared (run PROFILE --only 01). PROFILE is as for `run`.
    """
    from auxiliary.commands.train import train_experiment

    with stated_threads(threads), stated_gpus(gpus), stated_trackers(trackers):
        train_experiment(profile, dict(parameters), key, seed, root, retrain, log=not no_log)


@command.command()
@click.argument("profile", required=False)
@click.option("--backbones", is_flag=True, help="List the pre-trained networks that an experiment can name instead.")
@click.option("--csv", "as_csv", is_flag=True, help="Print nothing but CSV, with more columns.")
@parameters_option
@experiments_option
def models(profile: str | None, backbones: bool, as_csv: bool, parameters: tuple[tuple[str, str], ...],
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
    list_models(profile, dict(parameters), experiments, as_csv)


@command.command()
@click.argument("profile")
@parameters_option
@experiments_option
@root_option
def find_lr(profile: str, parameters: tuple[tuple[str, str], ...], experiments: str, root: Path | None) -> None:
    """Suggest a learning rate for each experiment of PROFILE, by a few steps at rising rates.

    Nothing is trained for good. The images must have been prepared (run PROFILE --only 01). PROFILE is as for `run`.
    """
    from auxiliary.commands.find_lr import find_rates

    find_rates(profile, dict(parameters), experiments, root)


@command.command()
@click.argument("name", metavar="RUN")
@dataset_option
@root_option
def reproduce(name: str, dataset: str, root: Path | None) -> None:
    """Train a finished RUN again and compare all figures.

    All but the times must agree to the last digit. Otherwise the differences are listed and the exit status is 1. RUN
    is a run_id of results.csv, the path of a run's folder, or the key of an experiment with one finished run; where
    several data sets have one, name yours with --dataset. Its parent runs are trained again too. Everything happens in
    a temporary folder; nothing in --root is written.
    """
    from auxiliary.commands.reproduce import reproduce_run

    reproduce_run(name, root, dataset)


@command.command()
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@run_option
@dataset_option
@click.option("--json", "as_json", is_flag=True, help="Print nothing but JSON, with all classes.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a CSV file, with all classes, in place of the table. Interrupted, the same command goes on.")
@click.option("--sort-into", type=click.Path(path_type=Path), metavar="DIR",
              help="Copy each image into a folder of its class in DIR, in place of the table.")
@click.option("--link", is_flag=True, help="With --sort-into: symbolic links in place of copies.")
@root_option
def predict(images: tuple[str, ...], name: str, dataset: str, as_json: bool, csv_file: Path | None,
            sort_into: Path | None, link: bool, root: Path | None) -> None:
    """Classify each IMAGE and print calibrated probabilities.

    IMAGE is a file, a folder, or a pattern in quotes such as '*.jpg'.
    """
    from auxiliary.commands.predict import predict_images

    if link and sort_into is None:
        raise UserError("--link is for sorted images: name their folder with --sort-into")
    predict_images(images, name, as_json, root, dataset, csv_file, sort_into, link)


@command.command()
@run_option
@dataset_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=7860, show_default=True, help="Port to listen on.")
@click.option("--api", is_flag=True, help="Also answer programs: POST /api/predict, GET /api/networks.")
@root_option
def serve(name: str, dataset: str, host: str, port: int, api: bool, root: Path | None) -> None:
    """Serve a web page that classifies images.

    --run and --dataset say what it shows first; it offers all networks of all data sets.

    Needs the extra `serve`: pip install -e '.[serve]'
    """
    from auxiliary.deploy.app.serve import serve_page

    serve_page(name, host, port, root, dataset, api)


@command.command()
@click.argument("name", metavar="RUN")
@click.option("--to", "form", required=True, type=click.Choice(["keras", "litert", "onnx", "savedmodel"]),
              help="Format of the model.")
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH",
              help="File or folder to write.  [default: in export/ in the run's folder]")
@click.option("--int8", is_flag=True,
              help="With --to litert: in whole numbers of 8 bits, for phones and microcontrollers; prints what that "
                   "costs.")
@dataset_option
@root_option
def export(name: str, form: str, out: Path | None, int8: bool, dataset: str, root: Path | None) -> None:
    """Export the model of RUN and check the result.

    The exported model takes RGB images of any size as uint8 and holds the names of the classes. The formats onnx and
    litert need the extra `export`: pip install -e '.[export]'. RUN is as for `reproduce`.

    With --int8 the model takes images of its own size, and the training images of RUN must be here.
    """
    from auxiliary.commands.export import export_run
    from auxiliary.commands.export_int8 import export_int8

    (export_int8 if int8 else export_run)(name, form, out, root, dataset)


@command.command()
@click.argument("dataset", required=False)
@root_option
def report(dataset: str | None, root: Path | None) -> None:
    """Write all results of DATASET into one HTML file.

    Prints its path, assets/DATASET/report.html. DATASET is the name of a folder in models/. It can be left out if
    there is only one.
    """
    from auxiliary.project.open import open_dataset
    from auxiliary.reporting.html.write import write_report

    click.echo(printable(str(write_report(open_dataset(dataset, root)))))


@command.command()
@click.argument("dataset", required=False)
@root_option
def slides(dataset: str | None, root: Path | None) -> None:
    """Write the report's tables and figures as slides.

    Prints the path, assets/DATASET/slides.html. DATASET is as for `report`.
    """
    from auxiliary.project.open import open_dataset
    from auxiliary.reporting.html.write import write_slides

    click.echo(printable(str(write_slides(open_dataset(dataset, root)))))


@command.command()
@click.argument("dataset", required=False)
@threads_option
@root_option
def robustness(dataset: str | None, threads: int | None, root: Path | None) -> None:
    """Test the best networks of DATASET on corrupted images.

    The test images are blurred, noisy, brighter, compressed by JPEG or rotated, each at three severities. Prints the
    accuracy of the best network from scratch and of the best pre-trained one; reports and slides show it from then on.
    What was measured before is read back. DATASET is as for `report`.
    """
    from auxiliary.commands.robustness import show_robustness

    with stated_threads(threads):
        show_robustness(dataset, root)


@command.command()
@click.argument("dataset", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@root_option
def clean(dataset: str | None, yes: bool, root: Path | None) -> None:
    """Remove what was made of images at earlier sizes and splits.

    Of DATASET, or of all data sets, the newest tables, their images and cached features stay; what training cached of
    tuned backbones goes. Prints what is removed, asks, and prints how much was freed. Original images, runs and results
    are not touched.
    """
    from auxiliary.commands.clean import clean as remove_old

    remove_old(dataset, root, yes)


@command.command()
@click.argument("dataset", required=False)
@experiments_option
@click.option("--sort", default="", metavar="COLUMN",
              help="Column of results.csv to sort by, the best or largest value first.  [default: val_accuracy]")
@click.option("--shipped", is_flag=True, help="Print the rows that this folder did not train itself.")
@click.option("--by", default="", metavar="COLUMN",
              help="Print mean and spread over the runs of each value of a column of results.csv, such as sampling.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, with all digits.")
@root_option
def results(dataset: str | None, experiments: str, sort: str, shipped: bool, by: str, as_csv: bool,
            root: Path | None) -> None:
    """Print the leaderboard of DATASET, or of all data sets.

    It shows the runs that were trained here, or where a data set has none, the rows that results.csv came with.
    """
    from auxiliary.commands.results import print_results

    print_results(dataset, experiments, sort, root, shipped, by, as_csv)
