import hashlib
import os
import sys

import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.data.catalogue import catalogue
from auxiliary.data.tables import read_table, write_table

COLUMNS = ["filepath", "category", "format", "width", "height", "mode", "channels", "bytes", "error", "publisher_split",
           "content_hash"]


def image(path, mode="RGB", size=(20, 10), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size).save(path, **options)
    return path


def errors(folder):
    df = catalogue(folder)
    return {str(file).removeprefix(f"{folder}/"): error
            for file, error in zip(df["filepath"], df["error"], strict=True)}


def test_the_columns_of_a_row(tmp_path):
    path = image(tmp_path / "cane" / "a.PNG", "LA")
    df = catalogue(tmp_path)
    assert list(df.columns) == COLUMNS
    content = path.read_bytes()
    assert df.iloc[0].tolist() == [str(path), "cane", "png", 20, 10, "LA", 2, len(content), "", "",
                                   hashlib.blake2b(content, digest_size=16).hexdigest()]


def test_the_catalogue_survives_the_disk(tmp_path):
    image(tmp_path / "NA" / "a.png")
    (tmp_path / "007").mkdir()
    (tmp_path / "007" / "b.jpg").write_text("no image")
    df = catalogue(tmp_path)
    write_table(df, tmp_path.parent / "overview.csv")
    pd.testing.assert_frame_equal(read_table(tmp_path.parent / "overview.csv"), df)


def test_names_translate_only_what_they_name(tmp_path):
    for category in ("cane", "gatto"):
        image(tmp_path / category / "a.png")
    assert catalogue(tmp_path)["category"].tolist() == ["cane", "gatto"]
    assert catalogue(tmp_path, {"cane": "dog", "ragno": "spider"})["category"].tolist() == ["dog", "gatto"]


def test_odd_names_lose_nothing(tmp_path):
    names = ["a.jpg", "a.png", "with space.png", "é ü.png", "two\nlines.png", 'comma, "quote".png', "A.JPG",
             "deep/er/b.png", "no_extension"]
    for name in names:
        image(tmp_path / "cat" / name, format="PNG")
    df = catalogue(tmp_path)
    assert set(df["filepath"]) == {str(tmp_path / "cat" / name) for name in names}
    assert (df["category"] == "cat").all()
    assert (df["error"] == "").all()
    assert df.set_index("filepath").loc[str(tmp_path / "cat" / "A.JPG"), "format"] == "jpg"
    assert df.set_index("filepath").loc[str(tmp_path / "cat" / "no_extension"), "format"] == "png"


def test_the_order_is_that_of_the_relative_paths(tmp_path):
    for name in ("b/x.png", "a/z.png", "a/y.png", "a/deep/x.png"):
        image(tmp_path / name)
    order = [file.removeprefix(f"{tmp_path}/") for file in catalogue(tmp_path)["filepath"]]
    assert order == ["a/deep/x.png", "a/y.png", "a/z.png", "b/x.png"]


def test_train_and_test_are_the_publishers_split_when_they_hold_the_categories(tmp_path):
    for name in ("train/cat/a.png", "train/dog/deep/b.png", "test/cat/c.png"):
        image(tmp_path / name)
    (tmp_path / "README").write_text("from the publisher")
    (tmp_path / "train" / "labels.txt").write_text("cat dog")
    df = catalogue(tmp_path)
    fine = df[df["error"] == ""]
    assert (fine["publisher_split"] + "/" + fine["category"]).tolist() == ["test/cat", "train/cat", "train/dog"]
    assert df.loc[df["error"] != "", "error"].tolist() == ["outside every category folder"] * 2


def test_what_lies_beside_the_parts_is_left_out_aloud(tmp_path, capsys):
    for name in ("train/c/a.png", "test/c/b.png", "test1/d.png", "extra/c/e.png"):
        image(tmp_path / name)
    df = catalogue(tmp_path)
    assert dict(zip(df["error"], df["publisher_split"], strict=True)) == {
        "in extra/, which is none of the publisher's parts": "", "in test1/, which has no class folders": "",
        "": "train"}
    assert set(df.loc[df["error"] != "", "category"]) == {""}
    assert f"python -m auxiliary predict {tmp_path}/test1" in capsys.readouterr().out


def test_an_empty_class_is_listed(tmp_path):
    image(tmp_path / "cat" / "a.png")
    (tmp_path / "dog" / "deep").mkdir(parents=True)
    assert errors(tmp_path) == {"cat/a.png": "", "dog": "empty folder"}
    assert catalogue(tmp_path)["category"].tolist() == ["cat", "dog"]


