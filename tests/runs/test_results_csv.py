import csv
import io
import math
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.runs.result import COLUMNS, Result
from auxiliary.runs.results_append import line_of, text_of
from auxiliary.runs.results_csv import log_result, read_results
from auxiliary.runs.results_parse import Table, parse_table

COMMITTED = Path(__file__).resolve().parents[2] / "results.csv"


def another(result: Result, run: str, **values) -> Result:
    return result.model_copy(update={"run_id": run, **values})


def log_100(worker, result, path):
    for i in range(100):
        assert log_result(another(result, f"run-{worker}-{i}"), path)


def test_a_row_comes_back_as_it_was_written(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(another(result, "run-1", accuracy=0.1 + 0.2, parameters=4_818_858, published_accuracy=math.nan), path)
    frame = read_results(path)
    assert list(frame.columns) == list(COLUMNS)
    row = frame.iloc[0]
    assert (row["accuracy"], row["parameters"], row["backbone"]) == (0.1 + 0.2, 4_818_858, "backbone")
    assert math.isnan(row["published_accuracy"])
    assert row["finished_at"] == "2025-06-16T12:00:00+00:00"


@given(st.floats(allow_nan=False))
def test_numbers_read_back_to_the_last_digit(number):
    assert float(text_of(number)) == number


def test_text_like_a_missing_value_reads_back(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(another(result, "run-1", dataset="NA", device='a "quoted", two-line\nname'), path)
    row = read_results(path, dataset="NA").iloc[0]
    assert (row["dataset"], row["device"]) == ("NA", 'a "quoted", two-line\nname')


def test_a_run_is_logged_once(result, tmp_path):
    path = tmp_path / "results.csv"
    assert log_result(result, path)
    before = path.read_bytes()
    assert not log_result(another(result, result.run_id, accuracy=0.9), path)
    assert path.read_bytes() == before


def test_eight_processes_append_100_rows_each_while_another_reads(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(result, path)
    context = get_context("forkserver")
    context.set_forkserver_preload([log_result.__module__])    # eight times importing pandas takes long
    seen, reads = path.read_bytes(), 0
    with ProcessPoolExecutor(8, mp_context=context) as pool:
        jobs = [pool.submit(log_100, worker, result, path) for worker in range(8)]
        while not all(job.done() for job in jobs):
            before, seen, reads = seen, path.read_bytes(), reads + 1    # a missing file would raise
            assert seen.startswith(before) and seen.endswith(b"+00:00\n"), "whole rows, and never fewer"
            time.sleep(0.005)
    assert not any(job.exception() for job in jobs)
    assert reads > 20
    rows = {f"run-{worker}-{i}" for worker in range(8) for i in range(100)}
    assert set(read_results(path)["run_id"]) == {result.run_id} | rows
    assert len(read_results(path)) == 801
    assert sorted(file.name for file in tmp_path.iterdir()) == [".results.csv.lock", "results.csv"]


def test_one_data_set(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(another(result, "run-1", dataset="demo"), path)
    log_result(another(result, "run-2", dataset="flowers"), path)
    assert read_results(path, dataset="flowers")["run_id"].tolist() == ["run-2"]


def test_no_file_is_no_results(tmp_path):
    frame = read_results(tmp_path / "results.csv")
    assert frame.empty
    assert list(frame.columns) == list(COLUMNS)
    assert (frame["accuracy"].dtype, frame["epochs"].dtype) == ("float64", "Int64")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_a_user_wrote_stays_byte_for_byte(result, tmp_path, end, mark):
    path = tmp_path / "results.csv"
    header = ["my notes", *reversed(COLUMNS), "", ""]
    own = {"my notes": "café, 5\" wide;\r\ntwo lines", "run_id": "old", "epochs": "8.0E+01"}
    cells = [own.get(name, "") for name in header]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in (header, cells)]
    before = mark.encode() + end.join([*quoted, "," * (len(header) - 1), "old-2 without notes"]).encode()
    path.write_bytes(before + 3 * end.encode())
    for run in ("run-1", "run-2"):
        log_result(another(result, run), path)
    after = path.read_bytes()
    assert after.startswith(before + end.encode())
    assert after[len(before):].decode().count(end) == 3 and after.endswith(end.encode())

    frame = read_results(path)
    assert frame["run_id"].tolist()[0::2] == ["old", "run-1"]
    assert frame["epochs"][0] == 80
    assert frame["my notes"].tolist() == [cells[0], "old-2 without notes", "", ""]


def test_a_table_without_some_columns_is_read_and_extended(result, tmp_path):
    path = tmp_path / "results.csv"
    shutil.copy(COMMITTED, path)
    old = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    lacking = ["test_duplicates", "accuracy_without_duplicates", "ece"]
    kept = [place for place, name in enumerate(old[0]) if name not in lacking]
    old = [[row[place] for place in kept] for row in old]
    path.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in old), encoding="utf-8")

    before = read_results(path)
    assert list(before.columns) == list(COLUMNS) and len(before) == len(old) - 1
    assert before[lacking].isna().all(axis=None) and before["accuracy"].notna().all()

    assert log_result(another(result, "new"), path)
    new = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert new[0] == [*old[0], *lacking]
    assert new[1:-1] == [[*row, "", "", ""] for row in old[1:]]
    after = read_results(path)
    pd.testing.assert_frame_equal(after.iloc[:-1], before)
    assert after.iloc[-1][["run_id", *lacking]].tolist() == ["new", 3, 0.1, 0.1]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_any_text_of_a_user_reads_back(texts):
    header = ["run_id", "note"]
    raw = b"\n".join(line_of(row) for row in [header, *(["a", text] for text in texts)])
    assert parse_table(raw, Path("results.csv")) == Table(header, [["a", text] for text in texts])


def test_a_table_that_a_spreadsheet_saved(result, tmp_path):
    # Byte-order mark, CRLF, columns in another order, columns of the user's own, most of ours missing.
    path = tmp_path / "results.csv"
    lines = ["\ufeffrun_id,my notes,accuracy,epochs,,", 'old-1,"good, see café",0.5,8.0E+01,,', ",,,,,", ""]
    path.write_bytes("\r\n".join(lines).encode())
    assert log_result(result, path)

    lines = path.read_bytes().decode().split("\r\n")
    assert lines[0].startswith("\ufeffrun_id,my notes,accuracy,epochs,,,model_id,learning_rate")
    assert lines[1].startswith('old-1,"good, see café",0.5,8.0E+01,,,')
    assert len(lines) == 5 and "\n" not in "".join(lines)

    frame = read_results(path)
    assert frame["run_id"].tolist() == ["old-1", "run-1"]
    assert frame["epochs"].tolist() == [80, 3]
    assert frame["my notes"].tolist() == ["good, see café", ""]
    assert pd.isna(frame["parameters"][0]) and frame["parameters"][1] == 3


@pytest.mark.parametrize("content", [
    b"", b"\n", b"hello\n", b"model_id;run_id\na;b\n", b"a,run_id\n1,2,3\n", b"run_id,run_id\n1,2\n",
    b"\x89PNG\r\n\x1a\n\x00\x00\xff", b"run_id\ncaf\xe9\n", b'run_id,a\n"never closed,1\n', b'run_id,a\n"1"2,3\n',
    "run_id,a\n1,2\n".encode("utf-16"), b"sep=,\nrun_id,a\n", b"<<<<<<< HEAD\nrun_id,a\n", b"PK\x03\x04xl/workbook.xml",
], ids=["empty", "blank", "no header", "semicolons", "overlong row", "two runs", "binary", "cp1252", "quote",
        "text behind a quote", "utf-16", "sep line", "merge conflict", "workbook"])
def test_a_file_that_is_not_a_table_is_not_changed(content, result, tmp_path):
    path = tmp_path / "results.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"results\.csv cannot be read as a table"):
        log_result(result, path)
    assert path.read_bytes() == content


