import json
import sys

import pytest

from auxiliary.progress import PROGRESS_FILE, Progress, track


@pytest.fixture
def reports(tmp_path, monkeypatch):
    """Reads what went into the progress file so far."""
    file = tmp_path / "progress"
    monkeypatch.setenv(PROGRESS_FILE, str(file))
    return lambda: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_each_step_is_a_line_in_the_progress_file(reports):
    with Progress("fit", total=5, unit="epoch", start=2) as progress:
        progress.advance()
        progress.advance(2, note="val 0.93")
    usual = {"label": "fit", "total": 5, "unit": "epoch", "note": ""}
    assert reports() == [usual | {"done": 2}, usual | {"done": 3}, usual | {"done": 5, "note": "val 0.93"}]


def test_track_yields_the_items_and_counts_each_once_it_is_dealt_with(reports):
    seen = [(item, reports()[-1]["done"]) for item in track("ab", "read", total=2, unit="picture")]
    assert seen == [("a", 0), ("b", 1)]
    assert reports()[-1] == {"label": "read", "done": 2, "total": 2, "unit": "picture", "note": ""}


def test_work_that_fails_is_not_counted_as_done(reports):
    with pytest.raises(ZeroDivisionError):
        [1 / number for number in track([1, 0, 1], "divide", total=3)]
    assert reports()[-1]["done"] == 1


def terminal(monkeypatch, yes):
    monkeypatch.delenv(PROGRESS_FILE, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: yes)


def test_a_terminal_gets_a_bar(monkeypatch, capsys):
    terminal(monkeypatch, yes=True)
    with Progress("normalise", total=4, unit="picture") as progress:
        progress.advance(4, note="all well")
    assert "normalise" in capsys.readouterr().err


def test_a_log_file_gets_no_bar(monkeypatch, capsys):
    terminal(monkeypatch, yes=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    with Progress("normalise", total=4) as progress:
        progress.advance(4)
    assert capsys.readouterr() == ("", "")
