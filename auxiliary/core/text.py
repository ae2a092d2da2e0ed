"""Numbers and names as text for people: durations, counts, bytes, shortened names, control characters."""

import fnmatch
import re
from collections.abc import Sequence

LONGEST_NAME = 32
# What steers a terminal or turns the text after it around: all control characters but the line end, halves of
# characters (bytes that are not UTF-8), other line ends, and those that set the direction of writing.
UNPRINTABLE = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# Text that a spreadsheet calculates, such as =1+1, or takes for a number and saves as another, such as 1e5 or 007.
MISTAKABLE = re.compile(r"'*([=+@\t-]|\d+(\.\d*)?(e[+-]?\d+)?$)", re.IGNORECASE)
# Before the path of a file it changes nothing, as in `./=1+1.png`.
HERE = "./"
# A label that a spreadsheet calculates, with any number of `HERE` before it, so that each can get one more. Labels that
# are plain numbers stay as they are: many data sets have digits for classes.
CALCULATED = re.compile(r"(\./)*'*[=+@\t-]")


def path_cell(file: str) -> str:
    """The relative path of a file as a cell of a table, which a spreadsheet does not calculate."""
    return f"{HERE}{file}" if MISTAKABLE.match(file) else file


def path_of_cell(cell: str) -> str:
    """The relative path of a file, of a cell that `path_cell` made or a user typed."""
    return cell.removeprefix(HERE)


def label_cell(label: str) -> str:
    """The label of an image as a cell of a table, which a spreadsheet does not calculate."""
    return f"{HERE}{label}" if CALCULATED.match(label) else label


def label_of_cell(cell: str) -> str:
    """The label of a cell that `label_cell` made or a user typed."""
    return cell.removeprefix(HERE) if CALCULATED.match(cell) else cell


def printable(text: str) -> str:
    """Text for a terminal: control characters, such as file names may hold, as escapes like `\\x1b`; lines stay."""
    return UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """As `printable`, with line ends escaped too."""
    return printable(text).replace("\n", "\\n")


def duration(seconds: float) -> str:
    """A duration with its unit, such as `57 s`, `15 min` or `2.5 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, such as `1 class` or `10,000 images`; `plural` is `plural_of(noun)` unless given."""
    return f"{number:,} {noun if number == 1 else plural or plural_of(noun)}"


def plural_of(noun: str) -> str:
    """The plural of a noun, such as `images` or `epochs`; of one that ends in ss or tch, `classes` or `batches`."""
    return noun + ("es" if noun.endswith(("ss", "tch")) else "s")


def with_ends(value: float, low: float, high: float) -> str:
    """A share with the ends of its interval, such as `0.846 [0.811, 0.876]`."""
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def listed(words: Sequence[str], most: int) -> str:
    """Words as a sentence names them, such as `cat and dog`; of many the first ones, such as `cat, dog and 12 more`."""
    if len(words) > most:
        return first_few(words, most)
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def short(name: object, longest: int = LONGEST_NAME) -> str:
    """A name on one line of at most `longest` characters; the middle of a longer name is replaced by `…`."""
    text = " ".join(str(name).split())
    if len(text) <= longest:
        return text
    head = longest // 2
    return f"{text[:head]}…{text[head + 1 - longest:]}"


def format_bytes(count: float) -> str:
    """A number of bytes with its unit, such as `1.2 GB` or `345.6 MB`."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def percent(share: float) -> str:
    """A share from 0 to 1, such as `92.6%`: the three digits that tables show of it."""
    # Of 0.9265 tables show 0.926, but `:.1%` multiplies by 100 first and shows 92.7%.
    return f"{float(f'{share:.3f}'):.1%}"


def counting_order(name: str) -> tuple[list[str | int], str]:
    """A key to sort names as people count: `class2` comes before `class10`, and `01` before `1`."""
    # Text and digits take turns, so text is only ever compared with text. `\d` are the digits that `int` knows.
    parts = re.split(r"(\d+)", name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name


def matches(name: str, pattern: str) -> bool:
    """Whether a name fits a shell pattern such as `cnn*`, or is the same text, as `conv[16]` and itself."""
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


def span(low: int, high: int) -> str:
    """Two numbers such as `700 to 1,000`; one where they are the same."""
    return " to ".join(dict.fromkeys(f"{number:,}" for number in (low, high)))


def first_few(words: Sequence[str], most: int) -> str:
    """The first words of a list, such as `cat, dog and 12 more`."""
    more = f" and {len(words) - most:,} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
