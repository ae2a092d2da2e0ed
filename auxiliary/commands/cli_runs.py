"""The arguments of the commands that use a finished run: `reproduce`, `predict`, `serve`, `export`."""

from pathlib import Path

import click

from auxiliary.commands.cli_options import Command, GivenPath, dataset_option, root_option, run_option
from auxiliary.core.errors import UserError


@click.command(cls=Command)
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


@click.command(cls=Command)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@run_option
@dataset_option
@click.option("--json", "as_json", is_flag=True, help="Print nothing but JSON, with all classes.")
@click.option("--csv", "csv_file", type=GivenPath(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a CSV file, with all classes, in place of the table. Interrupted, the same command goes on.")
@click.option("--sort-into", type=GivenPath(path_type=Path), metavar="DIR",
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


@click.command(cls=Command)
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


@click.command(cls=Command)
@click.argument("name", metavar="RUN")
@click.option("--to", "form", required=True, type=click.Choice(["keras", "litert", "onnx", "savedmodel"]),
              help="Format of the model.")
@click.option("--out", type=GivenPath(path_type=Path), metavar="PATH",
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
