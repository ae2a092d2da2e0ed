"""A prepared project for tools that measure backbones."""

from collections.abc import Iterator

import pytest

from auxiliary.project.project import Project
from tests.colours import UNTRAINED, colours_profile, open_text
from tests.tiny import with_tiny

LOGISTIC = "{model_id: tiny, backbone: Tiny, head: logistic}"


@pytest.fixture(scope="module")
def project(image_folder, divide, tmp_path_factory) -> Iterator[Project]:
    """Images of three colours, prepared at 40 pixels, and a backbone with random weights."""
    folder = image_folder({"blue": 20, "green": 20, "red": 20}, size=40)
    text = colours_profile(folder, (UNTRAINED,), (LOGISTIC,), size=40)
    with with_tiny():
        yield divide(open_text(text, tmp_path_factory.mktemp("root")))
