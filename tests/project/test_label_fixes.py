"""The label fixes of a profile: an overlay over images that are split already."""

import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.fixes.apply_fixes import APPLIED
from auxiliary.data.fixes.fixes_file import LEAVE_OUT, read_fixes
from auxiliary.data.fixes.original_hashes import original_hashes
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.data.tables import contents_fingerprint
from auxiliary.project.open import open_newest, open_project
from auxiliary.project.prepare import prepare
from auxiliary.project.project import Project
from auxiliary.training.feature_files import computed_together
from auxiliary.training.identity import fingerprint

PROFILE = """
dataset: {folder}
name: pets
image_size: 32
scratch:
  - {{model_id: small, learning_rate: 0.01, epochs: 1, net: conv(4) | gap}}
transfer:
  - {{model_id: frozen, backbone: EfficientNetLite0, head: gap, learning_rate: 0.01, epochs: 1}}
"""


@pytest.fixture(scope="module")
def pets(image_folder, tmp_path_factory):
    """A root with the profile of 40 images, which are prepared without fixes."""
    folder, root = image_folder({"cat": 20, "dog": 20}, size=80, suffix="jpg"), tmp_path_factory.mktemp("root")
    (root / "pets.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    prepare(open_project(str(root / "pets.yaml"), root=root))
    return root


@pytest.fixture
def prepared(pets, tmp_path):
    """Prepares the images with the fixes of some rows: `prepared(("cat/1.jpg", "dog"))`, without rows none."""
    def make(*rows: tuple[str, str], **overrides: object) -> Project:
        if rows:
            overrides["label_fixes"] = str(tmp_path / "fixes.csv")
            table = pd.DataFrame([[*row, ""][:3] for row in rows], columns=["original", "new_label", "original_hash"])
            table.to_csv(tmp_path / "fixes.csv", index=False)
        prepare(open_project(str(pets / "pets.yaml"), overrides=overrides, root=pets))
        return open_project(str(pets / "pets.yaml"), overrides=overrides, root=pets)

    return make


def in_split(project: Project) -> dict[str, str]:
    """The split of each image."""
    return {name: split for split in SPLITS for name in getattr(project, split)["original"]}


def labels(project: Project) -> dict[str, str]:
    return {row.original: row.category for split in SPLITS for row in getattr(project, split).itertuples()}


def some(project: Project, split: str, category: str) -> str:
    """An image of a class and a split."""
    images = getattr(project, split)
    return images.loc[images["category"] == category, "original"].iloc[0]


def test_a_fixed_image_gets_its_label_and_no_image_changes_its_split(prepared):
    before = prepared()
    wrong, bad = some(before, "test", "cat"), some(before, "train", "dog")
    after = prepared((wrong, "dog"), (bad, LEAVE_OUT))
    places, own = in_split(before), labels(before)
    assert in_split(after) == {name: split for name, split in places.items() if name != bad}
    assert labels(after) == {name: label for name, label in own.items() if name != bad} | {wrong: "dog"}
    row = after.test.set_index("original").loc[wrong]
    assert after.categories[row["label"]] == row["category"] == "dog"
    assert set(after.table("clean")["original"]) == set(places) - {bad}
    files = after.table("overview").set_index("filepath")[["category", "error"]]
    assert files.loc[str(after.paths.raw / wrong)].tolist() == ["dog", ""]
    assert files.loc[str(after.paths.raw / bad)].tolist() == ["dog", "left out by a label fix"]
    assert (files["error"] != "").sum() == 1
    pd.testing.assert_frame_equal(after.val, before.val)


def test_runs_with_other_labels_are_other_runs_and_without_fixes_nothing_changes(prepared):
    def name(project: Project) -> str:
        return fingerprint(project.experiments["small"], 0, project)

    before = prepared()
    hashes, wrong = before.images_hash, some(before, "train", "cat")
    fixed, other, out = (prepared(row) for row in (
        (wrong, "dog"), (some(before, "val", "cat"), "dog"), (wrong, LEAVE_OUT)))
    # Fixes that say what is there already, or nothing, train nothing anew.
    kept, gone = prepared((wrong, "cat")), prepared(("cat/none.jpg", "dog"))
    assert len({name(each) for each in (before, fixed, other, out)}) == 4
    assert {name(each) for each in (before, kept, gone, prepared())} == {name(before)}
    assert {each.images_hash for each in (kept, gone)} == {hashes}
    assert {each.split_rule for each in (before, fixed, kept)} == {before.split_rule}


def test_tables_with_and_without_fixes_lie_side_by_side(prepared, pets):
    before = prepared()
    after = prepared((some(before, "train", "cat"), "dog"))
    assert before.paths.tables != after.paths.tables and before.paths.images == after.paths.images
    assert Project(before.profile, before.paths, {}).images_hash == before.images_hash != after.images_hash
    # What opens a data set by its name takes the newest tables.
    assert open_newest("pets", pets).images_hash == after.images_hash


def test_the_images_before_the_fixes_are_known_where_these_change_something(prepared):
    own = prepared()
    bad, kept = some(own, "val", "dog"), some(own, "train", "dog")
    assert not own.before_fixes and not prepared((kept, "dog"), ("cat/none.jpg", LEAVE_OUT)).before_fixes
    fixed = prepared((bad, LEAVE_OUT), (some(own, "train", "cat"), "dog"))
    for split in SPLITS:
        before = fixed.before_fixes[split]
        assert before["filepath"].tolist() == sorted(getattr(own, split)["filepath"])
        assert contents_fingerprint(before) == contents_fingerprint(getattr(own, split).sort_values("filepath"))
        out = before.loc[before["label"] == -1, "filepath"].tolist()
        assert out == (own.val.loc[own.val["original"] == bad, "filepath"].tolist() if split == "val" else [])


@pytest.mark.parametrize("sampling", ["none", "largest", "mean"])
def test_features_are_those_of_the_same_images_whatever_the_fixes_say(prepared, sampling):
    def computed(*rows: tuple[str, str]) -> dict[str, str]:
        project = prepared(*rows)
        experiment = project.experiments["frozen"].model_copy(update={"sampling": sampling})
        return {split: contents_fingerprint(df) for split, df in computed_together(experiment, project).items()}

    own = prepared()
    cat, dog = some(own, "train", "cat"), some(own, "train", "dog")
    assert computed() == computed((cat, "dog")) == computed((dog, LEAVE_OUT), (some(own, "test", "cat"), "dog"))


def test_few_images_drawn_of_many_have_features_of_their_own(prepared):
    own = prepared()
    cats = own.train.loc[own.train["category"] == "cat", "original"].tolist()
    fixed = prepared(*((name, "dog") for name in cats[2:]))
    experiment = fixed.experiments["frozen"].model_copy(update={"sampling": "smallest"})
    assert [len(df) for df in computed_together(experiment, fixed).values()] == [4, len(own.val), len(own.test)]


def test_a_run_with_a_backbone_is_another_where_other_images_were_left_out(prepared):
    own = prepared()
    fixed = prepared((some(own, "train", "cat"), LEAVE_OUT))
    as_if_own = prepared((some(own, "train", "cat"), LEAVE_OUT))
    as_if_own.__dict__["before_fixes"] = {}
    names = {key: {fingerprint(fixed.experiments[key], 0, each) for each in (fixed, as_if_own)}
             for key in fixed.experiments}
    assert {key: len(found) for key, found in names.items()} == {"small": 1, "frozen": 2}


def test_what_became_of_each_fix_is_listed_and_said(prepared, capsys):
    before = prepared()
    changed, kept = some(before, "train", "cat"), some(before, "train", "dog")
    capsys.readouterr()
    after = prepared((some(before, "test", "cat"), "dog"), (changed, "dog", "h000000000000"), (kept, "dog"),
                     ("cat/none.jpg", LEAVE_OUT))
    said = capsys.readouterr().out
    assert "label fixes: 1 label changed (1 test), 0 images left out, 1 label kept, 2 fixes skipped." in said
    assert "label fixes skipped: no usable image of this path: cat/none.jpg" in said
    assert f"label fixes skipped: the image changed since: {changed}" in said
    assert after.table(APPLIED)["outcome"].tolist() == [
        "relabelled", "skipped: the image changed since", "kept", "skipped: no usable image of this path"]
    assert (before.paths.data / "applied-fixes.csv").is_file()
    prepared()
    assert not (before.paths.data / "applied-fixes.csv").exists()


def test_a_spreadsheet_calculates_nothing_in_the_list_of_fixes_and_the_list_is_a_file_of_the_same_fixes(prepared):
    own = prepared()
    fixed = prepared(*((some(own, split, "cat"), "./=1+1") for split in SPLITS), allow_new_classes=True)
    assert fixed.categories == ["=1+1", "cat", "dog"]
    shown = fixed.paths.data / "applied-fixes.csv"
    assert set(pd.read_csv(shown)["new_label"]) == {"./=1+1"}
    assert read_fixes(shown).fingerprint == fixed.fixes.fingerprint


def test_the_hash_is_that_of_the_users_own_file_at_any_size(prepared):
    before = prepared()
    larger = prepared(image_size=40)
    hashes = [original_hashes(project.test, project.paths) for project in (before, larger)]
    assert hashes[0] == hashes[1] and len(set(hashes[0])) == len(before.test)
    wrong = some(before, "test", "cat")
    found = dict(zip(before.test["original"], hashes[0], strict=True))[wrong]
    assert labels(prepared((wrong, "dog", found)))[wrong] == "dog"


def test_a_class_that_loses_much_is_named_and_one_that_loses_all_is_refused(prepared, capsys):
    before = prepared()
    cats = {split: df.loc[df["category"] == "cat", "original"].tolist() for split, df in (
        (name, getattr(before, name)) for name in SPLITS)}
    prepared(*((name, LEAVE_OUT) for name in cats["train"][:-1]))
    assert "label fixes: the class 'cat' loses 13 of 20 images" in capsys.readouterr().out
    with pytest.raises(UserError, match=r"no image of cat in the test set \(before: 2\)"):
        prepared(*((name, LEAVE_OUT) for name in cats["test"]))
    with pytest.raises(UserError, match=r"'wolf' is no class.*allow_new_classes"):
        prepared((cats["train"][0], "wolf"))
    wolves = [(cats[split][0], "wolf") for split in SPLITS]
    assert prepared(*wolves, allow_new_classes=True).categories == ["cat", "dog", "wolf"]


def test_a_file_that_is_not_there_is_named_before_anything_is_done(pets, tmp_path):
    with pytest.raises(UserError, match=r"there is no nothing\.csv in the current folder or beside the profile"):
        open_project(str(pets / "pets.yaml"), overrides={"label_fixes": "nothing.csv"}, root=pets)


def test_a_relative_path_begins_beside_the_profile(pets):
    (pets / "mine.csv").write_text("original,new_label\ncat/1.jpg,dog\n", encoding="utf-8")
    project = open_project(str(pets / "pets.yaml"), overrides={"label_fixes": "mine.csv"}, root=pets)
    assert project.profile.label_fixes == project.fixes.path == pets / "mine.csv"
