"""What is on disk about a data set: what a report is made of, read without running a model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from auxiliary.data.tables import read_table
from auxiliary.errors import UserError
from auxiliary.evaluation.columns import folder_of
from auxiliary.evaluation.saved import saved_predictions
from auxiliary.lab import Lab
from auxiliary.opening import open_data_set
from auxiliary.reporting.seeds import over_seeds
from auxiliary.reporting.wording import labelled, ranked
from auxiliary.training.run_folder import Run


@dataclass(frozen=True)
class Material:
    """A data set's pictures and results.

    Attributes:
        lab: the data set, opened without a profile.
        results: a line an experiment on these pictures, best validation accuracy first, with the column `name`.
        predictions: what runs said of the test pictures, as far as their folders are at hand, by the name in the
            column `run`; of several seeds the run of the best validation accuracy.
    """

    lab: Lab
    results: pd.DataFrame
    predictions: Mapping[str, pd.DataFrame]

    @cached_property
    def overview(self) -> pd.DataFrame:
        """The catalogue of the original files."""
        return read_table(self.lab.paths.table("overview"))

    @cached_property
    def clean(self) -> pd.DataFrame:
        """The usable pictures."""
        return read_table(self.lab.paths.table("clean"))

    @cached_property
    def suspects(self) -> pd.DataFrame | None:
        """The labels to look at again; None where no label was judged."""
        table = self.lab.paths.table("suspects")
        return read_table(table) if table.is_file() else None

    @cached_property
    def shown(self) -> pd.DataFrame:
        """The lines of `results` whose run is at hand, all of it, so that it can be looked into."""
        there = [line["run"] in self.predictions and self.run(line).readable for _, line in self.results.iterrows()]
        return self.results[there]

    @property
    def champions(self) -> list[pd.Series]:
        """The best line from scratch and the best pre-trained one, the better first."""
        return [line for _, line in self.shown.drop_duplicates("stage").iterrows()]

    def run(self, line: pd.Series) -> Run:
        """The run that a line stands for."""
        return Run(self.lab.paths.models / folder_of(line["run"]))

    @property
    def unfinished(self) -> list[str]:
        """The names of runs that were begun and have no result."""
        runs = [Run(recipe.parent) for recipe in sorted(self.lab.paths.models.glob("*/recipe.json"))]
        return [run.id for run in runs if not run.finished]

    @property
    def command(self) -> str:
        """The command that made all this, as far as the executed notebooks tell."""
        given = [said for name in ("03", "02", "01") if (said := _parameters(self.lab.paths.assets, name))]
        profile, rows, overrides = (given or [("", "*", {})])[0]
        words = ["python -m auxiliary run", profile or self.lab.paths.dataset]
        words += [f"--rows '{rows}'"] if rows != "*" else []
        words += [f"-p {name} {_quoted(value)}" for name, value in overrides.items()]
        return " ".join(words)


def read_material(dataset: str | None, root: Path | None) -> Material:
    """Read what is on disk about a data set.

    Args:
        dataset: the name of its folder in `models/`; None where there is only one.
        root: the folder for data, models, assets and results; the repository unless given.

    Raises:
        UserError: when there is no such data set, or no finished run on its pictures as they are divided now.
    """
    lab = open_data_set(dataset, root)
    results = lab.results
    if results.empty:
        raise UserError(f"{lab.paths.results} holds no finished run on the pictures of {lab.paths.dataset} as they are "
                        f"divided now: train a row first (python -m auxiliary run {lab.paths.dataset})")
    lines = ranked(over_seeds(results))
    return Material(lab, lines.assign(name=labelled(lines)), saved_predictions(lines, lab.paths.models))


def _parameters(assets: Path, number: str) -> tuple[str, str, dict] | None:
    """Profile, rows and overrides of an executed notebook; None where there is none that can be read."""
    for notebook in sorted(assets.glob(f"{number}-*.ipynb")):
        said = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("papermill", {}).get("parameters", {})
        return said.get("profile", ""), said.get("rows", "*"), said.get("overrides") or {}
    return None


def _quoted(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.replace("/", "").replace(".", "").isalnum() else f"'{text}'"