def test_every_file_of_no_use_is_listed_with_the_reason(tmp_path):
    image(tmp_path / "cat" / "fine.png")
    image(tmp_path / "loose.png")
    image(tmp_path / "cat" / "._fine.png", format="PNG")
    image(tmp_path / ".cache" / "a.png")
    image(tmp_path / "__MACOSX" / "cat" / "a.png")
    for name, content in {"empty.jpg": b"", "text.jpg": b"words", "Thumbs.db": b"x", ".DS_Store": b"x"}.items():
        (tmp_path / "cat" / name).write_bytes(content)
    (tmp_path / "cat" / "broken_link.jpg").symlink_to("nowhere")
    (tmp_path / "cat" / "itself.jpg").symlink_to("itself.jpg")
    os.mkfifo(tmp_path / "cat" / "pipe.jpg")
    assert errors(tmp_path) == {
        "cat/fine.png": "", "loose.png": "outside every category folder", "cat/._fine.png": "hidden file",
        "cat/empty.jpg": "empty file", "cat/text.jpg": "not an image", "cat/Thumbs.db": "hidden file",
        "cat/.DS_Store": "hidden file", "cat/pipe.jpg": "not a regular file",
        "cat/broken_link.jpg": "cannot be read: No such file or directory",
        "cat/itself.jpg": "cannot be read: Too many levels of symbolic links"}


@pytest.mark.parametrize("name", ["@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found",
                                  "__MACOSX", ".@__thumb", ".AppleDouble", "@Recycle"])
def test_folders_of_systems_are_no_categories_and_hold_no_images(tmp_path, name):
    image(tmp_path / "cat" / "a.png")
    image(tmp_path / name / "b.png")
    image(tmp_path / "cat" / name / "a.png" / "THUMB.jpg")
    assert errors(tmp_path) == {"cat/a.png": ""}


def test_files_of_systems_are_hidden(tmp_path):
    image(tmp_path / "dog" / "a.png")
    names = ["ehthumbs.db", "Thumbs.db", "Picasa.ini", ".picasa.ini", "Icon\r", "desktop.ini", ".DS_Store"]
    for name in names:
        image(tmp_path / "cat" / name, format="PNG")
    assert errors(tmp_path) == {"dog/a.png": ""} | {f"cat/{name}": "hidden file" for name in names}


@pytest.mark.parametrize("folder", ["@eaDir", "#recycle", "lost+found"])
def test_folders_of_systems_do_not_hide_a_publishers_split(tmp_path, folder):
    for name in ("train/cat/a.png", "test/cat/b.png", f"{folder}/c.png"):
        image(tmp_path / name)
    assert catalogue(tmp_path)["publisher_split"].tolist() == ["test", "train"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_listed(tmp_path):
    image(tmp_path / "cat" / "a.png").chmod(0)
    assert errors(tmp_path) == {"cat/a.png": "cannot be read: Permission denied"}


def test_links_are_followed_but_not_in_circles(tmp_path):
    elsewhere = image(tmp_path / "elsewhere" / "a.png")
    root = tmp_path / "root"
    (root / "cat").mkdir(parents=True)
    (root / "cat" / "link.png").symlink_to(elsewhere)
    (root / "dog").symlink_to(elsewhere.parent)
    (root / "cat" / "up").symlink_to(root)
    (root / "cat" / "upper").symlink_to(tmp_path)
    assert errors(root) == {"cat/link.png": "", "dog/a.png": "", "cat/up": "link back to a folder it lies in",
                            "cat/upper": "link back to a folder it lies in"}


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS admits no such names")
def test_names_that_are_not_utf8_are_listed_escaped(tmp_path):
    image(tmp_path / "cat" / "a.png")
    os.rename(os.fsencode(tmp_path) + b"/cat/a.png", os.fsencode(tmp_path) + b"/cat/a\xff.png")    # noqa: PTH104
    assert errors(tmp_path) == {"cat/a\\xff.png": "name is not valid UTF-8"}


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS tells no such names apart")
@pytest.mark.parametrize(("names", "said"), [
    (["bar", "bar "], "'bar' and 'bar ' look alike"), (["Bar", "bar"], "'Bar' and 'bar' look alike"),
    (["caf\xe9", "cafe\u0301"], r"(stored as 'caf\xe9') look alike"),
    (["bar", "baz", "猫"], "")])
def test_categories_that_look_alike_are_named_and_stay_apart(tmp_path, capsys, names, said):
    for name in names:
        image(tmp_path / name / "a.png")
    assert set(catalogue(tmp_path)["category"]) == set(names)
    printed = capsys.readouterr().out
    assert said in printed and printed.count("\n") == bool(said)


def test_one_category_of_training_and_test_set_is_not_two(tmp_path, capsys):
    for name in ("train/cat/a.png", "test/cat/b.png"):
        image(tmp_path / name)
    catalogue(tmp_path)
    assert "alike" not in capsys.readouterr().out


def test_many_files_are_read_by_several_processes_and_stay_in_order(tmp_path):
    for number in range(300):
        image(tmp_path / "cat" / f"{number:03}.bmp", size=(number + 1, 1))
    assert catalogue(tmp_path)["width"].tolist() == list(range(1, 301))


@pytest.mark.parametrize(("name", "message"), [
    ("none", "does not exist"),
    ("file", "is not a folder"),
    ("empty", "holds no images in folders"),
])
def test_a_folder_that_cannot_work_is_named(tmp_path, name, message):
    (tmp_path / "file").touch()
    (tmp_path / "empty" / "cat").mkdir(parents=True)
    with pytest.raises(UserError, match=f"{name} {message}"):
        catalogue(tmp_path / name)


