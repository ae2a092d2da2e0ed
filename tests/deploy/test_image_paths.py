import os

import pytest

from auxiliary.core.errors import UserError
from auxiliary.deploy.image_paths import find_files


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of files, in which the command is run."""
    for name in ("b.jpg", "a.jpg", "a.png", "[ab].jpg", ".hidden.jpg", "Thumbs.db", "deep/c.jpg", "deep/er/d.jpg",
                 ".git/e.jpg", "__MACOSX/f.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*given: str) -> list[str]:
    return [file.name for file in find_files(given)]


def test_a_folder_stands_for_all_files_below_but_hidden_ones(here):
    assert names("deep") == ["deep/c.jpg", "deep/er/d.jpg"]
    assert names(".") == ["[ab].jpg", "a.jpg", "a.png", "b.jpg", "deep/c.jpg", "deep/er/d.jpg"]
    assert names(str(here / "deep")) == [f"{here}/deep/c.jpg", f"{here}/deep/er/d.jpg"]


@pytest.mark.parametrize(("pattern", "files"), [
    ("*.jpg", ["[ab].jpg", "a.jpg", "b.jpg"]), ("?.jpg", ["a.jpg", "b.jpg"]), ("[bc].*", ["b.jpg"]),
    ("**/*.jpg", ["[ab].jpg", "a.jpg", "b.jpg", "deep/c.jpg", "deep/er/d.jpg"]),
    ("d*", ["deep/c.jpg", "deep/er/d.jpg"]), ("deep/**", ["deep/c.jpg", "deep/er/d.jpg"]),
    ("deep/../b*", ["deep/../b.jpg"]), (".git/*", [".git/e.jpg"])])
def test_a_pattern_stands_for_what_matches_it(here, pattern, files):
    assert names(pattern) == files


def test_a_pattern_may_start_at_the_root_or_at_home(here, monkeypatch):
    assert names(f"{here}/?.png") == [f"{here}/a.png"]
    monkeypatch.setenv("HOME", str(here))
    assert names("~/?.png") == names("~/a.png") == [f"{here}/a.png"]


def test_a_file_that_is_called_like_a_pattern_is_meant(here):
    assert names("[ab].jpg") == ["[ab].jpg"]
    (here / "[ab].jpg").unlink()
    assert names("[ab].jpg") == ["a.jpg", "b.jpg"]


def test_what_is_named_is_taken_hidden_or_not(here):
    assert names(".hidden.jpg", ".git", "Thumbs.db") == [".hidden.jpg", ".git/e.jpg", "Thumbs.db"]


def test_a_file_is_taken_once_where_it_came_first(here):
    assert names("b.jpg", "*.jpg", f"{here}/a.jpg", "./b.jpg") == ["b.jpg", "[ab].jpg", "a.jpg"]


def test_a_data_set_that_is_divided_is_a_folder_like_others(here):
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


def test_two_links_to_each_others_folders_come_to_an_end(here):
    for one, other in (("p", "q"), ("q", "p")):
        (here / one).mkdir()
        (here / one / f"{one}.jpg").touch()
        (here / one / "other").symlink_to(here / other)
    assert names("p") == ["p/other/q.jpg", "p/p.jpg"]


def test_a_name_that_is_not_utf_8_is_shown_in_escapes(here):
    (here / "odd").mkdir()
    (here / "odd" / os.fsdecode(b"\xff.jpg")).touch()
    file, = find_files(["odd"])
    assert file.name == "odd/\\xff.jpg" and file.path.is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_listed_is_a_problem_of_its_own(here):
    (here / "deep" / "er").chmod(0)
    assert [tuple(file) for file in find_files(["deep"])][1][1] == "cannot be read: Permission denied"


@pytest.mark.parametrize(("name", "answer"), [
    ("gone.jpg", "there is no file or folder 'gone.jpg': name an image, a folder, or a pattern"),
    ("*.webp", "there is no file that matches '*.webp': "), (".*/*.webp", "there is no file that matches"),
    ("nothing", "nothing holds no files: name a folder that holds images"),
    ("hidden", "hidden holds no files: "), ("", "an image without a name was given"),
    ("x" * 300, "cannot be looked up: [Errno 36] File name too long"),
    ("~nobody-of-that-name/a.jpg", "cannot be looked up: Could not determine home directory")])
def test_a_name_that_stands_for_nothing_is_said(here, name, answer):
    (here / "nothing").mkdir()
    (here / "hidden").mkdir()
    (here / "hidden" / ".a.jpg").touch()
    with pytest.raises(UserError) as caught:
        find_files(["a.jpg", name])
    assert answer in str(caught.value)
