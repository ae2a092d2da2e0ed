"""The command's arguments; what they start is imported when it starts, so that `--help` answers at once."""

from pathlib import Path

import click

from auxiliary.errors import UserError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """How far does a hand-built CNN get on your pictures, how far a pre-trained one, and is the difference real?"""


@command.command()
@click.argument("profile")
@click.option("-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
              help="Replace a value of the profile, such as -p epochs 2; repeat for more.")
@click.option("--only", default="", metavar="NUMBERS", help="Notebooks to run, such as 02 or 01,03; all unless given.")
@click.option("--rows", default="*", metavar="KEYS", help="Rows to train, such as 'conv4*,base*'; all unless given.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder for data, models, assets and results.csv; the repository unless given.")
@click.option("--quick", is_flag=True,
              help="Only try whether every row works: an epoch on a few pictures, in a temporary folder; of --root "
                   "only pictures are read.")
def run(profile: str, parameters: tuple[tuple[str, str], ...], only: str, rows: str, root: Path | None,
        quick: bool) -> None:
    """Run the notebooks of PROFILE, from pictures to results.

    PROFILE is one of notebooks/params/, such as demo, or the path of a YAML file.
    """
    if quick:
        from auxiliary.quick.session import run_quick

        if only:
            raise UserError("--quick tries every notebook: leave out --only, and name --rows to try fewer")
        run_quick(profile, dict(parameters), rows, root)
        return
    from auxiliary.session import run_profile

    run_profile(profile, dict(parameters), only, rows, root)


@command.command()
@click.argument("profile")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, which has further columns, and nothing else.")
@click.option("-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
              help="Replace a value of the profile, such as -p image_size 200; repeat for more.")
@click.option("--rows", default="*", metavar="KEYS", help="Rows to list, such as 'conv4*,base*'; all unless given.")
def models(profile: str, as_csv: bool, parameters: tuple[tuple[str, str], ...], rows: str) -> None:
    """List the models of PROFILE and their size, without training.

    A line a row, in their order: parameters, how many of them training changes, layers, and multiplications with
    addition for one picture of so many pixels a side. Layers are Keras's: a backbone's are counted one by one, the
    scaling of the pictures and the final layer too, the input not. PROFILE is as for `run`.
    """
    from auxiliary.listing import list_models

    list_models(profile, dict(parameters), rows, as_csv)


@command.command()
@click.argument("name", metavar="RUN")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder for data, models, assets and results.csv; the repository unless given.")
def repeat(name: str, root: Path | None) -> None:
    """Train a finished RUN anew: do its figures come out again?

    They must to the last digit, all but times; otherwise those that differ are listed and the exit status is 1. RUN
    is a run's name as in results.csv, the path of its folder, or the key of its row if that has one finished run.
    The runs that it goes on from are repeated too. Everything happens in a temporary folder, and nothing in --root
    is written.
    """
    from auxiliary.repeating.session import repeat_run

    repeat_run(name, root)
