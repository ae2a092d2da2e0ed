import csv

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.data.labels.table import read_labels

COLUMNS = ["file", "category", "publisher_split", "csv", "error"]
# What Windows-1252 can write. Python's csv module writes a carriage return in a way that nobody can read back.
WESTERN = st.characters(codec="cp1252", exclude_categories=["Cc"])
ANY = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\",;'| ")


@pytest.fixture
def read(tmp_path):
    """Writes CSV files by their part (`all` for the one file for all), and reads their labels."""

    def read(**contents):
        files = {}
        for part, content in contents.items():
            files["" if part == "all" else part] = path = tmp_path / f"{part}.csv"
            path.write_text(content, encoding="utf-8")
        return read_labels(files)

    return read


def pairs(labels):
    return dict(zip(labels["file"], labels["category"], strict=True))


def test_the_columns_of_the_table(read):
    labels = read(all="filepath,label\na.jpg,007\nb.jpg,NA\n")
    assert list(labels.columns) == COLUMNS
    assert labels.to_numpy().tolist() == [["a.jpg", "007", "", "all.csv", ""], ["b.jpg", "NA", "", "all.csv", ""]]
    assert (labels.dtypes == "str").all()


@pytest.mark.parametrize("file", ["filepath", "file_name", "filename", "image", "path", "id", "Image_ID", "File Name"])
@pytest.mark.parametrize("category", ["label", "Category", "class", "class_name", "ClassId"])
def test_columns_by_their_usual_names(read, file, category):
    assert pairs(read(all=f",{category},{file},x\n0,cat,a.jpg,1\n")) == {"a.jpg": "cat"}


@pytest.mark.parametrize(("header", "named"), [
    ("image,path,label", "'image', 'path'"), ("image,label,Class", "'label', 'Class'"),
    ("image,label,label", "'label', 'label'"), ("image,label,split,split", "'split', 'split'")])
def test_ambiguous_columns_are_named(read, header, named):
    rows = "a,b,train,test\n" if "split" in header else "a,b,c\n"
    with pytest.raises(UserError, match=f"several columns .*, {named}, and they differ"):
        read(all=f"{header}\n{rows}")


def test_columns_that_are_the_same_are_not_ambiguous(read):
    assert pairs(read(all="image,path,label,class\na,a,cat,cat\n")) == {"a": "cat"}


def test_numbers_of_rows_and_classes_do_not_make_names_ambiguous(read):
    assert pairs(read(all="id,filename,class_id,label\n7,a.jpg,0,cat\n")) == {"a.jpg": "cat"}


@pytest.mark.parametrize(("header", "named"), [
    ("a.jpg,cat", "'a.jpg', 'cat'"), ("image,age", "'image', 'age'"), ("label,age", "'label', 'age'"),
    ("image label", "only one column, 'image label'")])
def test_missing_columns_are_refused_with_the_names_found(read, header, named):
    with pytest.raises(UserError, match=named):
        read(all=f"{header}\n{header}\n")


@pytest.mark.parametrize("rows", ["", ",\n", ",cat\n"])
def test_without_rows_there_are_no_labels(read, rows):
    with pytest.raises(UserError, match="names no images"):
        read(all=f"image,label\n{rows}")


def test_only_a_few_lines_are_named(read, capsys):
    read(all="image,label\n" + 9 * ",cat\n" + "a,cat\n")
    assert "9 rows without a file left out, on the lines 2, 3, 4, 5, 6 and 4 more." in capsys.readouterr().out


def test_files_give_the_part(read):
    labels = read(train="id,label\na,cat\n", val="id,label\nb,dog\n", test="id,label\nc,cat\n")
    assert labels["publisher_split"].tolist() == ["train", "val", "test"]
    assert labels["csv"].tolist() == ["train.csv", "val.csv", "test.csv"]


@pytest.mark.parametrize("name", ["split", "Split", "subset", "data set"])
def test_a_column_gives_the_part(read, name):
    labels = read(all=f"id,label,{name}\na,cat,Training\nb,dog,valid\nc,cat,TEST\n")
    assert labels["publisher_split"].tolist() == ["train", "val", "test"]


@pytest.mark.parametrize("value", ["tets", "", "fold 1"])
def test_an_unknown_part_is_refused_with_its_line(read, value):
    with pytest.raises(UserError, match=rf"line 3: the part '{value}' is none of train, val and test"):
        read(all=f"id,label,split\na,cat,train\nb,dog,{value}\n")


def test_a_column_that_means_something_else_is_said_to_be_unused(read, capsys):
    assert set(read(all="id,label,dataset\na,cat,train\nb,dog,flickr\n")["publisher_split"]) == {""}
    assert "the column 'dataset' is not used" in capsys.readouterr().out


def test_a_part_may_not_contradict_the_files_name(read):
    assert read(train="id,label,split\na,cat,train\nb,dog,val\n")["publisher_split"].tolist() == ["train", "val"]
    with pytest.raises(UserError, match=r"line 3: the part 'test' does not fit the file's name"):
        read(train="id,label,split\na,cat,train\nb,dog,test\n")


