"""Classes that are too small stop a run before any image is prepared, or are left out aloud."""

from dataclasses import dataclass, field

import pandas as pd
import pytest

from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError
from auxiliary.data.catalogue import catalogue
from auxiliary.data.splitting.class_sizes import check_split, drop_small_classes
from auxiliary.project.open import open_project
from tests.prepare import prepare

STRICT, DROPPING = (Profile(dataset="demo", drop_small_classes=drop) for drop in (False, True))


@dataclass(frozen=True)
class Class:
    """A class of an overview: its usable images, and the errors of its other files."""

    images: int
    errors: list[str] = field(default_factory=list)
    part: str = ""


def overview(**classes: Class) -> pd.DataFrame:
    rows = [(f"/{name}/{number}.jpg", name.partition("_")[0], error, each.part) for name, each in classes.items()
            for number, error in enumerate([""] * each.images + each.errors)]
    return pd.DataFrame(rows, columns=["filepath", "category", "error", "publisher_split"])


FINE = {"cat": Class(20), "dog": Class(10, ["not an image"] * 5)}


def test_classes_that_are_large_enough_stay(capsys):
    table = overview(**FINE)
    check_split(table, STRICT)
    for profile in (STRICT, DROPPING):
        pd.testing.assert_frame_equal(drop_small_classes(table, profile), table)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("eel", "found"), [
    (Class(9), "eel has 9;"),
    (Class(9, ["not an image"] * 5), "eel has 9;"),
    (Class(0, ["empty folder"]), r"eel has 0 \(empty folder\);"),
    (Class(0, ["broken", "not an image", "not an image"]), r"eel has 0 \(not an image, 3 files\);"),
], ids=["few", "few usable", "none", "none usable"])
def test_a_class_that_is_too_small_is_named_with_the_way_out(eel, found):
    for check in (check_split, drop_small_classes):
        with pytest.raises(UserError, match=rf"^too few images to split, 10 per category are needed: {found} "
                                            r"add images, .*`-p drop_small_classes true`"):
            check(overview(**FINE, eel=eel), STRICT)


@pytest.mark.parametrize(("classes", "found"), [
    ({}, "found none:"), ({"cat": Class(20)}, "found cat:"),
    ({"cat": Class(20), "eel": Class(0, ["empty folder"])}, r"found cat \(eel has 0 images and needs 10 \(empty fol"),
    ({"cat": Class(20), "": Class(0, ["outside every category folder"])}, "found cat:")],
    ids=["none", "one", "one and an empty one", "one and a loose file"])
def test_one_class_alone_is_refused(classes, found):
    for profile in (STRICT, DROPPING):
        with pytest.raises(UserError, match=f"^at least two categories with usable images are needed, {found}"):
            check_split(overview(**classes), profile)


def test_one_class_that_others_would_leave_alone_is_refused():
    table = overview(cat=Class(20), dog=Class(3))
    with pytest.raises(UserError, match=r"found cat \(dog has 3 images and needs 10\)"):
        check_split(table, DROPPING)
    with pytest.raises(UserError, match="too few images to split"):
        check_split(table, STRICT)


def test_small_classes_are_left_out_where_the_profile_says_so(capsys):
    table = overview(**FINE, eel=Class(2, ["broken"]), fox=Class(0, ["empty folder"]))
    check_split(table, DROPPING)
    assert capsys.readouterr().out == ""
    dropped = drop_small_classes(table, DROPPING)
    assert capsys.readouterr().out == (
        "left out, because of drop_small_classes: eel has 2 images and needs 10, fox has 0 images and needs 10 "
        "(empty folder)\n")
    assert dropped.loc[dropped["category"] == "eel", "error"].tolist() == [
        *["class too small: 2 usable images, 10 needed"] * 2, "broken"]
    others = table["category"] != "eel"
    pd.testing.assert_frame_equal(dropped[others], table[others])
    assert list(table.loc[table["category"] == "eel", "error"]) == ["", "", "broken"], "the table given is not changed"


def test_a_class_that_a_part_lacks_is_too_small_there(capsys):
    parts = {f"{name}_{part}": Class(count, part=part) for name in ("cat", "dog")
             for part, count in (("train", 10), ("val", 3), ("test", 3))}
    table = overview(**parts, eel_train=Class(99, part="train"), eel_test=Class(1, part="test"),
                     fox_test=Class(2, part="test"))
    with pytest.raises(UserError, match=r"^too few images in the publisher's training set, 1 per category are needed: "
                                        r"fox has 0; too few images in the publisher's validation set, 1 per .*: eel"):
        check_split(table, STRICT)
    dropped = drop_small_classes(table, DROPPING)
    assert set(dropped.loc[dropped["error"] == "", "category"]) == {"cat", "dog"}
    assert "eel has 0 images in the publisher's validation set and needs 1" in capsys.readouterr().out


def test_a_long_list_of_small_classes_is_cut():
    with pytest.raises(UserError, match=r"c09 has 3 and 10 more; add"):
        check_split(overview(**FINE, **{f"c{number:02}": Class(3) for number in range(20)}), STRICT)


@pytest.mark.parametrize("drop", [False, True])
def test_so_it_is_where_damage_is_found_only_once_images_are_decoded(image_folder, tmp_path, capsys, drop):
    folder = image_folder({"cat": 12, "dog": 12, "eel": 10}, size=80, suffix="jpg")
    damaged = folder / "eel" / "0.jpg"
    damaged.write_bytes(damaged.read_bytes()[:-200])
    profile = tmp_path / "pets.yaml"
    profile.write_text(f"dataset: {folder}\nname: pets\nimage_size: 16\ndrop_small_classes: {str(drop).lower()}\n")
    project = open_project(str(profile), root=tmp_path)
    check_split(catalogue(folder), project.profile)
    if not drop:
        with pytest.raises(UserError, match="too few images to split, 10 per category are needed: eel has 9;"):
            prepare(project)
        return
    assert prepare(project).categories == ["cat", "dog"]
    assert "left out, because of drop_small_classes: eel has 9 images and needs 10" in capsys.readouterr().out
