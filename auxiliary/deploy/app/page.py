"""The page: the user drops an image and chooses a data set and a network, and the page shows the prediction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from auxiliary.core.errors import ImageError, UserError
from auxiliary.core.text import first_few
from auxiliary.deploy.app.label_tab import LabelTab, beside
from auxiliary.deploy.app.markdown import escaped
from auxiliary.deploy.app.models import Networks, full_name
from auxiliary.deploy.explain import WAYS
from auxiliary.evaluation.limit import UNLIKE
from auxiliary.evaluation.predictions import classes

TITLE = "What is this?"
NETWORK = "Network, with its validation accuracy"
TOP_CLASSES = 5         # shown for an image
NAMED_CLASSES = 12      # listed in the introduction
# Uploaded and generated files are deleted at this interval, at this age; both in seconds.
CLEANING_INTERVAL, MAX_AGE = 300, 3600
# Gradio draws the arrow of a list over its text, and the buttons of an image over its label.
STYLE = """
input[role=combobox] { padding-right: var(--size-8); text-overflow: ellipsis; }
label[data-testid=block-label] { max-width: calc(100% - var(--size-10)); }
"""
NOT_KNOWN = f"This image is **{UNLIKE}**: the class below is only the nearest one."
# The value of the image component, and what is shown for it: probabilities, note, and whether it is unlike.
Upload = dict[str, Any] | None
Shown = tuple[dict[str, float], str, str]


class Page(gr.Blocks):
    """The page that classifies images.

    Args:
        networks: the networks to choose from.
        examples: paths of example images, by the name of their data set.
        uploads: the folder of Gradio's uploads; no other file is read for a user.
        labels: the tab of suspect labels, which write a file of this machine; None for none.
    """

    def __init__(self, networks: Networks, examples: Mapping[str, Sequence[str]], uploads: Path,
                 labels: LabelTab | None = None) -> None:
        super().__init__(title=TITLE, analytics_enabled=False, delete_cache=(CLEANING_INTERVAL, MAX_AGE))
        self._networks, self._uploads = networks, uploads
        first, several = networks.data_set, len(networks.data_sets) > 1
        with self, beside(labels):
            introduction = gr.Markdown(self._introduction(first))
            with gr.Row():
                with gr.Column():
                    image = gr.Image(label="Image", type="filepath", height=320,
                                     sources=["upload", "webcam", "clipboard"])
                    data_set = gr.Dropdown(networks.data_sets, value=first, label="Data set", visible=several)
                    network = gr.Dropdown(**self._choice(first), label=NETWORK)
                    note = gr.Markdown()
                with gr.Column():
                    unlike = gr.Markdown()
                    top_classes = gr.Label(label="Calibrated probabilities", num_top_classes=TOP_CLASSES)
                    way = gr.Radio(list(WAYS), value=next(iter(WAYS)), label="Evidence for the first class")
                    heat_map = gr.Image(label="Yellow: strongest", format="png", height=320, interactive=False,
                                        buttons=["fullscreen"])
                    remark = gr.Markdown()
            self._examples = {}
            for name, files in examples.items():
                with gr.Column(visible=name == first) as self._examples[name]:
                    gr.Examples(list(files), image, label="Test images")
            data_set.change(self.choose, data_set, [introduction, network, *self._examples.values()],
                            api_visibility="private")
            # Without preprocessing: Gradio would decode the image in another way than for training.
            usual = {"preprocess": False, "concurrency_limit": 1, "api_visibility": "private"}
            answered = gr.on([image.change, network.change], self.respond, [image, network],
                             [top_classes, note, unlike], **usual)
            # The evidence comes after the answer, because it may take seconds.
            for event in (answered.then, way.change):
                event(self.explain, [image, network, way], [heat_map, remark], **usual)
        self.queue(api_open=False)

    def choose(self, data_set: str) -> list[Any]:
        """What to show for a data set: its introduction, its networks, and its examples in place of the others."""
        return [self._introduction(data_set), gr.Dropdown(**self._choice(data_set)),
                *(gr.Column(visible=name == data_set) for name in self._examples)]

    def respond(self, image: Upload, name: str) -> Shown:
        """What to show for an image and a network; an error is shown as its note."""
        if image is None:
            return {}, "", ""
        try:
            prediction = self._networks.predict(_content(image), name)
        except ImageError as error:
            return {}, escaped(f"This file cannot be used as an image ({error}). Try another one."), ""
        except UserError as error:
            return {}, escaped(f"{error}."), ""
        return prediction.probabilities, prediction.note, NOT_KNOWN if prediction.unlike else ""

    def explain(self, image: Upload, name: str, way: str) -> tuple[np.ndarray | None, str]:
        """The evidence for the first class of an image, and a remark; what is wrong with the image `respond` says."""
        if image is None:
            return None, ""
        with suppress(ImageError, UserError):
            return self._networks.explain(_content(image), name, way)
        return None, ""

    def _choice(self, data_set: str) -> dict[str, Any]:
        """The networks of a data set, and the one that is chosen at first."""
        return {"choices": self._networks.choices(data_set), "value": full_name(self._networks.best(data_set))}

    def _introduction(self, data_set: str) -> str:
        """What the networks of a data set know; in its place an error where that cannot be read."""
        try:
            names = classes(self._networks.best(data_set).val_predictions)
        except UserError as error:
            return f"# {TITLE}\n\n{escaped(f'{error}.')}"
        return (f"# {TITLE}\n\nDrop, take or paste an image. The networks of {escaped(data_set)} know {len(names):,} "
                f"classes: {escaped(first_few(names, NAMED_CLASSES))}. They name one of these for every image.")

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> list[Any]:
        """Gradio's step before a function call: refuse every file or URL that was not uploaded here."""
        for path in _paths(inputs):
            if not Path(str(path)).resolve().is_relative_to(self._uploads):
                raise gr.Error("That file was not uploaded here.", print_exception=False)
        return await super().preprocess_data(block_fn, inputs, *rest, **named)


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
