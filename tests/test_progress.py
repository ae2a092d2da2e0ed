import json
import subprocess
import sys

import pytest

from auxiliary import piece
from auxiliary.progress import PROGRESS_FILE, Progress, track


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
    seen = [(item, reports()[-1]["done"]) for item in track("ab", "read", total=2, unit="picture")]
    assert seen == [("a", 0), ("b", 1)]
    assert reports()[-1] == {"label": "read", "done": 2, "total": 2, "unit": "picture", "note": "", "event": "end"}


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
    with Progress("normalise", total=4, unit="picture") as progress:
        progress.advance(3, note="all well")
        progress._view._live.refresh()
    said = capsys.readouterr().err
    assert "normalise" in said and "3 of 4 pictures" in said and "all well" in said


def test_a_log_file_gets_lines_without_control_codes(stderr, capsys, monkeypatch):
    stderr(terminal=False)
    now = 1000.0
    monkeypatch.setattr(piece, "monotonic", lambda: now)
    with Progress("normalise", total=4, unit="picture") as progress:
        now += 60
        progress.advance(3)
    assert capsys.readouterr() == (
        "", "normalise\nnormalise: 3 of 4 pictures, about 20 s left\nnormalise: 3 of 4 pictures in 60 s\n")


def test_a_kernel_draws_into_its_notebook():
    script = ("import ipykernel, tqdm.auto\nfrom auxiliary.progress import Progress\n"
              "with Progress('fit', 3) as progress: print(type(progress._view).__name__)")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "Notebook\n"
