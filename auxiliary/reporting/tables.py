"""The table of notebooks, pages, the terminal and Markdown files: one class, four renderings."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import pandas as pd
import rich.table
from markupsafe import Markup

from auxiliary.core.text import counted

# Jupyter aligns every cell to the right.
NOTEBOOK_STYLE = Markup("<style>table.styled th, table.styled td { text-align: left; } "
                        "table.styled th.number, table.styled td.number { text-align: right; }</style>")
SHORT = 24    # characters up to which a cell of a page is not wrapped
ROWS = 100    # of a table in a notebook, at most


class Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        text: the text shown.
        order: the value to sort by; empty if unknown.
        number: whether it is a number, which is aligned to the right.
    """

    text: str
    order: str | float
    number: bool


@dataclass(frozen=True, repr=False)
class Table:
    """Headings and formatted cells.

    Attributes:
        headings: the names of the columns.
        rows: the cells, row by row, as many in each row as there are headings.
        sortable: whether a click on a heading sorts the rows of the HTML report.
        note: what a notebook says below it; empty for nothing.
    """

    headings: list[str]
    rows: list[list[Cell]]
    sortable: bool = False
    note: str = ""

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, precision: int = 3, sortable: bool = False) -> Self:
        """The cells of a frame, formatted: thousands separated, unknown values empty.

        Args:
            frame: its index becomes the first column, or the first columns, if it has a name.
            precision: decimals of numbers that are not whole.
            sortable: see the attribute.
        """
        shown = frame if frame.index.names == [None] else frame.reset_index()
        return cls([str(name) for name in shown.columns],
                   [[_cell(value, precision) for value in row] for row in _rows(shown)], sortable)

    @property
    def numeric(self) -> list[bool]:
        """Whether each column holds numbers only, unknown ones aside."""
        return [any(cell.number for cell in column) and all(cell.number or not cell.text for cell in column)
                for column in ([row[place] for row in self.rows] for place in range(len(self.headings)))]

    def to_html(self) -> Markup:
        """A `table` element; numbers have the class `number`, short texts the class `short`."""
        head = Markup().join(Markup('<th scope="col"{}>{}</th>').format(_class("number" if number else ""), name)
                             for name, number in zip(self.headings, self.numeric, strict=True))
        body = Markup("\n").join(Markup("<tr>{}</tr>").format(Markup().join(map(self._html_cell, row)))
                                 for row in self.rows)
        return Markup("<table{}><thead><tr>{}</tr></thead><tbody>\n{}\n</tbody></table>").format(
            _class("styled sortable" if self.sortable else "styled"), head, body)

    def to_markdown(self) -> str:
        """A Markdown table."""
        lines = [self.headings, ["---"] * len(self.headings), *([cell.text for cell in row] for row in self.rows)]
        return "\n".join("| " + " | ".join(text.replace("|", "\\|") for text in line) + " |" for line in lines)

    def to_rich(self, title: str = "", caption: str = "", unwrapped: Collection[str] = ()) -> rich.table.Table:
        """A table for a `PlainConsole`; another one may take brackets in a name for markup.

        Args:
            title: the text above it.
            caption: the text below it.
            unwrapped: headings of columns that stay on one line, however narrow the terminal.
        """
        table = rich.table.Table(title=title, caption=caption)
        for name, number in zip(self.headings, self.numeric, strict=True):
            table.add_column(name, overflow="fold", no_wrap=name in unwrapped, justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*(cell.text for cell in row))
        return table

    def _html_cell(self, cell: Cell) -> Markup:
        kind = "number" if cell.number else "short" if len(cell.text) < SHORT else ""
        order = Markup(' data-order="{}"').format(cell.order) if self.sortable else ""
        return Markup("<td{}{}>{}</td>").format(_class(kind), order, cell.text)

    def _repr_html_(self) -> str:
        if not self.rows:
            return Markup("<em>(no rows)</em>")
        return NOTEBOOK_STYLE + self.to_html() + (Markup("<p>{}</p>").format(self.note) if self.note else "")

    def __repr__(self) -> str:
        return self.to_markdown() + (f"\n\n{self.note}" if self.note else "")


def styled_table(frame: pd.DataFrame, precision: int = 3, note: str = "") -> Table:
    """A frame as a table for a notebook: text on the left, numbers on the right, unknown values empty.

    Of more than 100 rows, the first 100 and a note on the number of the others.

    Args:
        frame: its index is shown if it has a name.
        precision: decimals of numbers that are not whole.
        note: a remark below the table.
    """
    table, others = Table.from_frame(frame.head(ROWS), precision), len(frame) - ROWS
    more = f"and {counted(others, 'more row')}" if others > 0 else ""
    return replace(table, note="; ".join(filter(None, [more, note])))


def _class(name: str) -> Markup:
    return Markup(' class="{}"').format(name) if name else Markup()


def _rows(frame: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    # Column by column: across columns, whole numbers would become floats.
    return zip(*(frame.iloc[:, place].tolist() for place in range(frame.shape[1])), strict=True)


def _cell(value: object, precision: int) -> Cell:
    if isinstance(value, bool):
        return Cell("yes" if value else "no", str(value), number=False)
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return Cell("", "", number=False)
    if isinstance(value, int):
        return Cell(f"{value:,}", float(value), number=True)
    if isinstance(value, float):
        return Cell(f"{value:,.{precision}f}", value, number=True)
    return Cell(str(value), str(value), number=False)
