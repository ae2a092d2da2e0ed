"""Names in a figure: as they are, or where that cannot be read, a number that a table beside the figure explains."""

from collections import Counter
from collections.abc import Iterable, Mapping
from unicodedata import bidirectional, east_asian_width, normalize

import pandas as pd

from auxiliary.core.text import LONGEST_NAME, counting_order, printable, short
from auxiliary.reporting.fonts import can_draw
from auxiliary.reporting.tables import Table

LEFT_TO_RIGHT = "\u200e"    # a mark that is not drawn
EXPLANATION = ("Names that look alike, or have letters that no font of this system has, are numbers in the figure. "
               "A font such as Noto Sans CJK has most letters.")


class Names:
    """The names in one figure.

    Args:
        categories: all classes in the order of their labels, if the figure shows any.

    Attributes:
        stand_ins: what the figure shows in place of a name, and that name.
    """

    def __init__(self, categories: Iterable[str] = ()) -> None:
        self.stand_ins: dict[str, str] = {}
        self._labels = {name: label for label, name in enumerate(categories)}
        self._counts: dict[int, Counter[str]] = {}

    def text(self, name: str, stand_in: str, longest: int = LONGEST_NAME) -> str:
        """A name on one line of at most `longest` characters; the stand-in where it cannot be drawn."""
        look = _look(name, longest)
        if not can_draw(look):
            return self._replaced(name, stand_in)
        # Otherwise an Arabic or Hebrew name would turn the words and numbers beside it around.
        is_turned = any(bidirectional(letter) in ("R", "AL") for letter in look)
        return f"{LEFT_TO_RIGHT}{look}{LEFT_TO_RIGHT}" if is_turned else look

    def category(self, name: str, longest: int = LONGEST_NAME) -> str:
        """The name of a class likewise; its label, such as `(class 3)`, also where another class looks the same."""
        if longest not in self._counts:
            self._counts[longest] = Counter(_look(other, longest) for other in self._labels)
        stand_in = f"(class {self._labels[name]})"
        if self._counts[longest][_look(name, longest)] > 1:
            return self._replaced(name, stand_in)
        return self.text(name, stand_in, longest)

    def path(self, path: str, stand_in: str, letters: int, lines: int = 3) -> str:
        """A path on at most `lines` lines of `letters` letters, cut anywhere; only one that is longer lacks some."""
        text = self.text(path, stand_in, letters * lines)
        return "\n".join(text[start:start + letters] for start in range(0, len(text), letters))

    def _replaced(self, name: str, stand_in: str) -> str:
        self.stand_ins[stand_in] = name
        return stand_in


def _look(name: str, longest: int) -> str:
    """A name in composed letters, which look the same, with half as many where they are twice as wide, as Chinese."""
    text = normalize("NFC", name)
    wide = sum(east_asian_width(letter) in "FW" for letter in text)
    return short(text, longest * len(text) // max(len(text) + wide, 1))


def in_label_order(categories: Iterable[str]) -> list[str]:
    """All classes of a table in the order of their labels; files outside every class have none."""
    return sorted(set(categories) - {""}, key=counting_order)


def stand_in_table(stand_ins: Mapping[str, str]) -> Table:
    """What a figure shows in place of names, and the names."""
    rows = sorted(stand_ins.items(), key=lambda pair: counting_order(pair[0]))
    return Table.from_frame(pd.DataFrame({"in the figure": [stand_in for stand_in, _ in rows],
                                          "name": [_spelt_out(name) for _, name in rows]}))


def _spelt_out(name: str) -> str:
    """A name, with its characters where some of them do not show."""
    plain = printable(name) == name == _look(name, 2 * len(name))
    return name if plain else f"{printable(name)} ({name!a})"
