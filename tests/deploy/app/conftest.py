"""The networks of the trained runs, and a test image."""

import io
from collections.abc import Callable

import pandas as pd
import pytest
from PIL import Image

from auxiliary.deploy.app.models import Networks


@pytest.fixture(scope="package")
def networks(trained_root) -> Networks:
    """The networks of all runs, `small` first."""
    return Networks(trained_root.runs["small"])


@pytest.fixture(scope="package")
def tested(trained_root) -> pd.Series:
    """The row of a test image in the test predictions of `small`."""
    return trained_root.runs["small"].predictions.iloc[0]


@pytest.fixture(scope="package")
def encoded() -> Callable[..., bytes]:
    """Encodes an image: `encoded(image, "PNG")`, with options of `Image.save`."""
    def encode(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
        file = io.BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    return encode
