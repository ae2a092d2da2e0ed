"""A data set with results, made without training: the files of runs are written as training writes them."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

from auxiliary.data.catalogue import catalogue
from auxiliary.data.duplicates import add_duplicate_groups
from auxiliary.evaluation.metrics import scores
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from auxiliary.reporting.html import write
from auxiliary.runs.code import code_fingerprint
from auxiliary.runs.result import COLUMNS, Result
from auxiliary.runs.results_csv import log_result
from auxiliary.runs.run import Run
from tests.images import clean_table_of
from tests.reporting.experiments import search_rows

CATEGORIES = ["<b>cow", "cat", "dog & co"]
NET = "conv(4) | gap"
USUAL = {name: {int: 1, float: 0.5}.get(kind, "") for name, kind in COLUMNS.items()} | {
    "learning_rate": 0.01, "image_size": 16, "network": NET, "device": "a processor", "precision": "float32",
    "commit": "0123456789ab", "parameters": 127, "epochs": 3, "epochs_total": 3, "train_seconds": 12.0, "patience": 0,
    "tta": "", "test_duplicates": 0, "published_accuracy": float("nan")}


@pytest.fixture
def plain_charts(monkeypatch) -> None:
    """Pages with empty charts, for tests of their text: drawing takes half of the time."""
    empty = Markup('<svg aria-label="{}"></svg>')
    monkeypatch.setattr(write, "_drawn", lambda fig, _: empty.format(fig.get_suptitle()))


@pytest.fixture(scope="session")
def make_root(image_folder, divide, tmp_path_factory) -> Callable[[], Path]:
    """Makes a root with the images of `farm`, split, and no run."""
    folder = image_folder(dict.fromkeys(CATEGORIES, 20), size=16)
    (folder / "cat" / "notes.txt").write_text("no image")
    overview = catalogue(folder)
    overview.loc[overview["format"] == "txt", "error"] = "not an image"
    clean = clean_table_of(folder).query("format != 'txt'").reset_index(drop=True)
    clean["original"] = [Path(file).relative_to(folder).as_posix() for file in clean["filepath"]]

    def make() -> Path:
        root = tmp_path_factory.mktemp("root")
        (root / "farm.yaml").write_text(f"dataset: {folder}\nname: farm\nimage_size: 16\n", encoding="utf-8")
        project = open_project(str(root / "farm.yaml"), root=root)
        project.save_table(overview, "overview")
        # Where no image is refused, but not among those that a manifest must name.
        made = project.paths.processed / "made"
        shutil.copytree(folder, made)
        own = clean.assign(filepath=[str(made / original) for original in clean["original"]])
        divide(project, own)
        project.save_table(add_duplicate_groups(own), "clean")
        return root

    return make


@pytest.fixture(scope="session")
def finish() -> Callable[..., Run]:
    """Writes a finished run of `farm`: `finish(root, "small", wrong=2, stage="transfer")`."""

    def write(root: Path, key: str, wrong: int = 1, fingerprint: str = "0123456789ab", **about: object) -> Run:
        project = open_project(str(root / "farm.yaml"), root=root)
        run = Run(project.paths.models / f"{key}-{fingerprint}")
        run.begin({"experiment": {"key": key}, "seed": 0, "code": code_fingerprint()})
        run.save_history(pd.DataFrame({
            "epoch": [1, 2, 3], "accuracy": [0.4, 0.6, 0.7], "loss": [1.0, 0.8, 0.6], "val_accuracy": [0.5, 0.6, 0.65],
            "val_loss": [1.0, 0.9, 0.8], "learning_rate": 0.01, "seconds": 4.0, "phase": "own"}))
        run.save_layers(pd.DataFrame({
            "layer": ["scale", "conv1", "gap2", "output"], "type": ["Rescaling", "Conv2D", "GlobalAveragePooling2D",
                                                                    "Dense"],
            "output": ["16 x 16 x 3", "14 x 14 x 4", "4", "3"], "parameters": [0, 112, 0, 15],
            "trainable": [0, 112, 0, 15]}))
        for split in ("val", "test"):
            run.save_predictions(split, predictions_of(getattr(project, split), project, wrong))
        run.save_arrays("grad-cam", position=np.arange(3), heat=np.full((3, 4, 4), 0.5, "float16"))
        run.finish(result_of(project, run, key, wrong, about))
        log_result(run.result, project.paths.results)
        return run

    return write


def predictions_of(images: pd.DataFrame, project: Project, wrong: int) -> pd.DataFrame:
    """Predictions of which the first `wrong` are wrong."""
    table = images[["filepath", "category", "label"]].reset_index(drop=True)
    labels = (table["label"] + (table.index < wrong)) % len(project.categories)
    probabilities = np.full((len(table), len(project.categories)), 0.1)
    probabilities[table.index, labels] = 0.8
    names = [project.categories[label] for label in labels]
    return table.assign(predicted=names, confidence=0.8,
                        **{f"p:{name}": probabilities[:, place] for place, name in enumerate(project.categories)})


def map_of(project: Project) -> pd.DataFrame:
    """The validation and test images in a row, of which the first is a mistake, and the second has a suspect label."""
    images = pd.concat([project.val.assign(split="val"), project.test.assign(split="test")], ignore_index=True)
    table = predictions_of(images, project, wrong=1)[["category", "predicted", "confidence", "filepath"]]
    return table.assign(experiment="frozen", original=images["original"], split=images["split"],
                        suggested=["", "cat", *[""] * (len(table) - 2)],
                        x=np.linspace(0, 1, len(table)).round(4), y=0.5)


def result_of(project: Project, run: Run, key: str, wrong: int, about: dict[str, object]) -> Result:
    """A row of results.csv."""
    score = scores(predictions_of(project.test, project, wrong))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Result(
        **USUAL
        | {
            "model_id": key,
            "key": key,
            "dataset": "farm",
            "stage": "scratch",
            "images_hash": project.images_hash,
            "split_rule": project.split_rule,
            "classes": len(project.categories),
            "accuracy": score.accuracy,
            "val_accuracy": score.accuracy,
            "accuracy_low": score.accuracy_low,
            "accuracy_high": score.accuracy_high,
            "test_images": len(project.test),
            "test_duplicates": 0,
            "seed": 0,
            "run_id": f"{run.id}-20260101T000000",
            "finished_at": now,
            **about,
        }
    )


@pytest.fixture(scope="session")
def crowded(make_root, finish) -> Path:
    """A root with 47 experiments, 45 of them of three seeds each; the folders of all their runs are elsewhere."""
    root = make_root()
    finish(root, "small", wrong=3)
    finish(root, "frozen", wrong=0, stage="transfer", backbone="EfficientNetLite0", network="gap | dense(4)")
    table = pd.read_csv(root / "results.csv", dtype=str, keep_default_na=False)
    rows = [table.iloc[0].to_dict() | {name: str(value) for name, value in row.items()} for row in search_rows()]
    pd.concat([table, pd.DataFrame(rows)]).to_csv(root / "results.csv", index=False)
    # Tables are made of shipped rows only where there are no own ones.
    for folder in (root / "models" / "farm").iterdir():
        shutil.rmtree(folder)
    return root


@pytest.fixture(scope="session")
def farm(make_root, finish) -> SimpleNamespace:
    """A root with two runs from scratch and a pre-trained one, the best, and a map of the images.

    `farm.root`, and `farm.runs` by key.
    """
    root = make_root()
    runs = {"small": finish(root, "small", wrong=3), "large": finish(root, "large", wrong=2, published_accuracy=0.7),
            "frozen": finish(root, "frozen", wrong=0, stage="transfer", backbone="EfficientNetLite0",
                             network="gap | dense(4)")}
    project = open_project(str(root / "farm.yaml"), root=root)
    project.save_table(map_of(project), "map")
    return SimpleNamespace(root=root, runs=runs)
