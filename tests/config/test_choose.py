import re

import pytest

from auxiliary.config.choose import IMAGES, PROFILES, Choice, as_absolute, choose
from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError
from tests.names import NAMES


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_profile_is_found_by_name_or_path(here):
    (here / "own.yml").write_text("dataset: demo")
    assert choose("demo") == Choice(PROFILES / "demo.yaml")
    assert choose("own.yml") == choose(str(here / "own.yml")) == Choice(here / "own.yml")


def test_a_file_is_searched_for_beside_the_profiles_too(here):
    assert choose("demo.yaml") == Choice(PROFILES / "demo.yaml")
    (here / "demo.yaml").touch()
    assert choose("demo.yaml") == Choice(here / "demo.yaml")
    with pytest.raises(UserError, match=f"nor in {re.escape(str(PROFILES))}"):
        choose("absent.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_takes_the_place_of_a_profile(here, name):
    (here / name).mkdir()
    assert choose(name) == choose(str(here / name)) == Choice(IMAGES, here / name)


def test_so_does_a_file_that_is_no_profile(here):
    (here / "labels.csv").write_text("file,label\n")
    assert choose("labels.csv") == Choice(IMAGES, here / "labels.csv")


def test_a_known_name_comes_before_a_folder(here):
    (here / "demo").mkdir()
    assert choose("demo").images is None
    assert choose("./demo").images == here / "demo"


def test_a_folder_may_be_called_like_a_file(here):
    (here / "my.yaml").mkdir()
    assert choose("my.yaml").images == here / "my.yaml"


@pytest.mark.parametrize(("name", "message"), [
    ("dmeo", "unknown profile 'dmeo': did you mean 'demo'?"), ("", "unknown profile ''"),
    ("absent.yaml", "there is no profile absent.yaml"), ("absent.csv", "there is no absent.csv"),
    ("./pets/absent", "there is no pets/absent: give the path of your images, or the name of a profile")])
def test_what_is_nowhere_is_named(here, name, message):
    with pytest.raises(UserError, match=re.escape(message)):
        choose(name)


def test_another_process_finds_the_same_from_any_folder(here):
    (here / "own.yaml").write_text("dataset: demo")
    (here / "pets").mkdir()
    assert [as_absolute(name) for name in ("demo", "own.yaml", "pets")] == [
        "demo", str(here / "own.yaml"), str(here / "pets")]


def test_images_given_in_place_of_a_profile_are_its_data_set(here):
    (here / "pets").mkdir()
    profile = load_profile("pets", {"name": "mine"})
    assert (profile.dataset, profile.name) == (str(here / "pets"), "mine")
    assert load_profile("images", {"dataset": "pets"}).experiments == profile.experiments


def test_images_are_given_once(here):
    for name in ("pets", "more"):
        (here / name).mkdir()
    assert load_profile("pets", {"dataset": "pets"}) == load_profile("pets")
    with pytest.raises(UserError, match="'more' are not the same images: give one of them"):
        load_profile("pets", {"dataset": "more"})
    with pytest.raises(UserError, match="the profile 'images' names no images: give their folder in its place"):
        load_profile("images")
