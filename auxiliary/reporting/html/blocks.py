"""What a page is made of: sections of blocks, each of which `templates/blocks.jinja` knows how to show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from auxiliary.reporting.html.thumbnails import Shot
from auxiliary.reporting.tables import Grid


@dataclass(frozen=True)
class Prose:
    """A paragraph; small print if it only explains what stands beside it."""

    text: str
    small: bool = False
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True)
class Command:
    """Something to type."""

    text: str
    kind: ClassVar[str] = "command"


@dataclass(frozen=True)
class Facts:
    """Names and what is known of them, side by side."""

    pairs: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class Table:
    """A table, with a line above that says what it shows."""

    title: str
    grid: Grid
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Chart:
    """A figure, whose own title says what is seen; narrow ones may stand side by side."""

    figure: Figure
    kind: ClassVar[str] = "chart"

    @property
    def width(self) -> float:
        """In inches, at which its letters are as large as those around it."""
        return float(self.figure.get_figwidth())


@dataclass(frozen=True)
class Shots:
    """Images side by side."""

    title: str
    shots: Sequence[Shot]
    kind: ClassVar[str] = "shots"


@dataclass(frozen=True)
class Matrix:
    """Who is taken for whom: counts by true class (line) and predicted class (column)."""

    counts: pd.DataFrame
    kind: ClassVar[str] = "matrix"

    @property
    def rows(self) -> list[tuple[str, list[tuple[int, float]]]]:
        """Each true class with its counts, each beside its share of the class."""
        table = self.counts.to_numpy()
        shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
        return [(str(name), list(zip(counts.tolist(), row.tolist(), strict=True)))
                for name, counts, row in zip(self.counts.index, table, shares, strict=True)]


Block = Prose | Command | Facts | Table | Chart | Shots | Matrix


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        title: what it is about.
        blocks: what stands in it.
        parts: sections within it, which may be folded.
        unfolded: whether, being within another, it is open at first.
    """

    title: str
    blocks: Sequence[Block] = ()
    parts: Sequence["Section"] = field(default_factory=tuple)
    unfolded: bool = False
