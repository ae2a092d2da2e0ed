"""The network of a finished run, ready to be asked about images."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from auxiliary.core import runtime
from auxiliary.core.errors import ImageError, UserError
from auxiliary.core.progress import Progress
from auxiliary.core.spec import parse_spec
from auxiliary.data.augment import AUGMENTATIONS, augment_batch
from auxiliary.data.epochs import step_generator
from auxiliary.deploy.image_paths import Found
from auxiliary.deploy.preprocess import file_pixels
from auxiliary.evaluation.calibration import fit_temperature, tempered
from auxiliary.evaluation.predictions import classes
from auxiliary.networks.inference import Ask, answers, frozen
from auxiliary.runs.find import read_result
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run

BATCH = 32


@dataclass(frozen=True)
class Trained:
    """A trained network and what it takes to ask it.

    Attributes:
        run: the finished run.
        result: its row of `results.csv`.
        model: from (N, S, S, 3) images in 0..255 to (N, classes) probabilities, not calibrated.
        categories: class names in the order of the labels.
        temperature: fitted on the validation images, see `auxiliary.evaluation.calibration`.
        ask: the model, frozen, which answers sooner.
    """

    run: Run
    result: Result
    model: keras.Model
    categories: list[str]
    temperature: float
    ask: Ask

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """How likely each class is for each image, calibrated.

        A run with test-time augmentation looks at as many augmented views of each image as it was tested with.

        Args:
            images: (N, S, S, 3) uint8 in RGB, S the run's `image_size`, as `network_pixels` makes them.

        Returns:
            (N, classes) float64; each row adds up to 1.
        """
        return np.concatenate(list(self.each_batch(np.split(images, range(BATCH, len(images), BATCH)))))

    def each_batch(self, batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The probabilities of one batch of images after the other, while those to come are made."""
        views = ((view, None) for batch in batches for view in self._views(batch))
        said = answers(self.ask, views)
        for of_a_batch in zip(*[said] * max(1, self.result.tta), strict=True):
            yield tempered(np.mean(of_a_batch, axis=0), self.temperature)

    def _views(self, images: np.ndarray) -> list[np.ndarray]:
        steps = parse_spec(self.result.augment, AUGMENTATIONS, "augment") if self.result.tta else ()
        return [augment_batch(images, steps, step_generator(self.result.seed, view, 0))
                for view in range(max(1, self.result.tta))]


def load_trained(run: Run) -> Trained:
    """Read the network of a finished run.

    Raises:
        UserError: when a file of the run is not there, is damaged, or was written by another version.
    """
    result = read_result(run)
    said = _validation(run)
    runtime.start(result.seed)
    model = _model(run, result)
    size, categories = result.image_size, classes(said)
    if (model.input_shape, model.output_shape) != ((None, size, size, 3), (None, len(categories))):
        raise UserError(f"{run.model} is another network than this run's, for {len(categories)} classes and images "
                        f"of {size} x {size}: {_anew(run)}")
    return Trained(run, result, model, categories, fit_temperature(said), frozen(model))


def _validation(run: Run) -> pd.DataFrame:
    """What the network said of the validation images, which the temperature is fitted on."""
    try:
        said = run.val_predictions
    except UserError as error:
        # Whose way out is one for tables of images.
        raise UserError(f"{run.folder / 'predictions-val.csv'} is missing or damaged: {_anew(run)}") from error
    if said.empty or "category" not in said or not classes(said):
        raise UserError(f"{run.folder / 'predictions-val.csv'} holds no predictions: {_anew(run)}")
    return said


def _model(run: Run, result: Result) -> keras.Model:
    if not run.model.is_file():
        raise UserError(f"{run.model} is not there: {_anew(run)}")
    if not zipfile.is_zipfile(run.model):
        raise UserError(f"{run.model} is damaged: {_anew(run)}")
    try:
        return keras.saving.load_model(run.model, compile=False)
    except Exception as error:    # of a file that is not as it should be, Keras, h5py and zipfile raise nearly anything
        older = result.keras != keras.__version__
        way_out = f"install Keras {result.keras}, which wrote it, or {_anew(run)}" if older else _anew(run)
        raise UserError(f"{run.model} cannot be read by Keras {keras.__version__} ({_reason(error)}): "
                        f"{way_out}") from error


def _anew(run: Run) -> str:
    return f"remove the folder {run.folder} and train the row anew"


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


@dataclass(frozen=True)
class Answers:
    """What a network says of some files.

    Attributes:
        files: those that are images, in the order in which they were given.
        probabilities: (files, classes) float64, calibrated.
        problems: why the others are none, by their name.
    """

    files: list[str]
    probabilities: np.ndarray
    problems: dict[str, str]


def ask_about(trained: Trained, found: Sequence[Found]) -> Answers:
    """Ask a network about files, a few in memory at a time; one that is no image is in nobody's way."""
    files: list[str] = []
    problems: dict[str, str] = {}

    def batches() -> Iterator[np.ndarray]:
        images = []
        for file in found:
            try:
                images.append(_pixels(file, trained.result.image_size))
                files.append(file.name)
            except ImageError as error:
                problems[file.name] = str(error)
            progress.advance()
            if len(images) == BATCH:
                yield np.stack(images)
                images.clear()
        if images:
            yield np.stack(images)

    with Progress("asking the network", len(found), "image") as progress:
        said = list(trained.each_batch(batches()))
    return Answers(files, np.concatenate([np.empty((0, len(trained.categories))), *said]), problems)


def _pixels(file: Found, size: int) -> np.ndarray:
    if file.error:
        raise ImageError(file.error)
    return file_pixels(file.path, size)
