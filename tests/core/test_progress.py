import json

import nbclient
import nbformat
import pytest

from auxiliary.core import task as task_module
from auxiliary.core.progress import PROGRESS_FILE, Progress, notify, track


@pytest.fixture
def states(tmp_path, monkeypatch):
    """Reads the progress file."""
    file = tmp_path / "progress"
    monkeypatch.setenv(PROGRESS_FILE, str(file))
    return lambda: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_each_step_is_one_line_of_the_progress_file(states):
    with Progress("fit", total=5, unit="epoch", start=2) as progress:
        progress.advance(note="val 0.91")
        progress.advance(2)
    same = {"label": "fit", "total": 5, "unit": "epoch"}
    assert states() == [same | {"done": 2, "note": "", "event": "begin"},
                        same | {"done": 3, "note": "val 0.91", "event": "step"},
                        same | {"done": 5, "note": "val 0.91", "event": "step"},
                        same | {"done": 5, "note": "val 0.91", "event": "end"}]


def test_track_yields_items_and_counts_each_after_its_use(states):
    seen = [(item, states()[-1]["done"]) for item in track("ab", "read", total=2, unit="image")]
    assert seen == [("a", 0), ("b", 1)]
    assert states()[-1] == {"label": "read", "done": 2, "total": 2, "unit": "image", "note": "", "event": "end"}


def test_failed_step_is_not_counted(states):
    with pytest.raises(ZeroDivisionError):
        [1 / number for number in track([1, 0, 1], "divide", total=3)]
    assert states()[-1]["done"] == 1


def test_message_is_printed_and_a_line_of_the_progress_file(states, capsys):
    notify("café [bold]:\x1b[2J\r\nwaiting")
    shown = r"café [bold]:\x1b[2J\r\nwaiting"
    assert capsys.readouterr().out == f"{shown}\n"
    assert states() == [{"message": shown}]


def test_without_a_progress_file_a_message_is_only_printed(monkeypatch, capsys):
    monkeypatch.delenv(PROGRESS_FILE, raising=False)
    notify("waiting")
    assert capsys.readouterr() == ("waiting\n", "")


@pytest.fixture
def stderr(monkeypatch):
    """Makes standard error a terminal or a file."""
    monkeypatch.delenv(PROGRESS_FILE, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return lambda terminal: monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)


def test_terminal_shows_a_bar(stderr, capsys):
    stderr(terminal=True)
    with Progress("preprocess", total=4, unit="image") as progress:
        progress.advance(3, note="validation accuracy 0.9")
        progress._display.refresh()
    drawn = capsys.readouterr().err
    assert "preprocess" in drawn and "3 of 4 images" in drawn and "validation accuracy 0.9" in drawn


def test_log_file_has_lines_without_control_codes(stderr, capsys, monkeypatch):
    stderr(terminal=False)
    import ipykernel.kernelapp  # noqa: F401 (which alone makes no notebook)

    now = 1000.0
    monkeypatch.setattr(task_module, "monotonic", lambda: now)
    with Progress("preprocess", total=4, unit="image") as progress:
        now += 20
        progress.advance(1)
        now += 40
        progress.advance(2)
    assert capsys.readouterr() == (
        "", "preprocess\npreprocess: 3 of 4 images, about 20 s left\npreprocess: 3 of 4 images in 60 s\n")


CELL = """
from auxiliary.core.progress import Progress
with Progress("fit", 3, "epoch") as progress:
    progress.advance(3, note="validation accuracy 0.9")
"""


def test_executed_notebook_holds_text_and_no_widget(monkeypatch):
    """A widget would reopen as "Error displaying widget"."""
    monkeypatch.delenv(PROGRESS_FILE, raising=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    nbclient.execute(notebook, timeout=60)
    output, = notebook.cells[0].outputs
    assert list(output.data) == ["text/plain"]
    assert output.data["text/plain"].startswith("fit: 100%")
    assert "3/3" in output.data["text/plain"] and "validation accuracy 0.9" in output.data["text/plain"]
    assert "widgets" not in notebook.metadata
