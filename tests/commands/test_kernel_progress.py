import io
import json
import time
from dataclasses import asdict

import pytest

from auxiliary.commands.kernel_progress import KernelProgress
from auxiliary.core import task as task_module
from auxiliary.core.console import PlainConsole
from auxiliary.core.task import State


@pytest.fixture
def output():
    return io.StringIO()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "progress"


@pytest.fixture
def progress(output, file):
    """Prints plain lines."""
    return KernelProgress(PlainConsole(file=output, force_terminal=False), file, notebooks=2)


@pytest.fixture
def terminal_progress(output, file, monkeypatch):
    """Draws into a terminal of a kind, such as `xterm`."""
    def make(kind: str) -> KernelProgress:
        monkeypatch.setenv("TERM", kind)
        return KernelProgress(PlainConsole(file=output, force_terminal=True, width=80), file, notebooks=2)

    return make


def state(label: str, done: int = 0, note: str = "") -> str:
    event = "step" if done else "begin"
    return json.dumps(asdict(State(label, done, 9, "epoch", note, event))) + "\n"


def message(text: str) -> str:
    return json.dumps({"message": text}) + "\n"


def append(progress, file, *texts: str) -> None:
    """Append each text to the file as a kernel does, and update the display after it."""
    for text in texts:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(text)
        progress._update()


def test_each_task_is_printed_once(progress, file, output):
    progress.begin("02-scratch-cnns")
    append(progress, file, state("experiment 1"), state("experiment 1", 1), state("experiment 1", 2),
           state("experiment 2"))
    assert output.getvalue().splitlines() == ["02-scratch-cnns", "  experiment 1", "  experiment 2"]


def test_several_states_in_one_reading_are_all_shown(progress, file, output):
    append(progress, file, state("experiment 1") + state("experiment 1", 9) + state("experiment 2"))
    assert output.getvalue().splitlines() == ["  experiment 1", "  experiment 2"]


def test_long_task_is_printed_again_on_one_line_without_control_codes(progress, file, output, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(task_module, "monotonic", lambda: now)
    label = "experiment 2 of 4: conv4invto128_dense256_upsamp_small_finetune"
    append(progress, file, state(label))
    now += 20
    append(progress, file, state(label, 1))
    now += 80
    append(progress, file, state(label, 5, "validation accuracy 0.912"))
    assert output.getvalue().splitlines() == [
        f"  {label}", f"  {label}: 5 of 9 epochs, about 80 s left, validation accuracy 0.912"]
    assert "\x1b" not in output.getvalue() and "\r" not in output.getvalue()


def test_half_written_line_is_read_later(progress, file, output):
    whole = state("café [bold] :cat:")
    append(progress, file, whole[:-5])
    assert output.getvalue() == ""
    append(progress, file, whole[-5:] + state("experiment 2")[:9], state("experiment 2")[9:])
    assert output.getvalue().splitlines() == ["  café [bold] :cat:", "  experiment 2"]


def test_message_is_a_line_of_its_own_shown_as_it_is(progress, file, output):
    text = "experiment 1 [bold] :cat: goes on after epoch 8 of 9 " + "x" * 200
    append(progress, file, message(text), state("experiment 1", 8), message("waiting"))
    assert output.getvalue().splitlines() == [f"  {text}", "  experiment 1: 8 of 9 epochs", "  waiting"]


def test_nothing_is_printed_before_the_file_exists(progress, output):
    progress._update()
    assert output.getvalue() == ""


def test_file_is_read_repeatedly_while_progress_is_shown(progress, file, output):
    with progress.shown():
        file.write_text(state("experiment 1"), encoding="utf-8")
        latest = time.monotonic() + 10
        while not output.getvalue() and time.monotonic() < latest:
            time.sleep(0.05)
    assert output.getvalue() == "  experiment 1\n"


def test_last_states_are_read_at_the_end(progress, file, output):
    with progress.shown():
        file.write_text(state("experiment 1"), encoding="utf-8")
    assert output.getvalue() == "  experiment 1\n"


def test_terminal_shows_a_bar_under_the_notebooks_name(terminal_progress, file, output):
    progress = terminal_progress("xterm")
    with progress.shown():
        progress.begin("02-scratch-cnns")
        append(progress, file, state("experiment 1", 3))
        progress._terminal.refresh()
    drawn = output.getvalue()
    assert "02-scratch-cnns (notebook 1 of 2)" in drawn and "experiment 1" in drawn and "3 of 9 epochs" in drawn
    assert drawn.endswith(3 * "\x1b[1A\x1b[2K"), "all three lines are erased"


def test_terminal_keeps_a_message_above_the_bar(terminal_progress, file, output):
    progress = terminal_progress("xterm")
    with progress.shown():
        progress.begin("02-scratch-cnns")
        append(progress, file, state("experiment 1", 3), message("[red]waiting[/red] :cat:"))
        progress._terminal.refresh()
    assert "  [red]waiting[/red] :cat:\n" in output.getvalue()
    assert output.getvalue().endswith(3 * "\x1b[1A\x1b[2K"), "the bar is drawn below the message and erased"


def test_terminal_that_cannot_draw_has_lines(terminal_progress, file, output):
    progress = terminal_progress("dumb")
    progress.begin("02-scratch-cnns")
    append(progress, file, state("experiment 1"))
    assert output.getvalue().splitlines() == ["02-scratch-cnns", "  experiment 1"]
