"""The arguments of the commands on what a data set has: its results, reports and files."""

from pathlib import Path

import click

from auxiliary.commands.cli_options import Command, experiments_option, root_option, threads_option
from auxiliary.core.text import printable
from auxiliary.core.threads import stated_threads


@click.command(cls=Command)
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


@click.command(cls=Command)
@click.argument("dataset", required=False)
@root_option
def slides(dataset: str | None, root: Path | None) -> None:
    """Write the report's tables and figures as slides.

    Prints the path, assets/DATASET/slides.html. DATASET is as for `report`.
    """
    from auxiliary.project.open import open_dataset
    from auxiliary.reporting.html.write import write_slides

    click.echo(printable(str(write_slides(open_dataset(dataset, root)))))


@click.command(cls=Command)
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


@click.command(cls=Command)
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


@click.command(cls=Command)
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
