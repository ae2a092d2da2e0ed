import io
import sys
from functools import partial

import pytest
import tqdm.std
from rich.console import Console

from auxiliary import piece, views
from auxiliary.piece import State
from auxiliary.views import Log, Notebook, Terminal

LONG = "row 12 of 40: conv4invto128_dense256_upsamp_small_finetune (seed 3)"


@pytest.fixture
def wait(monkeypatch):
    """Lets seconds pass."""
    now = [1000.0]
    monkeypatch.setattr(piece, "monotonic", lambda: now[0])

    def seconds(count: float) -> None:
        now[0] += count

    return seconds


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def log(lines) -> Log:
    return Log(lines.append)


def state(done: int, event: str = "step", label: str = "row 2 of 4: conv4", note: str = "") -> State:
    return State(label, done, 12, "epoch", note, event)


def test_a_log_gets_a_line_when_a_piece_begins_and_every_30_seconds_at_most(log, lines, wait):
    log.show(state(0, "begin"))
    for done in range(1, 8):
        wait(10)
        log.show(state(done, note="validation accuracy 0.9"))
    assert lines == ["row 2 of 4: conv4",
                     "row 2 of 4: conv4: 3 of 12 epochs, about 90 s left, validation accuracy 0.9",
                     "row 2 of 4: conv4: 6 of 12 epochs, about 60 s left, validation accuracy 0.9"]


def test_a_log_gets_one_line_at_the_end_of_a_long_piece(log, lines, wait):
    log.show(state(11, "begin"))
    wait(45)
    log.show(state(12))
    log.show(state(12, "end"))
    assert lines == ["row 2 of 4: conv4: 11 of 12 epochs", "row 2 of 4: conv4: 12 of 12 epochs in 45 s"]


def test_a_log_gets_no_line_at_the_end_of_a_short_piece(log, lines, wait):
    for label in ("normalise", "read"):
        log.show(state(0, "begin", label))
        wait(29)
        log.show(state(12, label=label))
        log.show(state(12, "end", label))
    assert lines == ["normalise", "read"]


def test_a_log_says_a_label_once_where_parts_follow_each_other(log, lines):
    for event in ("begin", "end", "begin", "end"):
        log.show(state(0, event, "features"))
    assert lines == ["features"]


def test_nothing_to_do_is_nothing_to_say(log, lines):
    log.show(State("normalise", 0, 0, "file", event="begin"))
    log.show(State("normalise", 0, 0, "file", event="end"))
    assert lines == []


@pytest.fixture
def drawn(wait):
    """Draws the longest state there is into a terminal of some width; returns its lines."""
    def draw(width: int) -> list[str]:
        console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
        terminal = Terminal(console)
        terminal.head("02-scratch-cnns (notebook 2 of 3)")
        terminal.show(state(0, "begin", LONG))
        wait(1000)
        terminal.show(state(10, label=LONG, note="validation accuracy 0.912"))
        with console.capture() as capture:
            console.print(terminal._drawn())
        terminal.close()
        return capture.get().splitlines()[-3:]

    return draw


def test_a_terminal_of_80_columns_shows_it_all(drawn):
    heading, label, bar = drawn(80)
    assert heading == "02-scratch-cnns (notebook 2 of 3)"
    assert label == LONG
    assert bar.startswith("━━") and len(bar) <= 80
    assert bar.endswith(" 10 of 12 epochs, about 3 min left, validation accuracy 0.912")


def test_a_narrow_terminal_still_has_a_line_each(drawn):
    lines = drawn(30)
    assert max(map(len, lines)) <= 30
    assert "10 of 12 epochs" in lines[2]


def test_a_wide_terminal_has_no_wider_bar(drawn):
    assert drawn(200)[2].index("10 of 12") == views.LONGEST_BAR + 1


def test_a_terminal_is_left_as_it_was(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system=None)
    before = sys.stdout, sys.stderr
    terminal = Terminal(console)
    terminal.show(state(0, "begin"))
    terminal._live.refresh()
    assert "row 2 of 4: conv4" in file.getvalue()
    terminal.show(state(12, "end"))
    terminal.close()
    # Both lines are erased, and the cursor, hidden meanwhile, is there again.
    assert file.getvalue().endswith("\x1b[2K\x1b[1A\x1b[2K\x1b[?25h\r")
    assert (sys.stdout, sys.stderr) == before


def test_a_notebook_gets_a_bar_with_the_last_note(monkeypatch):
    file = io.StringIO()
    # Where there is no notebook, the same bar is drawn in characters.
    monkeypatch.setattr(views, "tqdm", partial(tqdm.std.tqdm, file=file, mininterval=0, ncols=120))
    notebook = Notebook()
    notebook.show(state(5, "begin"))
    notebook.show(state(7, note="validation accuracy 0.9"))
    begun, *_, last = file.getvalue().split("\r")[1:]
    assert begun.startswith("row 2 of 4: conv4: ") and " 5/12 " in begun
    assert " 7/12 " in last and last.endswith(", validation accuracy 0.9]")
    notebook.close()
