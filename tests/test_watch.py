import io
import json
import time
from dataclasses import asdict

import pytest
from rich.console import Console

from auxiliary import piece
from auxiliary.piece import State
from auxiliary.watch import Watch


@pytest.fixture
def output():
    return io.StringIO()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "progress"


@pytest.fixture
def watch(output, file):
    return Watch(Console(file=output, force_terminal=False), file, notebooks=2)


def state(label: str, done: int = 0, note: str = "") -> str:
    event = "step" if done else "begin"
    return json.dumps(asdict(State(label, done, 9, "epoch", note, event))) + "\n"


def follow(watch, file, *pieces: str) -> None:
    """Let the watch look after each piece that a kernel appends."""
    for text in pieces:
        with file.open("a", encoding="utf-8") as progress:
            progress.write(text)
        watch._update()


def test_each_piece_of_work_is_said_once(watch, file, output):
    watch.begin("02-scratch-cnns")
    follow(watch, file, state("row 1"), state("row 1", 1), state("row 1", 2), state("row 2"))
    assert output.getvalue().splitlines() == ["02-scratch-cnns", "  row 1", "  row 2"]


def test_what_passes_between_two_looks_is_said_too(watch, file, output):
    follow(watch, file, state("row 1") + state("row 1", 9) + state("row 2"))
    assert output.getvalue().splitlines() == ["  row 1", "  row 2"]


def test_long_work_is_said_again_on_one_line_without_control_codes(watch, file, output, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(piece, "monotonic", lambda: now)
    label = "row 2 of 4: conv4invto128_dense256_upsamp_small_finetune"
    follow(watch, file, state(label))
    now += 100
    follow(watch, file, state(label, 5, "validation accuracy 0.912"))
    assert output.getvalue().splitlines() == [
        f"  {label}", f"  {label}: 5 of 9 epochs, about 80 s left, validation accuracy 0.912"]
    assert "\x1b" not in output.getvalue() and "\r" not in output.getvalue()


def test_half_a_line_is_waited_for(watch, file, output):
    whole = state("café [bold] :cat:")
    follow(watch, file, whole[:-5])
    assert output.getvalue() == ""
    follow(watch, file, whole[-5:] + state("row 2")[:9], state("row 2")[9:])
    assert output.getvalue().splitlines() == ["  café [bold] :cat:", "  row 2"]


def test_no_file_yet_is_no_news(watch, output):
    watch._update()
    assert output.getvalue() == ""


def test_it_looks_by_itself_while_it_is_shown(watch, file, output):
    with watch.shown():
        file.write_text(state("row 1"), encoding="utf-8")
        deadline = time.monotonic() + 10
        while not output.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert output.getvalue() == "  row 1\n"


def test_the_last_news_is_not_missed(watch, file, output):
    with watch.shown():
        file.write_text(state("row 1"), encoding="utf-8")
    assert output.getvalue() == "  row 1\n"


def test_a_terminal_gets_a_bar_and_no_lines(file, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = io.StringIO()
    watch = Watch(Console(file=terminal, force_terminal=True, width=80), file, notebooks=2)
    with watch.shown():
        watch.begin("02-scratch-cnns")
        follow(watch, file, state("row 1", 3))
        watch._terminal._live.refresh()
    drawn = terminal.getvalue()
    assert "02-scratch-cnns (notebook 1 of 2)" in drawn and "row 1" in drawn and "3 of 9 epochs" in drawn


def test_a_terminal_that_cannot_draw_gets_lines(file, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    terminal = io.StringIO()
    watch = Watch(Console(file=terminal, force_terminal=True, width=80), file, notebooks=2)
    watch.begin("02-scratch-cnns")
    follow(watch, file, state("row 1"))
    assert terminal.getvalue().splitlines() == ["02-scratch-cnns", "  row 1"]
