"""The blocks of a page, each of which `templates/blocks.jinja` renders, and the sections that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from auxiliary.reporting.html.image_map import ImageMap
from auxiliary.reporting.html.thumbnails import Thumbnail
from auxiliary.reporting.names import EXPLANATION, stand_in_table
from auxiliary.reporting.style import StyledFigure
from auxiliary.reporting.tables import Table

# Rows of a table that are always shown, as in `blocks.css`; so few more are not worth a fold.
UNFOLDED, FEW = 20, 4


@dataclass(frozen=True)
class Prose:
    """A paragraph; small print if it only explains its neighbour."""

    text: str
    small: bool = False
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True)
class Command:
    """A command to type."""

    text: str
    kind: ClassVar[str] = "command"


@dataclass(frozen=True)
class Facts:
    """Pairs of a name and a value, side by side."""

    pairs: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class TitledTable:
    """A table with a short title above it, and a sentence below the title."""

    title: str
    table: Table
    sentence: str = ""
    kind: ClassVar[str] = "table"

    @property
    def folded(self) -> int:
        """How many rows the reader has to unfold."""
        rows = len(self.table.rows)
        return rows - UNFOLDED if rows > UNFOLDED + FEW else 0


@dataclass(frozen=True)
class Drawing:
    """A figure, whose title the page shows as a sentence above it."""

    figure: StyledFigure

    @property
    def width(self) -> float:
        """The width in inches at which the letters are as large as those of the page."""
        return float(self.figure.get_figwidth())

    @property
    def sentence(self) -> str:
        """The title of the figure, on one line."""
        return self.figure.get_suptitle().replace("\n", " ")

    @property
    def explanation(self) -> str:
        """A sentence on the numbers that the figure shows in place of names; empty without any."""
        return EXPLANATION if self.figure.stand_ins else ""

    @property
    def stand_ins(self) -> Table:
        """Those numbers and the names."""
        return stand_in_table(self.figure.stand_ins)


@dataclass(frozen=True)
class Chart:
    """A figure with a short title; narrow ones may stand side by side.

    Attributes:
        title: the title.
        figure: the figure.
        narrow: the same for a phone; None where the figure itself is narrow enough.
    """

    title: str
    figure: StyledFigure
    narrow: StyledFigure | None = None
    kind: ClassVar[str] = "chart"

    @property
    def drawings(self) -> dict[str, Drawing]:
        """What is drawn, by the kind of page that shows it."""
        if self.narrow is None:
            return {"any": Drawing(self.figure)}
        return {"wide": Drawing(self.figure), "narrow": Drawing(self.narrow)}


@dataclass(frozen=True)
class Gallery:
    """Images side by side, with a short title and a sentence below it."""

    title: str
    thumbnails: Sequence[Thumbnail]
    sentence: str = ""
    kind: ClassVar[str] = "gallery"


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix: counts of images by true class (row) and predicted class (column)."""

    counts: pd.DataFrame
    kind: ClassVar[str] = "matrix"

    @property
    def rows(self) -> list[tuple[str, list[tuple[int, float]]]]:
        """Each true class with its counts, and with each count its share of the class, 0 to 1."""
        table = self.counts.to_numpy()
        shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
        return [(str(name), list(zip(counts.tolist(), row.tolist(), strict=True)))
                for name, counts, row in zip(self.counts.index, table, shares, strict=True)]


Block = Prose | Command | Facts | TitledTable | Chart | Gallery | Matrix | ImageMap


@dataclass(frozen=True)
class Section:
    """A section of a page.

    Attributes:
        title: its heading.
        blocks: its blocks, in order.
        subsections: sections within it, which the reader can fold.
        unfolded: whether a subsection is open at first.
        chapter: the part of the slides that it belongs to.
    """

    title: str
    blocks: Sequence[Block] = ()
    subsections: Sequence["Section"] = ()
    unfolded: bool = False
    chapter: str = ""
