import io
import json
import time

import pytest
from rich.console import Console

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


def state(label: str, done: int = 0) -> str:
    return json.dumps({"label": label, "done": done, "total": 9, "unit": "epoch", "note": ""}) + "\n"


def follow(watch, file, *pieces: str) -> None:
    """Let the watch look after each piece that a kernel appends."""
    for piece in pieces:
        with file.open("a", encoding="utf-8") as progress:
            progress.write(piece)
        watch._update()


def test_each_piece_of_work_is_said_once(watch, file, output):
    watch.begin("02-scratch-cnns")
    follow(watch, file, state("row 1"), state("row 1", 1), state("row 1", 2), state("row 2"))
    watch.end()
    assert output.getvalue().splitlines() == ["02-scratch-cnns", "  row 1", "  row 2"]


def test_half_a_line_is_waited_for(watch, file, output):
    whole = state("café [bold]")
    follow(watch, file, whole[:-5])
    assert output.getvalue() == ""
    follow(watch, file, whole[-5:] + state("row 2")[:9], state("row 2")[9:])
    assert output.getvalue().splitlines() == ["  café [bold]", "  row 2"]


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


def test_a_terminal_gets_bars_and_no_lines(file):
    terminal = io.StringIO()
    watch = Watch(Console(file=terminal, force_terminal=True, width=120), file, notebooks=2)
    with watch.shown():
        watch.begin("02-scratch-cnns")
        follow(watch, file, state("row 1", 3))
        watch._bars.refresh()
    drawn = terminal.getvalue()
    assert "row 1" in drawn and "3/9" in drawn and "epochs" in drawn