def test_rows_without_file_or_class_are_counted_and_no_class_is_empty(read, capsys):
    labels = read(all="file,label\na,cat\n,dog\nb,\n ,\nc,  \n")
    assert labels["error"].tolist() == ["", "has no class in all.csv", "has no class in all.csv"]
    assert labels["category"].tolist() == ["cat", "", ""]
    printed = capsys.readouterr().out.splitlines()
    assert printed == ["all.csv: 2 rows without a file left out, on the lines 3, 5.",
                       "all.csv: 2 rows without a class left out, on the lines 4, 6."]


def test_a_repeated_row_counts_once_and_is_counted(read, capsys):
    labels = read(all="file,label\na,cat\nb,dog\na,cat\n./a,cat\n")
    assert pairs(labels) == {"a": "cat", "b": "dog"} and set(labels["error"]) == {""}
    assert capsys.readouterr().out == "all.csv: 2 rows left out that only repeat another.\n"


def test_a_file_with_two_classes_is_left_out_and_named(read, capsys):
    labels = read(all="file,label\na,cat\nb,dog\nx/../a,dog\n")
    assert labels["error"].tolist() == ["has 2 classes in all.csv: cat, dog", ""]
    assert pairs(labels) == {"a": "", "b": "dog"}
    printed = capsys.readouterr().out
    assert "1 file left out" in printed and "such as a, which has 2 classes" in printed


def test_a_file_with_and_without_a_class_is_left_out(read):
    assert read(all="file,label\na,cat\na,\n")["error"].tolist() == ["has no class in all.csv"]


def test_each_part_may_name_a_file_of_its_own(read, capsys):
    labels = read(train="id,label\n1,cat\n2,dog\n", test="id,label\n1,dog\n")
    assert labels["category"].tolist() == ["cat", "dog", "dog"] and set(labels["error"]) == {""}
    assert capsys.readouterr().out == ""


def test_classes_that_look_alike_stay_apart(read):
    assert set(read(all="file,label\na,cat\nb,Cat\nc,cat \n")["category"]) == {"cat", "Cat", "cat "}


def test_another_encoding_is_said(tmp_path, capsys):
    (tmp_path / "a.csv").write_bytes("file;label\na;niño\n".encode("cp1252"))
    assert pairs(read_labels({"": tmp_path / "a.csv"})) == {"a": "niño"}
    assert "Windows-1252" in capsys.readouterr().out


@pytest.mark.parametrize("classes", [
    [f"0.{number:03}" for number in range(40)], ["cat|dog", "cat", "dog"], ["a|b", "b|c", "a|c"],
    ["cat, dog", "cat", "dog"], ["['cat', 'dog']", "['cat']"],
    ["rust", "scab", "spot", "rust scab", "scab spot", "rust scab spot"]])
def test_other_labels_than_one_class_are_refused(read, classes):
    rows = "".join(f'{number},"{name}"\n' for number, name in enumerate(classes))
    with pytest.raises(UserError, match=r"^all\.csv: .*class"):
        read(all=f"id,label\n{rows}")


@pytest.mark.parametrize("classes", [
    ["hot", "dog", "hot dog"], ["tench, Tinca tinca", "goldfish, Carassius auratus", "tench"], ["0.0", "1.0"],
    ["golden retriever", "flat-coated retriever", "labrador retriever"], ["a|b", "c"]])
def test_names_of_one_class_may_hold_marks(read, classes):
    rows = "".join(f'{number},"{classes[number % len(classes)]}"\n' for number in range(30))
    assert set(read(all=f"id,label\n{rows}")["category"]) == set(classes)


@given(st.data(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
       st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_whatever_is_written_reads_back(tmp_path, data, separator, encoding, end, quoting):
    letters = WESTERN if encoding == "cp1252" else ANY
    files = st.text(letters, min_size=1).map(lambda name: f"x{name}").filter(
        lambda name: not any(odd in name for odd in ("\\", "//", "/.")))
    classes = st.sampled_from(data.draw(st.lists(
        st.text(letters, min_size=1).filter(lambda name: name.strip() and "[" not in name), min_size=1, max_size=3)))
    # The accent before a comma or a quote keeps Windows' bytes from being UTF-8 by chance.
    table = {"é": "cat", **data.draw(st.dictionaries(files, classes))}
    path = tmp_path / "labels.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=end)
        writer.writerows([["file", "label"], *table.items()])
    try:
        assert pairs(read_labels({"": path})) == table
    except UserError as error:
        assert "names several classes" in str(error)


@given(st.lists(st.tuples(st.sampled_from(["a", "./a", "b", "c\\d", "c/d", ""]), st.sampled_from(["cat", "dog", ""])),
                min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_gets_a_class_that_the_rows_do_not_agree_on(tmp_path, rows):
    path = tmp_path / "labels.csv"
    pd.DataFrame([*rows, ("z", "cat")], columns=["image", "class"]).to_csv(path, index=False)
    said = {}
    for file, category in rows:
        said.setdefault({"./a": "a", "c\\d": "c/d"}.get(file, file), set()).add(category)
    for file, category in pairs(read_labels({"": path})).items():
        wanted = said.get(file, {"cat"})
        assert category == (next(iter(wanted)) if len(wanted) == 1 else "")
