"""The page: the user drops an image and chooses a network, and the page shows the prediction."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pandas as pd

from auxiliary.core.errors import ImageError, UserError
from auxiliary.core.files import is_file_below
from auxiliary.core.text import first_few
from auxiliary.data.reading.header import read_header
from auxiliary.deploy.app.models import Networks

TITLE = "What is this?"
TOP_CLASSES = 5         # shown for an image
NAMED_CLASSES = 12      # listed in the introduction
EXAMPLES = 8
LARGEST_EXAMPLE = 20_000_000    # bytes; processed images are far smaller
# Uploaded and generated files are deleted at this interval, at this age; both in seconds.
CLEANING_INTERVAL, MAX_AGE = 300, 3600
# The value of the image component, and what is shown for it: probabilities, heat map, note.
Upload = dict[str, Any] | None
Shown = tuple[dict[str, float], np.ndarray | None, str]


class Page(gr.Blocks):
    """The page that classifies images.

    Args:
        networks: the networks to choose from.
        examples: paths of example images.
        uploads: the folder of Gradio's uploads; no other file is read for a user.
    """

    def __init__(self, networks: Networks, examples: Sequence[str], uploads: Path) -> None:
        super().__init__(title=TITLE, analytics_enabled=False, delete_cache=(CLEANING_INTERVAL, MAX_AGE))
        self._networks, self._uploads = networks, uploads
        with self:
            gr.Markdown(_introduction(networks))
            with gr.Row():
                with gr.Column():
                    image = gr.Image(label="Image", type="filepath", height=320,
                                     sources=["upload", "webcam", "clipboard"])
                    network = gr.Dropdown(networks.choices, value=networks.first, label="Network")
                    note = gr.Markdown()
                with gr.Column():
                    classes = gr.Label(label="Calibrated probabilities", num_top_classes=TOP_CLASSES)
                    heat_map = gr.Image(label="Evidence for the first class (Grad-CAM, yellow: strongest)",
                                        format="png", height=320, interactive=False, buttons=["fullscreen"])
            if examples:
                gr.Examples(list(examples), image, label="Test images")
            # Without preprocessing: Gradio would decode the image in another way than for training.
            gr.on([image.change, network.change], self.respond, [image, network], [classes, heat_map, note],
                  preprocess=False, concurrency_limit=1, api_visibility="private")
        self.queue(api_open=False)

    def respond(self, image: Upload, name: str) -> Shown:
        """What to show for an image and a network; an error is shown as its note."""
        if image is None:
            return {}, None, ""
        try:
            prediction = self._networks.predict(_content(image), name)
        except ImageError as error:
            return {}, None, _escaped(f"This file cannot be used as an image ({error}). Try another one.")
        except UserError as error:
            return {}, None, _escaped(f"{error}.")
        return prediction.probabilities, prediction.heat_map, prediction.note

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> list[Any]:
        """Gradio's step before a function call: refuse every file or URL that was not uploaded here."""
        for path in _paths(inputs):
            if not Path(str(path)).resolve().is_relative_to(self._uploads):
                raise gr.Error("That file was not uploaded here.", print_exception=False)
        return await super().preprocess_data(block_fn, inputs, *rest, **named)


def example_images(predictions: pd.DataFrame, folders: Collection[Path]) -> list[str]:
    """Paths of up to `EXAMPLES` test images, one per class: its first file that may be shown; links resolved.

    Args:
        predictions: one row per image, with `filepath` and `category`. A run from elsewhere can name any file there.
        folders: where images lie that may be shown.
    """
    return list(islice(_first_files(predictions, folders), EXAMPLES))


def _first_files(predictions: pd.DataFrame, folders: Collection[Path]) -> Iterator[str]:
    for _, rows in predictions.groupby("category"):
        shown = (file for file in rows["filepath"] if is_file_below(file, folders) and _is_small_image(Path(file)))
        yield from (str(Path(file).resolve()) for file in islice(shown, 1))


def _is_small_image(file: Path) -> bool:
    if file.stat().st_size > LARGEST_EXAMPLE:
        return False
    try:
        with file.open("rb") as opened:
            read_header(opened)
    except (ImageError, OSError):
        return False
    return True


def _introduction(networks: Networks) -> str:
    categories = networks.load(networks.first).categories
    names = _escaped(first_few(categories, NAMED_CLASSES))
    return (f"# {TITLE}\n\nDrop, take or paste an image. The networks know {len(categories):,} classes: {names}. They "
            "name one of these for every image.")


def _escaped(text: str) -> str:
    """Markdown that shows `text` literally."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _content(image: dict[str, Any]) -> bytes:
    try:
        return Path(image["path"]).read_bytes()
    except OSError:
        raise UserError("the image is no longer stored here: drop it again") from None


def _paths(value: Any) -> Iterator[Any]:
    """The value of every key `path`, at any depth of what a browser sent."""
    if isinstance(value, dict):
        if "path" in value:
            yield value["path"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _paths(item)
