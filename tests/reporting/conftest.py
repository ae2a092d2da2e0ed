from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from auxiliary.runs.seeds import over_seeds
from tests.reporting.experiments import search_rows

# Class names with characters of markup, and of a length that layout must handle.
NAMES = ["$cash_1^2$", "a_class_name_of_thirty_letters"]


@pytest.fixture
def images(tmp_path) -> list[str]:
    """One red image of 28x28 and one green of 300x200."""
    paths = [tmp_path / "small.png", tmp_path / "large.png"]
    Image.new("RGB", (28, 28), "red").save(paths[0])
    Image.new("RGB", (300, 200), "green").save(paths[1])
    return [str(path) for path in paths]


@pytest.fixture
def overview(images) -> pd.DataFrame:
    """A catalogue: one class of two good images, and one of a good image and a broken one."""
    return pd.DataFrame({
        "filepath": [*images, images[0], str(Path("raw-img") / "cats" / "b.jpg")],
        "category": [NAMES[0], NAMES[0], NAMES[1], NAMES[1]],
        "format": ["png", "jpg", "png", "jpg"],
        "width": pd.array([28, 300, 28, None], dtype="Int64"),
        "height": pd.array([28, 200, 28, None], dtype="Int64"),
        "channels": pd.array([3, 1, 3, None], dtype="Int64"),
        "error": ["", "", "", "truncated"],
    })


@pytest.fixture
def predictions(images) -> pd.DataFrame:
    """Three test images, the second and third predicted wrong, the third with more confidence."""
    frame = pd.DataFrame({"filepath": [*images, images[0]], "category": [NAMES[0]] * 3, "label": 0,
                          "predicted": [NAMES[0], NAMES[1], NAMES[1]], "confidence": [0.9, 0.6, 0.8]})
    return frame.assign(**{f"p:{NAMES[0]}": [0.9, 0.4, 0.2], f"p:{NAMES[1]}": [0.1, 0.6, 0.8]})


@pytest.fixture
def search_results(results_of) -> pd.DataFrame:
    """The results of 45 experiments, each of three seeds together."""
    return over_seeds(results_of(*search_rows()))
