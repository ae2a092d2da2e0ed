import os

import pytest

from auxiliary.core.errors import UserError
from auxiliary.deploy.image_paths import find_image_paths


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of files, which is the working directory."""
    for name in ("b.jpg", "a.jpg", "a.png", "[ab].jpg", ".hidden.jpg", "Thumbs.db", "deep/c.jpg", "deep/er/d.jpg",
                 ".git/e.jpg", "__MACOSX/f.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*given: str) -> list[str]:
    return [file.name for file in find_image_paths(given)]


def test_a_folder_stands_for_all_files_below_that_are_not_hidden(here):
    assert names("deep") == ["deep/c.jpg", "deep/er/d.jpg"]
    assert names(".") == ["[ab].jpg", "a.jpg", "a.png", "b.jpg", "deep/c.jpg", "deep/er/d.jpg"]
    assert names(str(here / "deep")) == [f"{here}/deep/c.jpg", f"{here}/deep/er/d.jpg"]


@pytest.mark.parametrize(("pattern", "files"), [
    ("*.jpg", ["[ab].jpg", "a.jpg", "b.jpg"]), ("?.jpg", ["a.jpg", "b.jpg"]), ("[bc].*", ["b.jpg"]),
    ("**/*.jpg", ["[ab].jpg", "a.jpg", "b.jpg", "deep/c.jpg", "deep/er/d.jpg"]),
    ("d*", ["deep/c.jpg", "deep/er/d.jpg"]), ("deep/**", ["deep/c.jpg", "deep/er/d.jpg"]),
    ("deep/../b*", ["deep/../b.jpg"]), (".git/*", [".git/e.jpg"])])
def test_a_pattern_stands_for_its_matches(here, pattern, files):
    assert names(pattern) == files


def test_a_pattern_may_start_at_the_root_or_at_home(here, monkeypatch):
    assert names(f"{here}/?.png") == [f"{here}/a.png"]
    monkeypatch.setenv("HOME", str(here))
    assert names("~/?.png") == names("~/a.png") == [f"{here}/a.png"]


def test_an_existing_name_is_not_read_as_a_pattern(here):
    assert names("[ab].jpg") == ["[ab].jpg"]
    (here / "[ab].jpg").unlink()
    assert names("[ab].jpg") == ["a.jpg", "b.jpg"]


def test_hidden_files_are_found_where_they_are_named(here):
    assert names(".hidden.jpg", ".git", "Thumbs.db") == [".hidden.jpg", ".git/e.jpg", "Thumbs.db"]


def test_each_file_is_found_once_at_its_first_place(here):
    assert names("b.jpg", "*.jpg", f"{here}/a.jpg", "./b.jpg") == ["b.jpg", "[ab].jpg", "a.jpg"]


def test_a_folder_of_splits_is_a_folder_like_others(here):
    for name in ("zoo/train/cat/1.jpg", "zoo/val/cat/2.jpg"):
        (here / name).parent.mkdir(parents=True)
        (here / name).touch()
    assert names("zoo") == ["zoo/train/cat/1.jpg", "zoo/val/cat/2.jpg"]


def test_links_are_followed_but_not_in_circles(here):
    (here / "deep" / "up").symlink_to(here)
    (here / "deep" / "er" / "self").symlink_to(".")
    (here / "link").symlink_to("deep/er")
    assert names("deep") == ["deep/c.jpg", "deep/er/d.jpg"]
    assert names("link") == ["link/d.jpg"]
    assert "deep/c.jpg" in names("**/*.jpg")


def test_two_folders_with_links_to_each_other(here):
    for one, other in (("p", "q"), ("q", "p")):
        (here / one).mkdir()
        (here / one / f"{one}.jpg").touch()
        (here / one / "other").symlink_to(here / other)
    assert names("p") == ["p/other/q.jpg", "p/p.jpg"]


def test_a_name_that_is_not_utf_8_is_escaped(here):
    (here / "odd").mkdir()
    (here / "odd" / os.fsdecode(b"\xff.jpg")).touch()
    file, = find_image_paths(["odd"])
    assert file.name == "odd/\\xff.jpg" and file.path.is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_listed_is_an_error_of_its_own(here):
    (here / "deep" / "er").chmod(0)
    assert [tuple(file) for file in find_image_paths(["deep"])][1][1] == "cannot be read: Permission denied"


@pytest.mark.parametrize(("name", "message"), [
    ("gone.jpg", "there is no file or folder 'gone.jpg': name an image, a folder, or a pattern"),
    ("*.webp", "there is no file that matches '*.webp': "), (".*/*.webp", "there is no file that matches"),
    ("nothing", "nothing holds no files: name a folder of images"),
    ("hidden", "hidden holds no files: "), ("", "the name of an image is empty"),
    ("x" * 300, "cannot be found: [Errno 36] File name too long"),
    ("~nobody-of-that-name/a.jpg", "no home folder of '~nobody-of-that-name' is known")])
def test_a_name_that_stands_for_nothing_is_refused(here, name, message):
    (here / "nothing").mkdir()
    (here / "hidden").mkdir()
    (here / "hidden" / ".a.jpg").touch()
    with pytest.raises(UserError) as caught:
        find_image_paths(["a.jpg", name])
    assert message in str(caught.value)
