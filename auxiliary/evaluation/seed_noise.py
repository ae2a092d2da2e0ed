"""The difference of two experiments with several seeds, uncertain by the seeds and by the test images.

The squared standard error of the difference has two parts, as in a two-way analysis of variance with random effects:

- Images: the variance of the difference per image, averaged over the seeds, divided by the number of images.
- Seeds: the variance of each experiment's accuracies divided by the number of its seeds. Some of it is no more than the
  luck of each seed on these images, which the first part contains; it is subtracted, but never below 0.

The degrees of freedom are those of the seeds' part times the ratio of the whole variance to it. Satterthwaite squares
this ratio; with two seeds that calls up to 9% of equally good networks different. An experiment of one seed has no
variance between seeds: it is taken to be that of the other experiment.

Why this test: in a simulation of equally good networks with 1 to 5 seeds each and 100 to 1,000 test images, where the
accuracies of seeds vary by 0 to 3 points, it calls 1 to 8% of them different at p < 0.05. A bootstrap that draws seeds
and images again does so for up to 31%, because two or three seeds drawn again vary too little. McNemar's test of one
run each does so for up to 53%, since it does not know the noise of the seeds.

Sources: S. L. Hillis, "A marginal-mean ANOVA approach for analyzing multireader multicase radiological imaging data",
Statistics in Medicine 33 (2014), 330-360 (readers are seeds here); F. E. Satterthwaite, "An approximate distribution of
estimates of variance components", Biometrics Bulletin 2 (1946), 110-114.
"""

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np

from auxiliary.evaluation.difference import Difference, McNemarDifference, StudentDifference


@dataclass(frozen=True)
class Seeds:
    """How the accuracies of one experiment's seeds vary.

    Attributes:
        number: number of seeds, at least 1.
        variance: variance of their test accuracies; NaN for one seed.
        luck: the part of it that is the luck of each seed on these images; 0 where unknown.
    """

    number: int
    variance: float = nan
    luck: float = 0.0


@dataclass(frozen=True)
class Noise:
    """How the seeds make a difference vary.

    Attributes:
        variance: of the difference, by the seeds.
        beyond: the part of it that the luck on these images does not explain.
        freedom: degrees of freedom of `variance`.
    """

    variance: float
    beyond: float
    freedom: float

    def error(self, images: float) -> tuple[float, float]:
        """The standard error and its degrees of freedom, from the variance of the difference by the images."""
        total = images + self.beyond
        ratio = total / self.variance if self.variance else inf
        return sqrt(total), self.freedom * max(ratio, 1.0)


def difference_by_image(first: np.ndarray, second: np.ndarray) -> Difference:
    """The difference between two experiments, from their predictions for the same images.

    Of one seed each it is McNemar's. In the variance by images, two images are added, one in favour of each side, so
    that few images on which the two differ never count as none.

    Args:
        first: (seeds, images) bool, whether a seed of the first experiment predicts an image correctly.
        second: the same for the other experiment, with the same images; at least one.
    """
    if len(first) == len(second) == 1:
        return McNemarDifference(int((first & ~second).sum()), int((~first & second).sum()), first.shape[1])
    each = first.mean(axis=0) - second.mean(axis=0)
    images = np.append(each, (1, -1)).var() / (len(each) + 2)
    error, freedom = _noise(_seeds(first), _seeds(second)).error(images)
    return StudentDifference(float(each.mean()), error, error, freedom, freedom)


def difference_by_accuracy(value: float, below: float, above: float, first: Seeds, second: Seeds) -> StudentDifference:
    """The difference between two experiments, from their accuracies alone.

    Args:
        value: the difference of the (mean) accuracies.
        below: the standard error by the choice of images towards lower values, above 0.
        above: that towards higher values, above 0.
        first: the seeds of the first experiment.
        second: those of the other.
    """
    noise = _noise(first, second) if max(first.number, second.number) > 1 else Noise(0.0, 0.0, inf)
    (below, freedom_below), (above, freedom_above) = (noise.error(side * side) for side in (below, above))
    return StudentDifference(value, below, above, freedom_below, freedom_above)


def _seeds(correct: np.ndarray) -> Seeds:
    """The seeds of a matrix of correct predictions, (seeds, images) bool."""
    number, images = correct.shape
    if number == 1 or images == 1:
        return Seeds(number, 0.0 if number > 1 else nan)
    of_seed, of_image = correct.mean(axis=1), correct.mean(axis=0)
    rest = correct - of_seed[:, None] - of_image + of_seed.mean()
    return Seeds(number, float(of_seed.var(ddof=1)), float((rest**2).sum() / (number - 1) / (images - 1) / images))


def _noise(first: Seeds, second: Seeds) -> Noise:
    """The noise of two experiments, one of which has several seeds."""
    if 1 in (first.number, second.number):
        known = max(first, second, key=lambda seeds: seeds.number)
        parts = [(known, 1 / first.number + 1 / second.number)]
    else:
        parts = [(seeds, 1 / seeds.number) for seeds in (first, second)]
    variances = [seeds.variance * weight for seeds, weight in parts]
    variance = sum(variances)
    uncertainty = sum(each**2 / (seeds.number - 1) for each, (seeds, _) in zip(variances, parts, strict=True))
    beyond = max(variance - sum(seeds.luck * weight for seeds, weight in parts), 0.0)
    return Noise(variance, beyond, variance**2 / uncertainty if uncertainty else inf)
