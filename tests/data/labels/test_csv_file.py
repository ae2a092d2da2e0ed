import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.data.labels import csv_file
from auxiliary.data.labels.csv_file import CsvHead, open_csv, read_head

TEXT = "file,label\n猫.jpg,gato\nb.jpg,niño\n"


def rows(path, content, encoding="utf-8"):
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return list(open_csv(path).rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_with_any_mark_is_read(tmp_path, encoding):
    assert rows(tmp_path / "a.csv", TEXT, encoding) == [(2, ["猫.jpg", "gato"]), (3, ["b.jpg", "niño"])]


def test_other_text_is_western(tmp_path):
    assert rows(tmp_path / "a.csv", "file,label\na.jpg,niño “x”\n", "cp1252") == [(2, ["a.jpg", "niño “x”"])]
    assert open_csv(tmp_path / "a.csv").encoding == csv_file.WESTERN


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path, separator, end):
    content = end.join([separator.join(["file", "label"]), separator.join(["a.jpg", '"x, y; z\tw"']), ""])
    assert rows(tmp_path / "a.csv", content) == [(2, ["a.jpg", "x, y; z\tw"])]


def test_all_cells_may_be_quoted(tmp_path):
    assert rows(tmp_path / "a.csv", '"file";"label"\n"a ""1"".jpg";"cat"\n') == [(2, ['a "1".jpg', "cat"])]


def test_a_space_after_every_separator_belongs_to_no_cell(tmp_path):
    assert rows(tmp_path / "a.csv", 'file, "label"\na.jpg, "cat"\n') == [(2, ["a.jpg", "cat"])]
    assert open_csv(tmp_path / "a.csv").header == ["file", "label"]
    assert rows(tmp_path / "a.csv", "file,label\na.jpg, cat\n") == [(2, ["a.jpg", " cat"])]


def test_lines_are_counted_as_an_editor_does(tmp_path):
    content = 'file,label\n"two\nlines.jpg",cat\n\n,\nb.jpg,dog\n'
    assert rows(tmp_path / "a.csv", content) == [(2, ["two\nlines.jpg", "cat"]), (6, ["b.jpg", "dog"])]


@pytest.mark.parametrize(("line", "reason"), [
    ("b.jpg", "it has 1 cell, and the header names 2 columns"), ("b.jpg,cat,dog", "it has 3 cells"),
    ('b.jpg,"cat"s', "expected after"), ('"b.jpg,cat', "unexpected end of data")])
def test_the_line_of_a_damaged_row_is_named(tmp_path, line, reason):
    with pytest.raises(UserError, match=rf"a\.csv, line 4: .*{reason}"):
        rows(tmp_path / "a.csv", f'file,label\n"a\n.jpg",cat\n{line}\n')


def test_empty_cells_too_many_are_no_damage(tmp_path):
    assert rows(tmp_path / "a.csv", "file,label\na.jpg,cat,,\n") == [(2, ["a.jpg", "cat"])]


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "has no header"), (b"\n\nfile,label\n", "has no header"), (b"PK\3\4\0\0", "null bytes"),
    (b"\xff\xfea", "in no encoding"), (b"file,label\n\x81\xfe\xff,cat\n", "in no encoding")])
def test_what_is_no_csv_is_refused(tmp_path, content, reason):
    with pytest.raises(UserError, match=f"a\\.csv.* {reason}"):
        rows(tmp_path / "a.csv", content)


def test_a_file_that_is_missing_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match=r"a\.csv cannot be read"):
        open_csv(tmp_path / "a.csv")


@pytest.mark.parametrize("content", ["file,label\n" + "x" * 3000, "\n" * 100])
def test_a_file_that_does_not_fit_into_memory_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.setattr(csv_file, "free_memory", lambda: 8_000)
    with pytest.raises(UserError, match="of memory to read"):
        rows(tmp_path / "a.csv", content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_more_than_the_head_is_read_for_a_header(tmp_path, monkeypatch, encoding):
    (tmp_path / "a.csv").write_text("file; label\n" + "猫.jpg; gato\n" * 999, encoding=encoding)
    whole = open_csv(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open("ab") as file:
        file.write(b"\0\xff\xfe" * 9_999)
    # The last character that is looked at is cut.
    monkeypatch.setattr(csv_file, "HEAD", len("file; label\n".encode(encoding)) + 1)
    assert read_head(tmp_path / "a.csv") == CsvHead(whole.path, whole.encoding, ";", True, ["file", "label"])


def test_a_header_may_be_longer_than_what_is_looked_at(tmp_path):
    names = ["file", "label", *(f"feature {number}" for number in range(9999))]
    (tmp_path / "a.csv").write_text(",".join(names) + "\n")
    assert read_head(tmp_path / "a.csv").header == names


@pytest.mark.parametrize(("content", "reason"), [(b"", "has no header"), (b"PK\3\4\0\0", "null bytes")])
def test_a_head_that_is_no_csv_is_refused(tmp_path, content, reason):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UserError, match=reason):
        read_head(tmp_path / "a.csv")


PIECES = [b"a", b",", b";", b"\t", b'"', b"\n", b"\r", b" ", b"\xe9", b"\0", b"\xff\xfe", b"\xef\xbb\xbf"]


@given(st.binary() | st.lists(st.sampled_from(PIECES)).map(b"".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_rows_or_a_sentence(tmp_path, content):
    try:
        found = rows(tmp_path / "a.csv", content)
    except UserError as error:
        assert "a.csv" in str(error)
    else:
        width = len(open_csv(tmp_path / "a.csv").header)
        assert all(len(row) == width and any(row) and line > 1 for line, row in found)
