import io
import sys

import IPython.display
import pytest

from auxiliary.core import task as task_module
from auxiliary.core.console import PlainConsole
from auxiliary.core.displays import LONGEST_BAR, Log, Notebook, Terminal
from auxiliary.core.task import State

LABEL = "experiment 2 of 4: conv4"
LONG = "experiment 12 of 40: conv4invto128_dense256_upsamp_small_finetune (seed 3)"


def state(done: int, event: str = "step", label: str = LABEL, note: str = "") -> State:
    return State(label, done, 12, "epoch", note, event)


@pytest.fixture
def wait(monkeypatch):
    """Lets seconds pass."""
    now = [1000.0]
    monkeypatch.setattr(task_module, "monotonic", lambda: now[0])

    def seconds(count: float) -> None:
        now[0] += count

    return seconds


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def log(lines) -> Log:
    return Log(lines.append)


def test_log_has_a_line_at_the_beginning_and_every_30_seconds_at_most(log, lines, wait):
    log.show(state(0, "begin"))
    for done in range(1, 8):
        wait(10)
        log.show(state(done, note="validation accuracy 0.9"))
    assert lines == [LABEL,
                     f"{LABEL}: 3 of 12 epochs, about 90 s left, validation accuracy 0.9",
                     f"{LABEL}: 6 of 12 epochs, about 60 s left, validation accuracy 0.9"]


def test_log_has_one_line_at_the_end_of_a_long_task(log, lines, wait):
    log.show(state(11, "begin"))
    wait(45)
    log.show(state(12))
    log.show(state(12, "end"))
    assert lines == [f"{LABEL}: 11 of 12 epochs", f"{LABEL}: 12 of 12 epochs in 45 s"]


def test_log_has_no_line_at_the_end_of_a_short_task(log, lines, wait):
    for label in ("preprocess", "read"):
        log.show(state(0, "begin", label))
        wait(29)
        log.show(state(12, label=label))
        log.show(state(12, "end", label))
    assert lines == ["preprocess", "read"]


def test_log_names_consecutive_tasks_of_one_label_once(log, lines):
    for event in ("begin", "end", "begin", "end"):
        log.show(state(0, event, "features"))
    assert lines == ["features"]


def test_log_omits_a_task_without_steps(log, lines):
    log.show(State("preprocess", 0, 0, "file", event="begin"))
    log.show(State("preprocess", 0, 0, "file", event="end"))
    assert lines == []


@pytest.fixture
def terminal(monkeypatch):
    """Makes a terminal of some width; returns it with what was written to it."""
    monkeypatch.setenv("TERM", "xterm")

    def make(width: int = 80) -> tuple[Terminal, io.StringIO]:
        file = io.StringIO()
        return Terminal(PlainConsole(file=file, width=width, force_terminal=True, color_system=None)), file

    return make


def _lines(display: Terminal) -> list[str]:
    with display.console.capture() as capture:
        display.console.print(display.get_renderable())
    return [line.rstrip() for line in capture.get().splitlines()]


@pytest.fixture
def drawn(wait, terminal):
    """Draws a long state into a terminal of some width; returns its lines."""
    def draw(width: int) -> list[str]:
        display, _ = terminal(width)
        display.head("02-scratch-cnns (notebook 2 of 3)")
        display.show(state(0, "begin", LONG))
        wait(100)
        display.show(state(1, label=LONG))
        wait(900)
        display.show(state(10, label=LONG, note="validation accuracy 0.912"))
        display.stop()
        return _lines(display)

    return draw


def test_terminal_of_80_columns_shows_everything(drawn):
    heading, label, bar = drawn(80)
    assert heading == "02-scratch-cnns (notebook 2 of 3)"
    assert label == LONG
    assert bar.startswith("━━") and len(bar) <= 80
    assert bar.endswith(" 10 of 12 epochs, about 3 min left, validation accuracy 0.912")


def test_narrow_terminal_has_one_line_each(drawn):
    lines = drawn(30)
    assert max(map(len, lines)) <= 30
    assert "10 of 12 epochs" in lines[2]


def test_wide_terminal_has_no_wider_bar(drawn):
    assert drawn(200)[2].index("10 of 12") == LONGEST_BAR + 1


def test_terminal_is_left_clean(terminal):
    before = sys.stdout, sys.stderr
    display, file = terminal()
    display.show(state(0, "begin"))
    display.refresh()
    assert LABEL in file.getvalue()
    display.show(state(12, "end"))
    # Everything drawn is erased, and the cursor, hidden meanwhile, is shown again.
    assert file.getvalue().endswith("\x1b[2K\x1b[1A\x1b[2K\x1b[?25h\r")
    assert (sys.stdout, sys.stderr) == before


def test_heading_stays_between_two_tasks(terminal):
    display, _ = terminal()
    display.head("02-scratch-cnns")
    display.show(state(0, "begin"))
    display.show(state(12, "end"))
    display.stop()
    assert _lines(display) == ["02-scratch-cnns"]


def test_step_of_a_task_whose_beginning_was_missed_is_shown(terminal):
    display, file = terminal()
    display.show(state(3))
    display.refresh()
    display.stop()
    assert "3 of 12 epochs" in file.getvalue()


@pytest.fixture
def cell(monkeypatch) -> list[str]:
    """The lines that replace one another below a notebook's cell."""
    lines = []

    class Handle:
        def update(self, data, raw):
            assert raw and list(data) == ["text/plain"]
            lines.append(data["text/plain"])

    monkeypatch.setattr(IPython.display, "display", lambda *_, **__: Handle())
    return lines


def test_notebook_has_a_bar_with_the_last_note(cell):
    notebook = Notebook()
    notebook.show(state(5, "begin"))
    assert cell[0].startswith(f"{LABEL}: ") and " 5/12 " in cell[0]
    notebook.show(state(7, note="validation accuracy 0.9"))
    notebook.show(state(7, "end", note="validation accuracy 0.9"))
    assert " 7/12 " in cell[-1] and cell[-1].endswith(", validation accuracy 0.9]")
    assert max(map(len, cell)) <= 100
