"""results.csv as other programs read it: pandas, Excel's way of CSV, and LibreOffice."""

import codecs
import csv
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from pandas.api.types import is_numeric_dtype

from auxiliary.runs.result import COLUMNS, FLOATS, INTEGERS
from auxiliary.runs.results_csv import log_result, read_results
from tests.libreoffice import AS_CSV, convert

COMMITTED = Path(__file__).resolve().parents[2] / "results.csv"
NUMBERS = [*FLOATS, *INTEGERS]
# Keys that a spreadsheet could change: formulas, numbers, two lines, another alphabet.
KEYS = ["cnn", "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "1e5", "007", "12.50", "'=1", "'cnn'", 'a "b", c', "a\nb",
        "Zürich"]
FORMULA = re.compile(r"[=+@\t-]")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def made(result, tmp_path) -> Path:
    """A table with such keys, and with hashes that have digits only."""
    path = tmp_path / "made.csv"
    for number, key in enumerate(KEYS):
        log_result(
            result.model_copy(
                update={
                    "run_id": f"run-{number}",
                    "key": key,
                    "model_id": key,
                    "images_hash": "012345678901",
                    "commit": "123456789e12",
                    "accuracy": 0.1 + 0.2,
                    "parameters": 4_818_858,
                    "published_accuracy": float("nan"),
                }
            ),
            path,
        )
    return path


@pytest.fixture(params=["committed", "made"])
def table(request) -> Path:
    """The committed table, and the one that was made."""
    return COMMITTED if request.param == "committed" else request.getfixturevalue("made")


def test_pandas_reads_numbers_as_numbers(table):
    read, ours = pd.read_csv(table), read_results(table)
    assert list(read.columns) == list(COLUMNS)
    assert len(read) == len(ours) > 0
    assert all(is_numeric_dtype(read[name]) for name in NUMBERS)
    for name in NUMBERS:
        assert read[name].tolist() == pytest.approx(ours[name].astype("float64").tolist(), rel=1e-15, nan_ok=True)
    assert not is_numeric_dtype(read["key"]) and not is_numeric_dtype(read["images_hash"])


def test_times_are_iso_8601(table):
    assert str(pd.to_datetime(pd.read_csv(table)["finished_at"]).dt.tz) == "UTC"


def test_excels_way_of_csv_finds_as_many_cells_in_every_row(table):
    with table.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, dialect="excel", strict=True)
    assert header == list(COLUMNS)
    assert {len(row) for row in rows} == {len(header)}


def test_no_text_is_a_formula(table):
    with table.open(encoding="utf-8-sig", newline="") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    assert [cell for cell in cells if FORMULA.match(cell)] == []


def test_names_come_back_as_they_were(made):
    read = read_results(made)
    assert read["key"].tolist() == read["model_id"].tolist() == KEYS
    assert set(read["images_hash"]) == {"012345678901"}


def test_a_run_with_such_a_name_is_logged_once(result, tmp_path):
    path = tmp_path / "results.csv"
    for expected in (True, False):
        assert log_result(result.model_copy(update={"run_id": "+1-0123456789ab"}), path) is expected


def test_letters_beyond_ascii_bring_the_mark_that_excel_needs(result, tmp_path):
    path = tmp_path / "results.csv"
    log_result(result, path)
    before = path.read_bytes()
    assert before.isascii()
    for number in range(2):
        log_result(result.model_copy(update={"run_id": f"run-z{number}", "dataset": "Zürich"}), path)
    assert path.read_bytes().startswith(codecs.BOM_UTF8 + before)
    assert path.read_bytes().count(codecs.BOM_UTF8) == 1
    assert list(pd.read_csv(path).columns) == list(read_results(path).columns) == list(COLUMNS)


@pytest.fixture
def converted(tmp_path):
    """Opens a table with LibreOffice and saves it as something else."""
    return lambda path, to: convert(path, to, tmp_path)


def cells_of(workbook: Path) -> list[list[str | float]]:
    """The cells of a workbook's first sheet that hold something; a formula stands as such."""
    with zipfile.ZipFile(workbook) as file:
        strings = ["".join(text.itertext()) for text in ElementTree.fromstring(file.read("xl/sharedStrings.xml"))]
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    return [[_value(cell, strings) for cell in row if len(cell)] for row in sheet.iter(f"{SHEET}row")]


def _value(cell: ElementTree.Element, strings: list[str]) -> str | float:
    if cell.find(f"{SHEET}f") is not None:
        return "=" + cell.findtext(f"{SHEET}f")
    value = cell.findtext(f"{SHEET}v")
    return strings[int(value)] if cell.get("t") == "s" else float(value)


def test_libreoffice_finds_numbers_and_text_and_no_formulas(table, converted):
    header, *rows = cells_of(converted(table, "xlsx"))
    ours = read_results(table)
    assert header == list(COLUMNS)
    assert len(rows) == len(ours)
    with table.open(encoding="utf-8-sig", newline="") as file:
        written = [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]
    for row, expected in zip(rows, written, strict=True):
        assert row == [pytest.approx(float(cell), rel=1e-14) if name in NUMBERS else cell
                       for name, cell in expected.items()]


def test_what_libreoffice_saves_is_read_as_before(made, converted, result):
    saved = converted(made, f"csv:{AS_CSV}")
    read, before = read_results(saved), read_results(made)
    for name in ("run_id", "key", "images_hash", "commit", "finished_at"):
        assert read[name].tolist() == before[name].tolist()
    assert read["accuracy"].tolist() == pytest.approx(before["accuracy"].tolist(), rel=1e-14)
    assert not log_result(result.model_copy(update={"run_id": "run-1"}), saved)
