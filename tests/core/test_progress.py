
import io
import json
import subprocess
import sys
from functools import partial

import pytest
import tqdm.std
from rich.console import Console

from auxiliary.core import progress as piece
from auxiliary.core import progress as views
from auxiliary.core.progress import PROGRESS_FILE, Log, Notebook, Piece, Progress, State, Terminal, track


@pytest.fixture
def reports(tmp_path, monkeypatch):
    """Reads what went into the progress file so far."""
    file = tmp_path / "progress"
    monkeypatch.setenv(PROGRESS_FILE, str(file))
    return lambda: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_each_step_is_a_line_in_the_progress_file(reports):
    with Progress("fit", total=5, unit="epoch", start=2) as progress:
        progress.advance(note="val 0.91")
        progress.advance(2)
    usual = {"label": "fit", "total": 5, "unit": "epoch"}
    assert reports() == [usual | {"done": 2, "note": "", "event": "begin"},
                         usual | {"done": 3, "note": "val 0.91", "event": "step"},
                         usual | {"done": 5, "note": "val 0.91", "event": "step"},
                         usual | {"done": 5, "note": "val 0.91", "event": "end"}]


def test_track_yields_the_items_and_counts_each_once_it_is_dealt_with(reports):
    seen = [(item, reports()[-1]["done"]) for item in track("ab", "read", total=2, unit="image")]
    assert seen == [("a", 0), ("b", 1)]
    assert reports()[-1] == {"label": "read", "done": 2, "total": 2, "unit": "image", "note": "", "event": "end"}


def test_work_that_fails_is_not_counted_as_done(reports):
    with pytest.raises(ZeroDivisionError):
        [1 / number for number in track([1, 0, 1], "divide", total=3)]
    assert reports()[-1]["done"] == 1


@pytest.fixture
def stderr(monkeypatch):
    """Makes standard error a terminal or a file."""
    monkeypatch.delenv(PROGRESS_FILE, raising=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return lambda terminal: monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)


def test_a_terminal_gets_a_bar(stderr, capsys):
    stderr(terminal=True)
    with Progress("preprocess", total=4, unit="image") as progress:
        progress.advance(3, note="all well")
        progress._view._live.refresh()
    said = capsys.readouterr().err
    assert "preprocess" in said and "3 of 4 images" in said and "all well" in said


def test_a_log_file_gets_lines_without_control_codes(stderr, capsys, monkeypatch):
    stderr(terminal=False)
    now = 1000.0
    monkeypatch.setattr(piece, "monotonic", lambda: now)
    with Progress("preprocess", total=4, unit="image") as progress:
        now += 60
        progress.advance(3)
    assert capsys.readouterr() == (
        "", "preprocess\npreprocess: 3 of 4 images, about 20 s left\npreprocess: 3 of 4 images in 60 s\n")


def test_a_kernel_draws_into_its_notebook():
    script = ("import ipykernel, tqdm.auto\nfrom auxiliary.core.progress import Progress\n"
              "with Progress('fit', 3) as progress: print(type(progress._view).__name__)")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "Notebook\n"


class Clock:
    """Time as the test wants it, in seconds."""

    def __init__(self, monkeypatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(piece, "monotonic", lambda: self.now)


def epochs(done: int, note: str = "", event: str = "step", total: int = 12) -> State:
    return State("experiment 2 of 4: conv4", done, total, "epoch", note, event)


def test_it_says_how_far_it_is_and_how_long_it_will_still_take(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(0, event="begin"))
    assert (str(work), work.left) == ("0 of 12 epochs", None)
    clock.now += 40
    work.go_on(epochs(5, "validation accuracy 0.912"))
    assert str(work) == "5 of 12 epochs, about 56 s left, validation accuracy 0.912"


def test_the_time_left_runs_down_between_two_steps(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(0))
    clock.now += 60
    work.go_on(epochs(6))
    assert work.left == 60
    clock.now += 8
    work.go_on(epochs(6, note="the same step, looked at once more"))
    assert work.left == 52
    clock.now += 100
    assert work.left == 0


def test_what_an_earlier_run_did_does_not_count(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(9, event="begin"))
    assert work.left is None
    clock.now += 20
    work.go_on(epochs(10))
    assert work.left == 40


def test_at_the_end_it_says_how_long_it_took(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(0))
    clock.now += 300
    # Stopped early: there is no time left, though there are epochs.
    work.go_on(epochs(7, "validation accuracy 0.912", event="end"))
    assert str(work) == "7 of 12 epochs in 5 min, validation accuracy 0.912"


def test_an_unknown_number_of_steps_has_no_time_left(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(State("download", 0, 0, "byte"))
    clock.now += 10
    work.go_on(State("download", 65_536, 0, "byte"))
    assert (str(work), work.left) == ("65,536 bytes", None)


def test_one_is_not_many():
    assert str(Piece(epochs(0, total=1))) == "0 of 1 epoch"


LONG = "experiment 12 of 40: conv4invto128_dense256_upsamp_small_finetune (seed 3)"


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


def state(done: int, event: str = "step", label: str = "experiment 2 of 4: conv4", note: str = "") -> State:
    return State(label, done, 12, "epoch", note, event)


def test_a_log_gets_a_line_when_a_piece_begins_and_every_30_seconds_at_most(log, lines, wait):
    log.show(state(0, "begin"))
    for done in range(1, 8):
        wait(10)
        log.show(state(done, note="validation accuracy 0.9"))
    assert lines == ["experiment 2 of 4: conv4",
                     "experiment 2 of 4: conv4: 3 of 12 epochs, about 90 s left, validation accuracy 0.9",
                     "experiment 2 of 4: conv4: 6 of 12 epochs, about 60 s left, validation accuracy 0.9"]


def test_a_log_gets_one_line_at_the_end_of_a_long_piece(log, lines, wait):
    log.show(state(11, "begin"))
    wait(45)
    log.show(state(12))
    log.show(state(12, "end"))
    assert lines == ["experiment 2 of 4: conv4: 11 of 12 epochs", "experiment 2 of 4: conv4: 12 of 12 epochs in 45 s"]


def test_a_log_gets_no_line_at_the_end_of_a_short_piece(log, lines, wait):
    for label in ("preprocess", "read"):
        log.show(state(0, "begin", label))
        wait(29)
        log.show(state(12, label=label))
        log.show(state(12, "end", label))
    assert lines == ["preprocess", "read"]


def test_a_log_says_a_label_once_where_parts_follow_each_other(log, lines):
    for event in ("begin", "end", "begin", "end"):
        log.show(state(0, event, "features"))
    assert lines == ["features"]


def test_nothing_to_do_is_nothing_to_say(log, lines):
    log.show(State("preprocess", 0, 0, "file", event="begin"))
    log.show(State("preprocess", 0, 0, "file", event="end"))
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
    assert "experiment 2 of 4: conv4" in file.getvalue()
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
    assert begun.startswith("experiment 2 of 4: conv4: ") and " 5/12 " in begun
    assert " 7/12 " in last and last.endswith(", validation accuracy 0.9]")
    notebook.close()
