import codecs

import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.fixes.fixes_file import LEAVE_OUT, NO_FIXES, LabelFixes, read_fixes
from tests.libreoffice import AS_CSV, WITH_SEMICOLONS, convert

ROWS = [["cat/ä b.jpg", "dog", "h123456789012"], ["dog/1.jpg", "", "h1"], ["dog/2, 3.jpg", LEAVE_OUT, ""]]
FIXES = [("cat/ä b.jpg", "dog", "h123456789012"), ("dog/2, 3.jpg", LEAVE_OUT, "")]


@pytest.fixture
def written(tmp_path):
    """Writes a file of fixes: `written("original,new_label\\na.jpg,dog\\n")`."""
    def write(text: str, encoding: str = "utf-8", mark: bytes = b"") -> LabelFixes:
        path = tmp_path / "fixes.csv"
        path.write_bytes(mark + text.encode(encoding))
        return read_fixes(path)

    return write


def text(separator: str = ",", end: str = "\n") -> str:
    rows = [["original", "new_label", "original_hash"], *ROWS]
    return "".join(separator.join(f'"{cell}"' for cell in row) + end for row in rows)


def said(fixes: LabelFixes) -> list[tuple[str, str, str]]:
    return [fix[:3] for fix in fixes.rows]


@pytest.mark.parametrize(("separator", "end"), [(",", "\n"), (";", "\r\n"), ("\t", "\r")])
@pytest.mark.parametrize(("encoding", "mark"), [
    ("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE), ("cp1252", b"")])
def test_any_spreadsheets_way_of_csv_is_read_and_empty_rows_say_nothing(written, separator, end, encoding, mark):
    fixes = written(text(separator, end), encoding, mark)
    assert said(fixes) == FIXES
    assert [fix.line for fix in fixes.rows] == [2, 4]


@pytest.mark.parametrize("way", [AS_CSV, WITH_SEMICOLONS])
def test_what_libreoffice_saves_is_read_as_before(tmp_path, way):
    path = tmp_path / "suspects.csv"
    path.write_text(text(), encoding="utf-8-sig")
    assert said(read_fixes(convert(path, f"csv:{way}", tmp_path))) == FIXES


def test_columns_may_stand_anywhere_and_hashes_may_be_missing(written):
    assert said(written("note,New_Label,original\nx,dog,a.jpg\n")) == [("a.jpg", "dog", "")]


def test_the_fingerprint_is_that_of_the_fixes_not_of_the_file(written):
    one = written("original,new_label\na.jpg,dog\nb.jpg,cat\n")
    same = written("new_label;original;note\ncat;b.jpg;\n;c.jpg;\ndog;a.jpg;sure\n")
    other = written("original,new_label\na.jpg,dog\nb.jpg,dog\n")
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert written("original,new_label\na.jpg,\n").fingerprint == NO_FIXES.fingerprint == ""


def test_two_labels_for_one_image_are_refused_and_the_same_one_twice_is_not(written):
    assert len(written("original,new_label\na.jpg,dog\na.jpg,dog\na.jpg,\n").rows) == 1
    with pytest.raises(UserError, match=r"lines 2 and 4: a\.jpg gets 'dog' and 'cat'.*remove one"):
        written("original,new_label\na.jpg,dog\nb.jpg,cat\na.jpg,cat\n")


@pytest.mark.parametrize(("table", "problem"), [
    ("file,label\na.jpg,dog\n", r"has the columns 'file', 'label', and label fixes need `original` and `new_label`"),
    ("original,label\na.jpg,dog\n", r"need `new_label`"),
    ("original,new_label,new_label\na.jpg,dog,cat\n", r"several columns `new_label`"),
    ("original,new_label\na.jpg,dog,cat\n", r"line 2: it has 3 cells"),
    ("original,new_label\n,dog\n", r"line 2: it has the new_label 'dog', and no original"),
    ("", r"has no header"), ("PK\0\3", r"holds null bytes")])
def test_what_is_no_such_table_is_refused(written, table, problem):
    with pytest.raises(UserError, match=problem):
        written(table)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(UserError, match="is a folder: `label_fixes` names a CSV file"):
        read_fixes(tmp_path)
    with pytest.raises(UserError, match="cannot be read"):
        read_fixes(tmp_path / "none.csv")


def test_a_table_of_pandas_is_read(tmp_path):
    table = pd.DataFrame(ROWS, columns=["original", "new_label", "original_hash"])
    table.to_csv(tmp_path / "fixes.csv", index=False)
    assert said(read_fixes(tmp_path / "fixes.csv")) == FIXES
