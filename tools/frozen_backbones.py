"""What the scripts have in common that measure frozen backbones on the images of a profile."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from auxiliary.config.experiment import WITHOUT_OPTIMIZER
from auxiliary.config.parameters import read_parameters
from auxiliary.config.transfer import LOGISTIC, TransferExperiment
from auxiliary.core import runtime
from auxiliary.core.errors import PREPARE_AGAIN, UserError
from auxiliary.project.checks import check_experiments
from auxiliary.project.open import open_project
from auxiliary.project.project import Project

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")


def measure(measured: Callable[[Project, list[TransferExperiment]], pd.DataFrame], profile: str,
            backbones: Sequence[str], parameters: Mapping[str, str], root: Path | None, path: Path,
            shown: Sequence[str]) -> None:
    """Measure backbones, write the rows to a file in place of those of the data set, and print them.

    Args:
        measured: takes the opened profile and what `experiment_of` gives of each backbone; returns a table.
        profile: as for `python -m auxiliary run`.
        backbones: `BACKBONE@SIZE` each.
        parameters: values that replace the profile's, by name.
        root: the folder for data; the repository unless given.
        path: the CSV file.
        shown: the columns to print.
    """
    try:
        project = open_project(profile, overrides=read_parameters(parameters), root=root)
        table = measured(project, [experiment_of(said, project) for said in backbones])
    except UserError as error:
        sys.exit(f"error: {error}")
    replace_rows(table, path)
    print(table[list(shown)].to_string(index=False))


def experiment_of(said: str, project: Project) -> TransferExperiment:
    """The frozen experiment that `BACKBONE@SIZE` stands for.

    Raises:
        UserError: the backbone is not known, or cannot have images of that size from the project's.
    """
    backbone, _, size = said.rpartition("@")
    if not backbone or not size.isdecimal():
        raise UserError(f"{said!r} names no backbone and size: write it as EfficientNetLite2@320")
    experiment = TransferExperiment(**WITHOUT_OPTIMIZER | {
        "model_id": said, "key": said, "backbone": backbone, "head": LOGISTIC, "image_size": int(size)})
    check_experiments(project.profile.model_copy(update={"scratch": (), "transfer": (experiment,)}))
    if int(size) > project.paths.image_size:
        raise UserError(f"{said} would enlarge images, which are prepared at {project.paths.image_size} pixels: give "
                        f"an experiment of the profile that size, and {PREPARE_AGAIN}")
    return experiment


def circumstances(machine: runtime.Machine) -> dict[str, str]:
    """The columns that say what code measured, in what precision, where, and with which packages."""
    versions = runtime.versions()
    return {"commit": runtime.commit(), "precision": machine.precision, "machine": machine.device,
            "versions": ", ".join(f"{name} {versions[name]}" for name in PACKAGES)}


def replace_rows(table: pd.DataFrame, path: Path, same: Sequence[str] = ("dataset",)) -> None:
    """Write a table to a file, in place of the rows that have the `same` values in these columns."""
    old = pd.read_csv(path) if path.is_file() else table.iloc[:0]
    replaced = old.set_index([*same]).index.isin(table.set_index([*same]).index)
    pd.concat([old[~replaced], table]).to_csv(path, index=False)
