"""Text comes out as it is, however it is printed, and no other console is made."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from auxiliary.core.console import PlainConsole
from auxiliary.core.displays import Terminal
from auxiliary.core.escapes import ESCAPED
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.task import State
from auxiliary.core.text import one_line, printable, short

WIDE = 10_000    # characters
MARKUP = st.lists(st.sampled_from([*"[]/:ab =\\", "red", "smile", "link=", "\x1b", "\r", "\0", "\u202e"])).map("".join)


def printed(*objects: object, **options: object) -> str:
    file = io.StringIO()
    PlainConsole(file=file, width=WIDE, **options).print(*objects, soft_wrap=True)
    return file.getvalue()


@given(st.text() | MARKUP)
def test_text_comes_out_as_it_is(text):
    assert printed(text) == printable(text) + "\n"


@given(st.text(st.characters(exclude_characters="\n")) | MARKUP)
def test_so_does_text_in_a_table_and_above_and_below_it(text):
    table = Table(title=f"above {text}.", caption=f"below {text}.")
    table.add_column(f"head {text}.")
    table.add_row(f"cell {text}.")
    shown = printed(table)
    for place in ("above", "below", "head", "cell"):
        assert f"{place} {printable(text)}." in shown


@pytest.mark.parametrize("name", ["[/red]", "[bold]x", ":smile:", "a\x1b[2Jb", "a\nb\rc"])
def test_labels_and_notes_of_progress_are_escaped(name):
    file = io.StringIO()
    display = Terminal(PlainConsole(file=file, width=200, force_terminal=True, color_system=None))
    display.show(State(name, 1, 2, "step", note=f"note {name}", event="begin"))
    display.show(State(name, 2, 2, "step", event="end"))
    assert one_line(name) in file.getvalue() and f"note {one_line(name)}" in file.getvalue()


def test_a_shortened_cell_keeps_its_column_where_there_are_few_characters():
    table = Table()
    table.add_column("name", no_wrap=True, overflow="ellipsis", max_width=8)
    table.add_row(f"a_class_{'name' * 9}")
    table.add_row(short("a class of a longer name", 8))
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=ESCAPED)
    PlainConsole(file=file, width=80).print(table)
    file.seek(0)
    lines = file.read().splitlines()
    assert "| a_class~ |" in lines and len(set(map(len, lines))) == 1
    assert "\\u" not in "".join(lines)


def test_no_other_console_is_made():
    made = {path.name for path in (REPOSITORY / "auxiliary").rglob("*.py")
            if re.search(r"(?<!\w)Console\(|from_markup|rich\.print\b|get_console", path.read_text(encoding="utf-8"))}
    assert made <= {"console.py"}
