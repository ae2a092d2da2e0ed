"""Which images are on a map, and where."""

import numpy as np
import pandas as pd
import pytest
from sklearn.manifold import trustworthiness

from auxiliary.evaluation.image_map import MOST, MOST_MARKED, choose_images, map_places


def images_of(correct: int, wrong: int = 0, suspect: int = 0) -> pd.DataFrame:
    """Correct images, then mistakes of rising confidence, then correct images with suspect labels."""
    total = correct + wrong + suspect
    return pd.DataFrame({"category": "cat", "predicted": ["cat"] * correct + ["dog"] * wrong + ["cat"] * suspect,
                         "confidence": np.linspace(0.5, 1, total),
                         "suggested": [""] * (correct + wrong) + ["dog"] * suspect, "place": range(total)})


def test_of_few_images_all_are_chosen_mistakes_first():
    assert choose_images(images_of(4, 2, 1))["place"].tolist() == [5, 4, 6, 0, 1, 2, 3]
    assert choose_images(images_of(3))["place"].tolist() == [0, 1, 2]


def test_of_many_images_all_marked_ones_are_chosen():
    chosen = choose_images(images_of(5000, 300, 20))
    assert len(chosen) == MOST and (chosen["place"] >= 5000).sum() == 320
    assert chosen.equals(choose_images(images_of(5000, 300, 20)))


def test_of_many_mistakes_some_make_room_for_correct_images():
    chosen = choose_images(images_of(4000, 4000))
    assert len(chosen) == MOST and (chosen["predicted"] == "dog").sum() == MOST_MARKED


@pytest.fixture(scope="module")
def clusters() -> np.ndarray:
    """Three groups of forty images each, far from each other."""
    draws = np.random.default_rng(0)
    return np.concatenate([draws.normal(10 * draws.normal(size=80), 1, (40, 80)) for _ in range(3)]).astype("float32")


def test_neighbours_stay_neighbours_and_groups_apart_each_time(clusters):
    places = map_places(clusters)
    np.testing.assert_array_equal(map_places(clusters), places)
    assert places.shape == (120, 2) and places.min() == 0 and places.max() == 1
    # Of scikit-learn: 1 where all neighbours on the map are neighbours among the features, 0.5 by chance.
    assert trustworthiness(clusters, places, n_neighbors=10) > 0.85
    away = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(away, np.inf)
    assert (away.argmin(axis=1) // 40 == np.arange(120) // 40).all()


@pytest.mark.parametrize("images", [2, 3, 4, 7])
def test_few_images_have_places(clusters, images):
    places = map_places(clusters[:images])
    assert places.shape == (images, 2) and np.isfinite(places).all()


def test_images_that_are_all_alike_lie_in_the_middle():
    assert (map_places(np.ones((5, 8), "float32")) == 0.5).all()
