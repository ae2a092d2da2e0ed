"""What is on disk about a data set: what a report is made of, read without running a model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.data.tables import read_table
from auxiliary.project.open import open_dataset
from auxiliary.project.project import Project
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.labels import labelled, ranked
from auxiliary.runs.result import folder_of
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import over_seeds


@dataclass(frozen=True)
class ReportData:
    """A data set's images and results.

    Attributes:
        project: the data set, opened without a profile.
        results: a line an experiment on these images, best validation accuracy first, with the column `name`.
        predictions: what runs said of the test images, as far as their folders are at hand, by the name in the
            column `run`; of several seeds the run of the best validation accuracy.
    """

    project: Project
    results: pd.DataFrame
    predictions: Mapping[str, pd.DataFrame]

    @cached_property
    def overview(self) -> pd.DataFrame:
        """The catalogue of the original files."""
        return read_table(self.project.paths.table("overview"))

    @cached_property
    def clean(self) -> pd.DataFrame:
        """The usable images."""
        return read_table(self.project.paths.table("clean"))

    @cached_property
    def suspects(self) -> pd.DataFrame | None:
        """The labels to look at again; None where no label was judged."""
        table = self.project.paths.table("suspects")
        return read_table(table) if table.is_file() else None

    @cached_property
    def shown(self) -> pd.DataFrame:
        """The lines of `results` whose run is at hand, all of it, so that it can be looked into."""
        there = [line["run_id"] in self.predictions and self.run(line).readable for _, line in self.results.iterrows()]
        return self.results[there]

    @property
    def champions(self) -> list[pd.Series]:
        """The best line from scratch and the best pre-trained one, the better first."""
        return [line for _, line in self.shown.drop_duplicates("stage").iterrows()]

    def run(self, line: pd.Series) -> Run:
        """The run that a line stands for."""
        return Run(self.project.paths.models / folder_of(line["run_id"]))

    @property
    def unfinished(self) -> list[str]:
        """The names of runs that were begun and have no result."""
        runs = [Run(recipe.parent) for recipe in sorted(self.project.paths.models.glob("*/recipe.json"))]
        return [run.id for run in runs if not run.finished]

    @property
    def command(self) -> str:
        """The command that made all this, as far as the executed notebooks tell."""
        given = [said for name in ("03", "02", "01") if (said := _parameters(self.project.paths.assets, name))]
        profile, experiments, overrides = (given or [("", "*", {})])[0]
        words = ["python -m auxiliary run", profile or self.project.paths.dataset]
        words += [f"--experiments '{experiments}'"] if experiments != "*" else []
        words += [f"-p {name} {_quoted(value)}" for name, value in overrides.items()]
        return " ".join(words)


def read_report_data(dataset: str | None, root: Path | None) -> ReportData:
    """Read what is on disk about a data set.

    Args:
        dataset: the name of its folder in `models/`; None where there is only one.
        root: the folder for data, models, assets and results; the repository unless given.

    Raises:
        UserError: when there is no such data set, or no finished run on its images as they are divided now.
    """
    project = open_dataset(dataset, root)
    results = project.results
    if results.empty:
        raise UserError(
            f"{project.paths.results} holds no finished run on the images of {project.paths.dataset} as they are "
            f"divided now: train a row first (python -m auxiliary run {project.paths.dataset})"
        )
    lines = ranked(over_seeds(results))
    return ReportData(project, lines.assign(name=labelled(lines)), saved_predictions(lines, project.paths.models))


def _parameters(assets: Path, number: str) -> tuple[str, str, dict] | None:
    """Profile, rows and overrides of an executed notebook; None where there is none that can be read."""
    for notebook in sorted(assets.glob(f"{number}-*.ipynb")):
        said = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("papermill", {}).get("parameters", {})
        return said.get("profile", ""), said.get("experiments", "*"), said.get("overrides") or {}
    return None


def _quoted(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.replace("/", "").replace(".", "").isalnum() else f"'{text}'"
