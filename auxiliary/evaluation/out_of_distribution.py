"""How unlike its training images an image is, told by the features that a network's final layer takes.

A network names one of its classes for every image, also for one of nothing that it knows. The detector adds three
numbers of the image's features, each divided by its spread over the validation images:

- the relative Mahalanobis distance: how much farther the image is from the nearest class than from all training images
  together. It finds images between the classes;
- the residual: how far the image is from the main directions in which the training images differ. It finds images that
  have little in common with any of them;
- the energy: minus log(sum(exp(logits))), where the logits are what softmax takes. It finds images that show little of
  any class. It cannot be had from probabilities, so the weights of the final layer are kept.

The limit is where 95% of the validation images are below it. `docs/results.md` has what it catches.

Sources: J. Ren et al., "A Simple Fix to Mahalanobis Distance for Improving Near-OOD Detection", 2021,
https://arxiv.org/abs/2106.09022; H. Wang et al., "ViM: Out-Of-Distribution with Virtual-logit Matching", CVPR 2022,
https://arxiv.org/abs/2203.10807, which adds a residual to the energy; W. Liu et al., "Energy-based Out-of-distribution
Detection", NeurIPS 2020, https://arxiv.org/abs/2010.03759. For both distances features have length 1, as is usual for
distances to neighbours.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.covariance import ledoit_wolf
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from auxiliary.core.errors import UserError
from auxiliary.evaluation.limit import Scale, scale_of

METHOD = 2          # version of the method; raise it when it would give other scores
COMPONENTS = 64     # of the features, at most
IMAGES = 5          # at least so many per component
TRAINING = 2000     # images, at most: more hardly change a score


@dataclass(frozen=True, eq=False)
class Detector:
    """Scores of images by their features; `fit_detector` makes one.

    Attributes:
        centre: (channels,) float32, the mean of the training images' features of length 1.
        components: (channels, D) float32, the main directions in which these differ, each of length 1.
        within: (D, D) float32; behind it, images of one class have the unit matrix as covariance.
        overall: (D, D) float32; the same for all images together.
        means: (classes, D) float32, the mean of each class behind `within`.
        kernel: (channels, classes) float32, the weights of the final layer, not calibrated.
        bias: (classes,) float32, those of the same layer.
        spreads: (3,) float64, the standard deviations of the three numbers over the validation images.
        scale: (2,) float64, the numbers of a `Scale`.
        val_scores: (N,) float32, the scores of the validation images, by which those of several networks are joined.
    """

    centre: np.ndarray
    components: np.ndarray
    within: np.ndarray
    overall: np.ndarray
    means: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    spreads: np.ndarray
    scale: np.ndarray
    val_scores: np.ndarray

    def scores(self, features: np.ndarray) -> np.ndarray:
        """How unlike the training images each image is: (N,) float64, above 1 than 95% of the validation images.

        Args:
            features: (N, channels).
        """
        return Scale(*self.scale)(self.sums(features))

    def sums(self, features: np.ndarray) -> np.ndarray:
        """The sum of the three numbers, each divided by its spread: (N,) float64."""
        return (self.parts(features) / self.spreads).sum(axis=1)

    def parts(self, features: np.ndarray) -> np.ndarray:
        """The relative Mahalanobis distance and the residual, both squared, and the energy: (N, 3) float64."""
        centred = unit_length(features) - self.centre
        values = centred @ self.components.astype("float64")
        nearest = cdist(values @ self.within, self.means, "sqeuclidean").min(axis=1)
        relative = nearest - ((values @ self.overall) ** 2).sum(axis=1)
        residual = (centred**2).sum(axis=1) - (values**2).sum(axis=1)
        energy = -logsumexp(features @ self.kernel.astype("float64") + self.bias, axis=1)
        return np.stack([relative, residual, energy], axis=1)

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, by the names of the attributes."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@threadpool_limits.wrap(limits=1)    # the same scores with any number of processors
def fit_detector(features: np.ndarray, labels: np.ndarray, val_features: np.ndarray, kernel: np.ndarray,
                 bias: np.ndarray) -> Detector:
    """Make a detector of a network's features.

    Args:
        features: (N, channels), of training images.
        labels: (N,) integers.
        val_features: (M, channels), of validation images, which set the limit.
        kernel: (channels, classes); the logits are features @ kernel + bias.
        bias: (classes,).

    Raises:
        UserError: there are too few images, numbers are not finite, or features are the same for all images.
    """
    if not all(np.isfinite(each).all() for each in (features, val_features, kernel, bias)):
        raise UserError("some of its features or weights are no finite numbers")
    # Half of the channels at most, so that a residual is left.
    components = min(COMPONENTS, len(features) // IMAGES, features.shape[1] // 2)
    if not components or not len(val_features):
        raise UserError("there are too few training or validation images, or numbers per image")
    units = unit_length(features)
    if not (units.std(axis=0) > 1e-7).any():
        raise UserError("its features are the same for all images")
    pca = PCA(components, random_state=0).fit(units)
    values = pca.transform(units)
    _, label = np.unique(labels, return_inverse=True)
    means = np.stack([values[label == each].mean(axis=0) for each in range(label.max() + 1)])
    within = _whitening(values - means[label])
    arrays = pca.mean_, pca.components_.T, within, _whitening(values), means @ within, kernel, bias
    return _with_limit(Detector(*(array.astype("float32") for array in arrays), np.ones(3), np.array([0.0, 1.0]),
                                np.empty(0, "float32")), val_features)


def _with_limit(detector: Detector, val_features: np.ndarray) -> Detector:
    """The detector with the spreads and the limit that the validation images set."""
    # Where hardly any image has a residual, rounding errors must not count.
    spreads = np.maximum(detector.parts(val_features).std(axis=0), 1e-4)
    detector = replace(detector, spreads=spreads)
    scale = scale_of(sums := detector.sums(val_features))
    return replace(detector, scale=np.array(scale), val_scores=scale(sums).astype("float32"))


def unit_length(features: np.ndarray) -> np.ndarray:
    """Features of length 1, (N, channels) float64."""
    features = np.asarray(features, "float64")
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)


def _whitening(values: np.ndarray) -> np.ndarray:
    """The matrix behind which centred values have the unit matrix as covariance, which is shrunk for few images."""
    covariance, _ = ledoit_wolf(values, assume_centered=True)
    variances, axes = np.linalg.eigh(covariance)
    # A direction without any spread must not count without end.
    return axes / np.sqrt(np.maximum(variances, 1e-6 * variances.max()))
