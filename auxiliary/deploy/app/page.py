"""The page: an image goes in, what a network says of it comes out."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pandas as pd

from auxiliary.core.errors import ImageError, UserError
from auxiliary.deploy.app.models import Networks

TITLE = "What is this?"
TOP = 5             # classes shown
NAMED = 12          # classes named at the top
# How often, and after how long, files that were uploaded or made are deleted, in seconds.
CLEANING, AGE = 300, 3600
# What an image's component is given, and what is shown for it: probabilities, the image under heat, a remark.
File = dict[str, Any] | None
Shown = tuple[dict[str, float], np.ndarray | None, str]


class Page(gr.Blocks):
    """The page on which images are dropped and named.

    Args:
        networks: those to choose from.
        examples: paths of images to try it with.
        uploads: the folder that Gradio keeps uploaded files in; no other file is read for a user.
    """

    def __init__(self, networks: Networks, examples: Sequence[str], uploads: Path) -> None:
        super().__init__(title=TITLE, analytics_enabled=False, delete_cache=(CLEANING, AGE))
        self._networks, self._uploads = networks, uploads
        with self:
            gr.Markdown(_introduction(networks))
            with gr.Row():
                with gr.Column():
                    image = gr.Image(label="Image", type="filepath", height=320,
                                       sources=["upload", "webcam", "clipboard"])
                    network = gr.Dropdown(networks.choices, value=networks.first, label="Network")
                    remark = gr.Markdown()
                with gr.Column():
                    said = gr.Label(label="Calibrated probabilities", num_top_classes=TOP)
                    heat = gr.Image(label="What speaks for it (yellow: most)", format="png", height=320,
                                    interactive=False, buttons=["fullscreen"])
            if examples:
                gr.Examples(list(examples), image, label="Test images to try")
            # Not prepared: Gradio would decode the image, and in another way than it was for training.
            gr.on([image.change, network.change], self.respond, [image, network], [said, heat, remark],
                  preprocess=False, concurrency_limit=1, api_visibility="private")
        self.queue(api_open=False)

    def respond(self, image: File, name: str) -> Shown:
        """What to show for an image and the network that was chosen, or the sentence that says why not."""
        if image is None:
            return {}, None, ""
        try:
            answer = self._networks.answer(_content(image), name)
        except ImageError as error:
            return {}, None, _plain(f"This file cannot be used as an image ({error}). Try another one.")
        except UserError as error:
            return {}, None, _plain(f"{error}.")
        return answer.probabilities, answer.shown, answer.remark

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> list[Any]:
        """Gradio's step before a function is called: refuse any file, or address, that was not uploaded here."""
        for path in _paths(inputs):
            if not Path(str(path)).resolve().is_relative_to(self._uploads):
                raise gr.Error("That file was not uploaded here.", print_exception=False)
        return await super().preprocess_data(block_fn, inputs, *rest, **named)


def _introduction(networks: Networks) -> str:
    categories = networks.load(networks.first).categories
    further = f" and {len(categories) - NAMED:,} more" if len(categories) > NAMED else ""
    named = _plain(", ".join(categories[:NAMED]) + further)
    return (f"# {TITLE}\n\nDrop an image, take one, or paste one. The networks know {len(categories):,} classes: "
            f"{named}. Whatever they are shown, they name one of these.")


def _plain(text: str) -> str:
    """Markdown that shows `text` as it is."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _content(image: dict[str, Any]) -> bytes:
    try:
        return Path(image["path"]).read_bytes()
    except OSError:
        raise UserError("the image is no longer kept here: drop it again") from None


def _paths(value: Any) -> Iterator[Any]:
    """Whatever is called a path anywhere in what a browser sent."""
    if isinstance(value, dict):
        if "path" in value:
            yield value["path"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _paths(each)


MOST = 8


def examples(predictions: pd.DataFrame) -> list[str]:
    """Up to `MOST` test images, each the first of its class whose file is there.

    Args:
        predictions: a row an image, with `filepath` and `category`.
    """
    return list(islice(_first_files(predictions), MOST))


def _first_files(predictions: pd.DataFrame) -> Iterator[str]:
    for _, rows in predictions.groupby("category"):
        yield from islice((file for file in rows["filepath"] if Path(file).is_file()), 1)
