"""The command's arguments; what they start is imported when it starts, so that `--help` answers at once."""

from pathlib import Path

import click

from auxiliary.core.errors import UserError

ROOT = "Folder for data, models, assets and results.csv; the repository unless given."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """How far does a hand-built CNN get on your images, how far a pre-trained one, and is the difference real?"""


@command.command()
@click.argument("profile")
@click.option("-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
              help="Replace a value of the profile, such as -p epochs 2; repeat for more.")
@click.option("--only", default="", metavar="NUMBERS", help="Notebooks to run, such as 02 or 01,03; all unless given.")
@click.option(
    "--experiments", default="*", metavar="KEYS", help="Rows to train, such as 'conv4*,base*'; all unless given."
)
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help=ROOT)
@click.option("--smoke-test", is_flag=True,
              help="Only try whether every row works: an epoch on a few images, in a temporary folder; of --root "
                   "only images are read.")
def run(profile: str, parameters: tuple[tuple[str, str], ...], only: str, experiments: str, root: Path | None,
        smoke_test: bool) -> None:
    """Run the notebooks of PROFILE, from images to results.

    PROFILE is one of notebooks/params/, such as demo, or the path of a YAML file.
    """
    if smoke_test:
        from auxiliary.commands.smoke_test import run_smoke_test

        if only:
            raise UserError("--smoke-test tries every notebook: leave out --only, and name --experiments to try fewer")
        run_smoke_test(profile, dict(parameters), experiments, root)
        return
    from auxiliary.commands.run import run_profile

    run_profile(profile, dict(parameters), only, experiments, root)


@command.command()
@click.argument("profile")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, which has further columns, and nothing else.")
@click.option("-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
              help="Replace a value of the profile, such as -p image_size 200; repeat for more.")
@click.option(
    "--experiments", default="*", metavar="KEYS", help="Rows to list, such as 'conv4*,base*'; all unless given."
)
def models(profile: str, as_csv: bool, parameters: tuple[tuple[str, str], ...], experiments: str) -> None:
    """List the models of PROFILE and their size, without training.

    A line a row, in their order: parameters, how many of them training changes, layers, and multiplications with
    addition for one image of so many pixels a side. Layers are Keras's: a backbone's are counted one by one, the
    scaling of the images and the final layer too, the input not. PROFILE is as for `run`.
    """
    from auxiliary.commands.models import list_models

    list_models(profile, dict(parameters), experiments, as_csv)


@command.command()
@click.argument("name", metavar="RUN")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help=ROOT)
def reproduce(name: str, root: Path | None) -> None:
    """Train a finished RUN anew: do its figures come out again?

    They must to the last digit, all but times; otherwise those that differ are listed and the exit status is 1. RUN
    is a run's name as in results.csv, the path of its folder, or the key of its row if that has one finished run.
    The runs that it goes on from are repeated too. Everything happens in a temporary folder, and nothing in --root
    is written.
    """
    from auxiliary.commands.reproduce import reproduce_run

    reproduce_run(name, root)


@command.command()
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--run", "name", default="", metavar="RUN",
              help="The run to ask, as for `reproduce`; the one of the best validation accuracy unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all classes, and nothing else.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=ROOT)
def predict(images: tuple[str, ...], name: str, as_json: bool, root: Path | None) -> None:
    """Say what is on each IMAGE: classes with calibrated probabilities.

    IMAGE is a file, a folder, or a pattern in quotes such as '*.jpg'.
    """
    from auxiliary.commands.predict import predict_images

    predict_images(images, name, as_json, root)


@command.command()
@click.option("--run", "name", default="", metavar="RUN",
              help="The run to show first, as for `reproduce`; the one of the best validation accuracy unless given.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=7860, show_default=True, help="Port to listen on.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=ROOT)
def serve(name: str, host: str, port: int, root: Path | None) -> None:
    """Open a page on which images are dropped and named (needs the extra `serve`)."""
    from auxiliary.deploy.app.serve import serve_page

    serve_page(name, host, port, root)


@command.command()
@click.argument("name", metavar="RUN")
@click.option("--to", "form", required=True, type=click.Choice(["keras", "litert", "onnx", "savedmodel"]),
              help="Format of the model.")
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH",
              help="File or folder to write; below export/ in the run's folder unless given.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=ROOT)
def export(name: str, form: str, out: Path | None, root: Path | None) -> None:
    """Write RUN's network for other programs, and check it there (onnx and litert need the extra `export`).

    The file takes RGB images as they are, uint8, and carries the names of the classes. RUN is as for `reproduce`.
    """
    from auxiliary.commands.export import export_run

    export_run(name, form, out, root)


@command.command()
@click.argument("dataset", required=False)
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=ROOT)
def report(dataset: str | None, root: Path | None) -> None:
    """Write assets/DATASET/report.html: all results of a data set in one file; no model is run.

    DATASET is the name of a folder in models/; it may be left out where there is only one.
    """
    from auxiliary.reporting.html.write import write_report

    click.echo(write_report(dataset, root))


@command.command()
@click.argument("dataset", required=False)
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=ROOT)
def slides(dataset: str | None, root: Path | None) -> None:
    """Write assets/DATASET/slides.html: the report's tables and figures one by one. DATASET is as for `report`."""
    from auxiliary.reporting.html.write import write_slides

    click.echo(write_slides(dataset, root))


@command.command()
@click.argument("dataset", required=False)
@click.option(
    "--experiments", default="*", metavar="KEYS", help="Rows to list, such as 'conv4*,base*'; all unless given."
)
@click.option("--sort", default="val_accuracy", show_default=True, metavar="COLUMN",
              help="A column of results.csv to sort by, the best or largest first.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=ROOT)
def results(dataset: str | None, experiments: str, sort: str, root: Path | None) -> None:
    """Print the leaderboard of DATASET, of all data sets unless given."""
    from auxiliary.commands.results import print_results

    print_results(dataset, experiments, sort, root)
