import math
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.errors import UserError
from auxiliary.evaluation.columns import COLUMNS, Result
from auxiliary.evaluation.results import _text, log_result, read_results


def another(result: Result, run: str, **values) -> Result:
    return result.model_copy(update={"run": run, **values})


def log_25(worker, result, path):
    for i in range(25):
        log_result(another(result, f"run-{worker}-{i}"), path)


def test_a_row_comes_back_as_it_was_written(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(another(result, "run-1", accuracy=0.1 + 0.2, parameters=4_818_858, reported=math.nan), path)
    frame = read_results(path)
    assert list(frame.columns) == list(COLUMNS)
    row = frame.iloc[0]
    assert (row["accuracy"], row["parameters"], row["backbone"]) == (0.1 + 0.2, 4_818_858, "backbone")
    assert math.isnan(row["reported"])
    assert row["time"] == "2025-06-16T12:00:00+00:00"


@given(st.floats(allow_nan=False))
def test_numbers_survive_to_the_last_digit(number):
    assert float(_text(number)) == number


def test_text_that_looks_like_something_missing_survives(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(another(result, "run-1", dataset="NA", device='a "quoted", two-line\nname'), path)
    row = read_results(path, dataset="NA").iloc[0]
    assert (row["dataset"], row["device"]) == ("NA", 'a "quoted", two-line\nname')


def test_a_run_is_logged_once(result, tmp_path):
    path = tmp_path / "results.csv"
    assert log_result(result, path)
    before = path.read_bytes()
    assert not log_result(another(result, result.run, accuracy=0.9), path)
    assert path.read_bytes() == before


def test_four_processes_append_at_once(result, tmp_path):
    path = tmp_path / "results.csv"
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(log_25, range(4), [result] * 4, [path] * 4))
    assert sorted(read_results(path)["run"]) == sorted(f"run-{w}-{i}" for w in range(4) for i in range(25))
    assert sorted(file.name for file in tmp_path.iterdir()) == [".results.csv.lock", "results.csv"]


def test_one_data_set(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(another(result, "run-1", dataset="demo"), path)
    log_result(another(result, "run-2", dataset="flowers"), path)
    assert read_results(path, dataset="flowers")["run"].tolist() == ["run-2"]


def test_no_file_is_no_results(tmp_path):
    frame = read_results(tmp_path / "results.csv")
    assert frame.empty
    assert list(frame.columns) == list(COLUMNS)
    assert (frame["accuracy"].dtype, frame["epochs"].dtype) == ("float64", "Int64")


def test_a_table_that_a_spreadsheet_saved(result, tmp_path):
    # Byte-order mark, CRLF, columns in another order, columns of the user's own, most of ours missing.
    path = tmp_path / "results.csv"
    lines = ["\ufeffrun,my notes,accuracy,epochs,,", 'old-1,"good, see café",0.5,8.0E+01,,', ",,,,,", ""]
    path.write_bytes("\r\n".join(lines).encode())
    assert log_result(result, path)

    lines = path.read_bytes().decode().split("\r\n")
    assert lines[0].startswith("\ufeffrun,my notes,accuracy,epochs,,,model_id,learning_rate")
    assert lines[1].startswith('old-1,"good, see café",0.5,8.0E+01,,,')
    assert len(lines) == 5 and "\n" not in "".join(lines)

    frame = read_results(path)
    assert frame["run"].tolist() == ["old-1", "run-1"]
    assert frame["epochs"].tolist() == [80, 3]
    assert frame["my notes"].tolist() == ["good, see café", ""]
    assert pd.isna(frame["parameters"][0]) and frame["parameters"][1] == 3


@pytest.mark.parametrize("content", [
    b"", b"\n", b"hello\n", b"model_id;run\na;b\n", b"a,run\n1,2,3\n", b"run,run\n1,2\n",
    b"\x89PNG\r\n\x1a\n\x00\x00\xff", b"run\ncaf\xe9\n", b'run,a\n"never closed,1\n',
], ids=["empty", "blank", "no header", "semicolons", "overlong row", "two runs", "binary", "cp1252", "quote"])
def test_what_is_no_table_is_left_untouched(content, result, tmp_path):
    path = tmp_path / "results.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"results\.csv cannot be read as a table"):
        log_result(result, path)
    assert path.read_bytes() == content


def test_a_number_that_is_none_is_named(tmp_path):
    path = tmp_path / "results.csv"
    path.write_text('run,accuracy\na,"0,944"\n')
    with pytest.raises(UserError, match=r"column 'accuracy' holds .*'0,944'"):
        read_results(path)
