"""A map of images: points on a plane that are near each other where a network's features are alike."""

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

METHOD = 1          # version of the choice and of the places; raise it when either would be another
MOST = 1500         # images on a map, so that a page can hold them all
MOST_MARKED = 1000  # of them, mistakes and suspect labels: classes show only where correct images lie around them
COMPONENTS = 50     # of the features, at most
PERPLEXITY = 30     # about as many neighbours of each image count, where there are enough
ITERATIONS = 500    # of t-SNE: as trustworthy on `demo` as after 1,000 (0.980), in half the time
DECIMALS = 4        # of a place


def choose_images(images: pd.DataFrame, random_state: int = 0) -> pd.DataFrame:
    """The images to put on a map: mistakes and suspect labels first, then others at random.

    Args:
        images: one row per image, with `category`, `predicted`, `confidence` and `suggested` ("" unless suspect).
        random_state: seed of both random choices, of marked images where there are over 1,000, and of others.

    Returns:
        At most 1,500 rows: the mistakes by falling confidence, the other suspect labels, the others; index from 0.
    """
    wrong = images["category"] != images["predicted"]
    marked = wrong | (images["suggested"] != "")
    first = images[marked].sample(min(marked.sum(), MOST_MARKED), random_state=random_state)
    others = images[~marked].sample(min((~marked).sum(), MOST - len(first)), random_state=random_state)
    mistakes = first[wrong[first.index]].sort_values("confidence", ascending=False, kind="stable")
    suspects = first.drop(mistakes.index).sort_index()
    return pd.concat([mistakes, suspects, others.sort_index()], ignore_index=True)


def map_places(features: np.ndarray) -> np.ndarray:
    """Places on a plane by t-SNE of the first 50 principal components; only neighbourhoods mean something.

    The same features have the same places, with any number of processors.

    Args:
        features: (N, channels), one row per image, two rows or more.

    Returns:
        (N, 2) float64, from 0 to 1 along both axes, rounded to 4 decimals.

    Source: van der Maaten and Hinton, "Visualizing Data using t-SNE" (2008).
    """
    images, channels = features.shape
    # One thread: sums of several threads differ in the last digits, and t-SNE magnifies that.
    with threadpool_limits(1):
        # Images that are all alike have no component to begin with.
        if not np.ptp(features, axis=0).any():
            return np.full((images, 2), 0.5)
        values = PCA(min(COMPONENTS, images, channels), svd_solver="covariance_eigh").fit_transform(features)
        # The perplexity must be below the number of images, and the neighbours are three times as many.
        perplexity = min(PERPLEXITY, (images - 1) / 3)
        tsne = TSNE(perplexity=perplexity, init="pca", random_state=0, max_iter=ITERATIONS)
        places = tsne.fit_transform(values).astype("float64")
    span = np.ptp(places, axis=0)
    return ((places - places.min(axis=0)) / np.where(span, span, 1)).round(DECIMALS)
