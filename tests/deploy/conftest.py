"""A root with finished runs, really trained on a few tiny images, once for all tests of this folder."""

import importlib.util
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.deploy.export.formats import FORMATS
from auxiliary.runs.run import Run
from tests.colours import SMALL, SMALL_ON, colours_profile, open_text
from tests.tiny import with_plain_curves, with_tiny

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor

VIEWS = (
    "{model_id: views, parent: small, learning_rate: 0.01, epochs: 0, tta: augmented(3), augment: flip | shift(0.3)}")
FROZEN = "{model_id: frozen, backbone: Tiny, image_size: 32, head: gap, learning_rate: 0.1, epochs: 3}"


@dataclass(frozen=True)
class TrainedRoot:
    """A root with its runs and images. Tests must not change it: they copy what they damage.

    Attributes:
        root: the folder that holds `models/` and `results.csv`.
        runs: the finished runs by the key of their experiment: small, small_on, views and frozen.
        images: processed images, PNG of 16 x 16, 20 in each of the folders blue, green and red. A quarter of the blue
            and green images lie in each other's folder, so that no network is always right.
    """

    root: Path
    runs: dict[str, Run]
    images: Path


@pytest.fixture(autouse=True)
def float32(monkeypatch) -> None:
    """The same precision on every machine: in bfloat16 two computations of a figure may agree to two digits only."""
    monkeypatch.setattr(runtime, "cpu_precision", lambda _: "float32")


@pytest.fixture
def tiny_backbone() -> Iterator[None]:
    """The backbone Tiny, for tests that build it."""
    with with_tiny():
        yield


@pytest.fixture(scope="session")
def quick_form() -> str:
    """The format for tests of what all formats share: its runtime starts in a second, that of Keras in six."""
    return "onnx" if all(map(importlib.util.find_spec, FORMATS["onnx"].packages)) else "keras"


@pytest.fixture(scope="session")
def trained_root(image_folder, divide, tmp_path_factory) -> TrainedRoot:
    """A root in which every experiment has been trained: `trained_root.runs["small"]`."""
    from auxiliary.training.train_all import train_all

    root = tmp_path_factory.mktemp("trained")
    # Where no image is refused, but not among those that a manifest must name.
    images = root / "data" / "colours" / "processed" / "16" / "made"
    images.parent.mkdir(parents=True)
    image_folder({"green": 20, "blue": 20, "red": 20}, size=16).rename(images)
    for number in range(5):
        _exchange(images / "green" / f"{number}.png", images / "blue" / f"{number}.png")
    # Undone here, because a fixture of this scope would last until the tests of all folders are over.
    with with_tiny(), with_plain_curves(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "cpu_precision", lambda _: "float32")
        project = divide(open_text(colours_profile(images, (SMALL, SMALL_ON, VIEWS), (FROZEN,)), root))
        runs = train_all(project.profile.experiments, project)
    return TrainedRoot(root, {run.result.key: run for run in runs}, images)


@pytest.fixture(scope="session")
def load_once(trained_root) -> Callable[..., "Predictor"]:
    """As `load_predictor`, which takes a second, but the networks of `trained_root` are read once for all tests."""
    from auxiliary.deploy.load import load_predictor

    predictors: dict[str, Predictor] = {}

    def load(run: Run, folders: Collection[Path] = ()) -> "Predictor":
        if run.folder != trained_root.root / "models" / "colours" / run.id:
            return load_predictor(run, folders)
        if run.id not in predictors:
            predictors[run.id] = load_predictor(run, folders)
        return predictors[run.id]

    return load


@pytest.fixture
def run_predict(trained_root, load_once, capsys, monkeypatch) -> Callable[..., SimpleNamespace]:
    """Runs the command and returns its output: `out`, `err`, and `error`, the message of its `UserError`, if any.

    `run`, `root`, `as_json`, `dataset`, `csv_file`, `sort_into` and `link` are the command's options.
    """
    from auxiliary.commands.predict import predict_images

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("auxiliary.deploy.load.load_predictor", load_once)

    def run(*images: object, run: str = "", as_json: bool = False, root: Path = trained_root.root,
            **options: object) -> SimpleNamespace:
        error = ""
        try:
            predict_images(tuple(map(str, images)), run, as_json, root, **options)
        except UserError as caught:
            error = str(caught)
        printed = capsys.readouterr()
        return SimpleNamespace(out=printed.out, err=printed.err, error=error)

    return run


@pytest.fixture
def mixed_files(tmp_path, trained_root, monkeypatch) -> list[str]:
    """Three files, one of them an image, in the working directory."""
    monkeypatch.chdir(tmp_path)
    image = (trained_root.images / "red" / "0.png").read_bytes()
    (tmp_path / "a.png").write_bytes(image)
    (tmp_path / "cut.png").write_bytes(image[:-100])
    (tmp_path / "notes.txt").write_text("some words")
    return ["notes.txt", "a.png", "cut.png"]


@pytest.fixture(scope="session")
def flowers() -> dict[str, str]:
    """The classes of flowers in `two_data_sets`, by those of colours."""
    return {"blue": "iris", "green": "fern", "red": "rose"}


@pytest.fixture(scope="session")
def two_data_sets(trained_root, flowers, tmp_path_factory) -> Path:
    """A root with `small` and `frozen` of colours, and with a later `small` of flowers.

    The network of flowers is that of colours with other names of its classes. Tests must not change it.
    """
    root = tmp_path_factory.mktemp("two")
    for data_set in ("colours", "flowers"):
        shutil.copytree(trained_root.root / "data" / "colours", root / "data" / data_set)
    for data_set, key, names in (("colours", "small", {}), ("colours", "frozen", {}), ("flowers", "small", flowers)):
        run = trained_root.runs[key]
        folder = root / "models" / data_set / (run.id if data_set == "colours" else "small-h0123456789ab")
        _rename(Run(shutil.copytree(run.folder, folder)), data_set, root, names)
    return root


def _rename(run: Run, data_set: str, root: Path, names: dict[str, str]) -> None:
    """Make a copied run one of another root, data set and class names."""
    # Backwards, so that other images come first.
    tables = {"val": run.val_predictions, "test": run.predictions[::-1 if names else 1]}
    for part, table in tables.items():
        inside = table["filepath"].str.partition("/data/colours/")[2]
        run.save_predictions(part, table.assign(
            filepath=f"{root}/data/{data_set}/" + inside,
            **{column: table[column].replace(names) for column in ("category", "predicted")},
        ).rename(columns={f"p:{old}": f"p:{new}" for old, new in names.items()}))
    later = pd.Timedelta(days=len(names))
    run.finish(run.result.model_copy(update={"dataset": data_set, "finished_at": run.result.finished_at + later,
                                             "run_id": f"{run.id}-20260101T120000"}))


def _exchange(one: Path, other: Path) -> None:
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
