"""The tab of the page that shows suspect labels one by one: the user keeps them, corrects them or leaves images out."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.deploy.app.markdown import escaped
from auxiliary.deploy.app.suspect_list import SuspectList, suspect_lists

CLASSIFY, SUSPECTS = "Classify", "Suspect labels"
KEEP, RELABEL, LEAVE, BACK, NEXT = "Keep the label", "Relabel as this class", "Leave the image out", "Back", "Next"
DATA_SET, CLASS = "Data set of the suspect labels", "Class"
# The image, its place and labels in words, what was chosen, and the class in the list.
Shown = tuple[np.ndarray | None, str, str, Any]


class LabelTab:
    """The tab of suspect labels; what is chosen is written at once.

    Args:
        lists: the suspect labels of each data set that has some, at least one.
    """

    def __init__(self, lists: Mapping[str, SuspectList]) -> None:
        self._lists = lists

    def build(self, tab: gr.Tab) -> None:
        """Add the components to the tab, in a page that is being built."""
        first = next(iter(self._lists))
        image, words, chosen, category = self.show(first, 0)
        place = gr.State(0)
        data_set = gr.Dropdown(list(self._lists), value=first, label=DATA_SET, visible=len(self._lists) > 1)
        with gr.Row():
            with gr.Column():
                shown = gr.Image(image, label="Image", format="png", height=320, interactive=False, buttons=[])
                with gr.Row():
                    back, forward = gr.Button(BACK, min_width=80), gr.Button(NEXT, min_width=80)
            with gr.Column():
                about = gr.Markdown(words)
                keep = gr.Button(KEEP)
                classes = gr.Dropdown(self._lists[first].categories, value=category["value"], label=CLASS)
                relabel, leave = gr.Button(RELABEL), gr.Button(LEAVE)
                note = gr.Markdown(chosen)
        answer = partial(gr.on, inputs=[data_set, place, classes], concurrency_limit=1, api_visibility="private")
        listen = partial(answer, outputs=[place, shown, about, note, classes])
        listen(data_set.change, self.begin)
        answer(tab.select, self.refresh, outputs=[about, note])
        for button, step in ((back, -1), (forward, 1)):
            listen(button.click, partial(self.move, step))
        choices = {keep: SuspectList.keep, relabel: SuspectList.relabel, leave: SuspectList.leave_out}
        for button, choice in choices.items():
            listen(button.click, partial(self.choose, choice))

    def begin(self, data_set: str, _place: int, _category: str) -> tuple[int, *Shown]:
        """What to show first of a data set."""
        return 0, *self.show(data_set, 0)

    def refresh(self, data_set: str, place: int, _category: str) -> tuple[str, str]:
        """The words of a place with what was chosen since the page was built."""
        # Not the image: Gradio would write its file again while the browser may be reading it.
        _, words, note, _ = self.show(data_set, place)
        return words, note

    def move(self, step: int, data_set: str, place: int, _category: str) -> tuple[int, *Shown]:
        """What to show before or after a place; after the last image comes the first."""
        place = (place + step) % len(self._lists[data_set])
        return place, *self.show(data_set, place)

    def choose(self, choice: Callable[[SuspectList, int, str], None], data_set: str, place: int,
               category: str) -> tuple[int, *Shown]:
        """Write what was chosen for an image, and show the next one; an error is shown in place of what was chosen."""
        try:
            choice(self._lists[data_set], place, category)
        except UserError as error:
            image, words, _, classes = self.show(data_set, place)
            return place, image, words, escaped(f"{error}."), classes
        return self.move(1, data_set, place, category)

    def show(self, data_set: str, place: int) -> Shown:
        """The suspect label at a place, from 0."""
        suspects = self._lists[data_set]
        row, image, chosen = suspects.row(place), None, {}
        try:
            image, chosen = suspects.image(place), suspects.chosen()
            note = _note(suspects, len(chosen))
        except UserError as error:
            note = escaped(f"{error}.")
        label = chosen.get(row["original"])
        words = (f"### {place + 1:,} of {len(suspects):,}\n\nlabelled **{escaped(row['category'])}**, suggested "
                 f"**{escaped(row['suggested'])}** ({row['confidence']:.2f})\n\n{escaped(row['original'])} "
                 f"({row['split']})\n\n{f'chosen: **{escaped(label)}**' if label else 'nothing chosen yet'}")
        return image, words, note, gr.update(choices=suspects.categories, value=row["suggested"])


def _note(suspects: SuspectList, chosen: int) -> str:
    """How many labels were chosen, and how they are used."""
    if not suspects.path.is_file():
        applied = f", with the {chosen:,} fixes that are applied already" if chosen else ""
        return f"What you choose is written at once to `{suspects.path}`{applied}."
    return (f"{chosen:,} chosen, in `{suspects.path}`. They count once the profile names that file:\n\n"
            f"```\nlabel_fixes: {suspects.path}\n```\n\nor once in the command: `-p label_fixes PATH`.")


def label_tab(root: Path, data_sets: Collection[str]) -> LabelTab | None:
    """The tab of the suspect labels of some data sets; None where none has any."""
    lists = suspect_lists(root, data_sets)
    return LabelTab(lists) if lists else None


@contextmanager
def beside(labels: LabelTab | None) -> Iterator[None]:
    """Put what is built in the block into a first tab, and suspect labels into a second one, where there are any."""
    if labels is None:
        yield
        return
    with gr.Tabs():
        with gr.Tab(CLASSIFY):
            yield
        with gr.Tab(SUSPECTS) as tab:
            labels.build(tab)
