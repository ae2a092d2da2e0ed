"""Reading results.csv: bad rows are named and left out, and both ways of reading find the same."""

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auxiliary.runs.results_append import line_of
from auxiliary.runs.results_csv import log_result, read_results
from auxiliary.runs.results_parse import parse_table
from auxiliary.runs.results_read import _read_carefully, _read_fast, header_of, is_plain_csv

LARGEST = 2**63 - 1


@pytest.mark.parametrize(("column", "cell"), [
    ("accuracy", "7"), ("accuracy", "inf"), ("accuracy", "nan"), ("accuracy", "0,944"), ("ece", "-0.1"),
    ("learning_rate", "inf"), ("train_seconds", "-1"), ("val_loss", "-0.5"), ("epochs", "2.5"), ("epochs", "-3"),
    ("parameters", str(LARGEST + 1)), ("parameters", "9" * 30), ("test_images", "inf"), ("seed", "-1"),
    ("stage", "scrath"), ("finished_at", "2025-06-16T12:00:0"), ("finished_at", "2025-06-16T12:00:00"),
    ("finished_at", "2025-13-16T12:00:00+00:00"), ("finished_at", "yesterday")])
def test_a_bad_cell_is_named_and_its_row_left_out(column, cell, result, tmp_path, capsys):
    path = tmp_path / "results.csv"
    for number in range(3):
        log_result(result.model_copy(update={"run_id": f"run-{number}", "device": "two\nlines"}), path)
    header, *rows = _rows(path)
    rows[1][header.index(column)] = cell
    path.write_bytes(b"\n".join(map(line_of, [header, *rows])))
    assert read_results(path)["run_id"].tolist() == ["run-0", "run-2"]
    printed = capsys.readouterr().err
    assert f"line 4, column '{column}': '{cell}' is not" in printed and str(path) in printed
    read_results(path)
    assert capsys.readouterr().err == "", "once per process"


def _rows(path):
    table = parse_table(path.read_bytes(), path)
    return [table.header, *table.rows]


def test_a_row_with_too_many_cells_is_named_and_left_out(tmp_path, capsys):
    path = tmp_path / "results.csv"
    path.write_text("run_id,accuracy\na,0,944\nb,0.5\n\nc,0.6,,\n")
    assert read_results(path)["run_id"].tolist() == ["b"]
    printed = capsys.readouterr().err
    assert "line 2, it has 3 cells" in printed and "line 5, it has 4 cells" in printed


def test_of_many_bad_rows_some_are_named(tmp_path, capsys):
    path = tmp_path / "results.csv"
    path.write_text("run_id,accuracy\n" + "a,7\n" * 1000)
    assert read_results(path).empty
    printed = capsys.readouterr().err
    assert "1,000 rows are left out" in printed and len(printed.splitlines()) < 20


def test_a_row_typed_by_hand_may_lack_cells(tmp_path, capsys):
    path = tmp_path / "results.csv"
    path.write_text("run_id,key,accuracy,epochs,finished_at\n,typed,0.5\n,,,,\ntyped-2,,,8.0E+01,\n")
    frame = read_results(path)
    assert frame["key"].tolist() == ["typed", ""] and frame["epochs"][1] == 80
    assert capsys.readouterr().err == ""


def test_the_largest_numbers_keep_all_digits(tmp_path):
    path = tmp_path / "results.csv"
    path.write_text(f"run_id,parameters\na,{LARGEST}\nb,{2**53 + 1}\n")
    assert read_results(path)["parameters"].tolist() == [LARGEST, 2**53 + 1]


CELLS = st.one_of(st.sampled_from(["", "0.5", "TRUE", "false", "1e-3", "80", "'=1", "nan", "7"]),
                  st.text(st.characters(exclude_categories=["Cs"]), max_size=5))


@example([["\x1f"]], b"\n")
@example([["\u3000"]], b"\n")
@given(st.lists(st.lists(CELLS, max_size=4), max_size=5), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_both_ways_of_reading_find_the_same(rows, end):
    raw = end.join(map(line_of, [["run_id", "accuracy", "epochs", "note"], *rows]))
    fast = _read_fast(raw, header_of(raw, "results.csv")) if is_plain_csv(raw) else None
    if fast is not None:
        careful = _read_carefully(parse_table(raw, "results.csv"), "results.csv")
        pd.testing.assert_frame_equal(fast.reset_index(drop=True), careful.reset_index(drop=True))
