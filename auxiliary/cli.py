"""The command's arguments; what they start is imported when it starts, so that `--help` answers at once."""

from pathlib import Path

import click


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
def run(profile: str, parameters: tuple[tuple[str, str], ...], only: str, rows: str, root: Path | None) -> None:
    """Run the notebooks of PROFILE, from pictures to results.

    PROFILE is one of notebooks/params/, such as demo, or the path of a YAML file.
    """
    from auxiliary.session import run_profile

    run_profile(profile, dict(parameters), only, rows, root)
