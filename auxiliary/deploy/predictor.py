"""Predictions of a finished run's network for new images, batch by batch, and how unlike the training images they are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import tee
from typing import NamedTuple

import keras
import numpy as np

from auxiliary.data.reading.deep import Span
from auxiliary.data.views import View, views_of
from auxiliary.deploy.batch import batches_of
from auxiliary.deploy.network_features import split_features
from auxiliary.evaluation.calibration import tempered
from auxiliary.evaluation.limit import Scale
from auxiliary.evaluation.out_of_distribution import Detector
from auxiliary.evaluation.seen_images import seen_images
from auxiliary.networks.inference import PredictFunction, predict_batches
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run


class Answers(NamedTuple):
    """What a network says of some images.

    Attributes:
        probabilities: (N, classes) float64; each row sums to 1.
        scores: (N,) float64, how unlike the training images each one is, above 1 than nearly all validation images;
            None where that is not known.
    """

    probabilities: np.ndarray
    scores: np.ndarray | None


@dataclass(frozen=True)
class Network:
    """The network of one run, not calibrated.

    Attributes:
        result: the run's row of `results.csv`.
        model: from (N, S, S, 3) images in 0..255 to (N, classes) probabilities.
        predict: the frozen graph of `with_features(model)`, which predicts faster.
        detector: tells how unlike the training images an image is; None where that is not known.
    """

    result: Result
    model: keras.Model
    predict: PredictFunction
    detector: Detector | None = None

    def batch_answers(self, batches: Iterable[np.ndarray]) -> Iterator[Answers]:
        """What the network says of each batch of images in turn.

        Probabilities are the mean over the views of the run's test. Scores are of the image alone.
        """
        views = views_of(self.result.tta)
        if self.detector is not None and not any(map(_is_alone, views)):
            views.append(View(0.0))
        alone = next((place for place, view in enumerate(views) if _is_alone(view)), 0)
        seen = ((seen_images(batch, view, self.result), None) for batch in batches for view in views)
        outputs = (split_features(output, self.model) for output in predict_batches(self.predict, seen))
        for outputs_of_batch in zip(*[outputs] * len(views), strict=True):
            probabilities, features = zip(*outputs_of_batch, strict=True)
            yield Answers(np.average(probabilities, axis=0, weights=[view.weight for view in views]),
                          self.detector.scores(features[alone]) if self.detector else None)


def _is_alone(view: View) -> bool:
    """Whether a view is the image itself."""
    return not view.mirrored and not view.shift and view.augmented is None


@dataclass(frozen=True)
class Predictor:
    """The network of a finished run, or those of an ensemble, calibrated; `load_predictor` makes one.

    Attributes:
        run: the finished run.
        result: its row of `results.csv`.
        networks: that of the run; those of its members where it is an ensemble.
        categories: class names in the order of the labels.
        temperature: fitted on the validation images, see `auxiliary.evaluation.calibration`.
        span: of the deep images that it was trained on, see `auxiliary.data.reading.deep`; None where there were none.
        scale: of the mean of the networks' scores; None where a network has no detector.
        why: a sentence on why there are no scores; empty where there are.
    """

    run: Run
    result: Result
    networks: Sequence[Network]
    categories: list[str]
    temperature: float
    span: Span | None = None
    scale: Scale | None = None
    why: str = ""

    @property
    def model(self) -> keras.Model | None:
        """The model of the only network; None for an ensemble."""
        return self.networks[0].model if len(self.networks) == 1 else None

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """The calibrated probability of each class for each image.

        With test-time augmentation (`tta`) it is the mean over the views of the run's test, and that of an ensemble is
        the mean of its members. A smaller member gets the images made smaller, as in its training.

        Args:
            images: (N, S, S, 3) uint8 in RGB from `network_pixels`, S being the run's `image_size`.

        Returns:
            (N, classes) float64; each row sums to 1.
        """
        return self.answers(images).probabilities

    def answers(self, images: np.ndarray) -> Answers:
        """The probabilities, as above, and how unlike the training images each image is."""
        return joined(list(self.batch_answers(batches_of(images))))

    def batch_answers(self, batches: Iterable[np.ndarray]) -> Iterator[Answers]:
        """The answers for each batch of images in turn; later batches are prepared meanwhile."""
        copies = tee(batches, len(self.networks))
        outputs = [network.batch_answers(copy) for network, copy in zip(self.networks, copies, strict=True)]
        for outputs_of_batch in zip(*outputs, strict=True):
            probabilities, scores = zip(*outputs_of_batch, strict=True)
            yield Answers(tempered(np.mean(probabilities, axis=0), self.temperature),
                          self.scale(np.mean(scores, axis=0)) if self.scale else None)


def joined(answers: Sequence[Answers]) -> Answers:
    """The answers for several batches, of which there is at least one, as one."""
    probabilities, scores = zip(*answers, strict=True)
    return Answers(np.concatenate(probabilities), None if scores[0] is None else np.concatenate(scores))
