"""A data set's images and results, read from disk for a report; no model is run."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.paths import Paths
from auxiliary.core.text import printable
from auxiliary.data.fetch import DATA_SETS
from auxiliary.data.fixes.apply_fixes import APPLIED
from auxiliary.evaluation.predictions import with_groups
from auxiliary.project.project import Project
from auxiliary.reporting.html.executed import Parameters, read_parameters
from auxiliary.reporting.robustness import read_robustness
from auxiliary.runs.code import other_code
from auxiliary.runs.data_sets import runs_in
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.labels import labelled, ranked, run_ids
from auxiliary.runs.result import folder_of
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import over_seeds


@dataclass(frozen=True)
class ReportData:
    """A data set's images and results.

    Attributes:
        project: the opened data set or profile.
        results: one row per experiment on these images, best validation accuracy first, with the column `name`.
        predictions: test predictions by `run_id`, of the runs whose folder is available, as `saved_predictions` reads
            them. Each has the column `group`.
        shipped: the shipped rows that may stand beside own results; none where `results` are shipped ones.
        remark: a sentence where `results` are shipped ones; else empty.
    """

    project: Project
    results: pd.DataFrame
    predictions: Mapping[str, pd.DataFrame]
    shipped: pd.DataFrame
    remark: str = ""

    @cached_property
    def overview(self) -> pd.DataFrame:
        """The catalogue of the original files."""
        return self.project.table("overview")

    @property
    def raw(self) -> Path:
        """The folder of the original files: a data set that is opened by its name does not know the user's own."""
        folders = {file.rpartition("/")[0] for file in self.overview["filepath"]}
        known = self.project.paths.raw
        if all(Path(folder).is_relative_to(known) for folder in folders):
            return known
        return Path(os.path.commonpath(folders))

    @cached_property
    def clean(self) -> pd.DataFrame:
        """The usable images."""
        return self.project.with_own_images(self.project.table("clean"))

    @cached_property
    def suspects(self) -> pd.DataFrame | None:
        """The suspect labels; None if the labels were not checked."""
        if not self.project.paths.table("suspects").is_file():
            return None
        return self.project.with_own_images(self.project.table("suspects"))

    @cached_property
    def applied_fixes(self) -> pd.DataFrame | None:
        """The label fixes and what became of each; None where there are none."""
        return self.project.with_own_images(self.project.table(APPLIED)) if self.project.paths.fixes else None

    @cached_property
    def held_out(self) -> pd.DataFrame | None:
        """What was found of each class that was held out; None if none was, or of other images."""
        if not self.project.paths.table("held-out").is_file():
            return None
        found = self.project.table("held-out")
        return found if (found["images_hash"] == self.project.images_hash).all() else None

    @cached_property
    def image_map(self) -> pd.DataFrame | None:
        """The places of validation and test images on a plane; None if they are not known, or were of other images."""
        if not self.project.paths.table("map").is_file():
            return None
        found = self.project.with_own_images(self.project.table("map"))
        known = pd.concat([self.project.val["filepath"], self.project.test["filepath"]])
        return found if len(found) and found["filepath"].isin(known).all() else None

    @cached_property
    def robustness(self) -> pd.DataFrame | None:
        """The answers of the best networks for corrupted test images; None where they were not measured."""
        return read_robustness(self.project)

    @property
    def splits(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The training, validation and test images."""
        return self.project.train, self.project.val, self.project.test

    @cached_property
    def available(self) -> pd.DataFrame:
        """The rows of `results` whose run folder is here."""
        return self.results[self.results["run_id"].isin(self.predictions.keys())]

    @property
    def best_runs(self) -> list[pd.Series]:
        """The best row from scratch and the best pre-trained one, the better first."""
        return [row for _, row in self.available.drop_duplicates("stage").iterrows()]

    def run(self, row: pd.Series) -> Run:
        """The run of a row."""
        return self._run(row["run_id"])

    def histories(self, row: pd.Series) -> list[pd.DataFrame]:
        """The histories of a row's runs, one per seed, of those whose folder is here."""
        return [self._run(run_id).history for run_id in run_ids(row) if run_id in self.predictions]

    def _run(self, run_id: str) -> Run:
        return Run(self.project.paths.models / folder_of(run_id))

    @property
    def other_code(self) -> dict[str, list[str]]:
        """What is known of other code that trained runs, and the names of these runs."""
        found: dict[str, list[str]] = {}
        for run, name in ((self.run(row), row["name"]) for _, row in self.results.iterrows()):
            if run.finished and (code := other_code(run)):
                found.setdefault(code, []).append(name)
        return found

    @property
    def other_shipped(self) -> list[str]:
        """The keys of shipped experiments that have no own result, sorted."""
        return sorted(set(self.shipped["key"]) - set(self.results["key"]))

    @property
    def unfinished(self) -> list[str]:
        """The names of runs without a result."""
        return [run.id for run in runs_in(self.project.paths.models) if not run.finished]

    @property
    def command(self) -> str:
        """The last command, as recorded in the executed notebooks; empty where they were run without it."""
        words = _recorded_command(self.project.paths)
        return self.project.paths.command_for_others(*words) if words else ""


def read_report_data(project: Project) -> ReportData:
    """Read a data set's images and results; `UserError` when there is no finished run on its images and split."""
    whose = project.rows
    results = project.on_these_images(whose.shown)
    if results.empty:
        raise UserError(
            f"{project.paths.results} holds no finished run on the images of {project.paths.dataset} at "
            f"{project.paths.image_size} pixels, split by {project.split_rule}: train an experiment first, or have "
            f"finished ones read back ({_way_out(project)})"
        )
    rows = ranked(over_seeds(results))
    predictions = {run_id: with_groups(project.with_own_images(table), project.test)
                   for run_id, table in saved_predictions(rows, project.paths.models).items()}
    return ReportData(project, rows.assign(name=labelled(rows)), predictions, whose.beside, whose.remark)


def _way_out(project: Project) -> str:
    """The command that trains a data set; one's own images have no profile of their name."""
    paths = project.paths
    if words := _recorded_command(paths) or (["run", paths.dataset] if paths.dataset in DATA_SETS else []):
        return paths.command(*words)
    return f"{paths.command('run')} and the folder or the profile of {paths.dataset}"


def _recorded_command(paths: Paths) -> list[str]:
    """The words of the command that made the executed notebooks; none where there are none."""
    given = next(_recorded(paths.assets), Parameters())
    if not given.profile:
        return []
    words = ["run", given.profile]
    words += ["--experiments", given.experiments] if given.experiments != "*" else []
    for name, value in (given.overrides or {}).items():
        words += ["-p", name, value if isinstance(value, str) else json.dumps(value)]
    return words


def _recorded(assets: Path) -> Iterator[Parameters]:
    """The parameters of the executed notebooks, the last first; damaged ones are printed and left out."""
    for notebook in sorted(assets.glob("0[123]-*.ipynb"), reverse=True):
        try:
            yield read_parameters(notebook)
        except UserError as error:
            print(printable(f"left out: {error}"))
