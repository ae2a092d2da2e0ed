from pathlib import Path

import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.fixes.apply_fixes import (
    CHANGED,
    GONE,
    KEPT,
    LEFT_OUT,
    RELABELLED,
    check_classes,
    judged,
    numbered,
    relabelled,
)
from auxiliary.data.fixes.fixes_file import LEAVE_OUT, LabelFix, LabelFixes


def images(*names: str) -> pd.DataFrame:
    """Images named after their class, such as `cat/1.jpg`."""
    return pd.DataFrame({
        "original": names, "category": [name.partition("/")[0] for name in names],
        "filepath": [f"/made/{name}" for name in names], "content_hash": [f"of {name}" for name in names]})


SPLITS = {"train": images("cat/1.jpg", "cat/2.jpg", "dog/1.jpg", "dog/2.jpg"), "val": images("cat/3.jpg", "dog/3.jpg"),
          "test": images("cat/4.jpg", "cat/5.jpg", "dog/4.jpg")}
HASHES = {name: f"h-{name}" for df in SPLITS.values() for name in df["original"]}


def fixes(*rows: tuple[str, str] | tuple[str, str, str]) -> LabelFixes:
    """The fixes of a file, a row each."""
    return LabelFixes(Path("mine.csv"), tuple(
        LabelFix(*row, *[""] * (3 - len(row)), line) for line, row in enumerate(rows, 2)))


def outcomes(*rows: tuple[str, ...]) -> list[str]:
    return judged(fixes(*rows), SPLITS, HASHES)["outcome"].tolist()


def test_each_fix_has_its_outcome():
    assert outcomes(("cat/1.jpg", "dog"), ("cat/2.jpg", "cat"), ("cat/4.jpg", LEAVE_OUT), ("cow/1.jpg", "cat")) == [
        RELABELLED, KEPT, LEFT_OUT, GONE]


def test_a_fix_for_an_image_that_changed_since_is_skipped():
    rows = ("cat/1.jpg", "dog", "h-cat/1.jpg"), ("cat/2.jpg", LEAVE_OUT, "h-other"), ("cat/4.jpg", "dog", "")
    assert outcomes(*rows) == [RELABELLED, CHANGED, RELABELLED]


def test_the_table_says_what_the_image_was():
    row = judged(fixes(("cat/4.jpg", "dog")), SPLITS, HASHES).iloc[0]
    assert row[["category", "split", "filepath", "content_hash", "line"]].tolist() == [
        "cat", "test", "/made/cat/4.jpg", "of cat/4.jpg", 2]


@pytest.mark.parametrize(("label", "problem"), [
    ("ct", r"'ct' is no class \(did you mean 'cat'\?\)"), ("leave out", r"did you mean '<leave out>'\?"),
    ("Dog", r"did you mean 'dog'\?"), ("zebra", r"'zebra' is no class; see")])
def test_a_label_that_is_no_class_is_refused_with_its_line_and_the_nearest_class(label, problem):
    with pytest.raises(UserError, match=rf"mine\.csv: .*{problem}.*line 3 \(cat/2\.jpg\).*`-p allow_new_classes true`"):
        judged(fixes(("cat/1.jpg", "dog"), ("cat/2.jpg", label)), SPLITS, HASHES)


def test_new_classes_are_allowed_where_the_profile_says_so():
    table = judged(fixes(("cat/1.jpg", "wolf")), SPLITS, HASHES, new_classes=True)
    assert relabelled(SPLITS["train"], table)["category"].tolist() == ["wolf", "cat", "dog", "dog"]


def test_no_class_may_have_the_name_that_leaves_images_out():
    odd = SPLITS | {"val": images(f"{LEAVE_OUT}/1.jpg")}
    with pytest.raises(UserError, match="rename that class"):
        judged(fixes(("cat/1.jpg", "dog")), odd, HASHES)


def test_images_get_their_labels_or_go_and_keep_their_order():
    table = judged(fixes(("cat/4.jpg", "dog"), ("cat/5.jpg", LEAVE_OUT), ("dog/1.jpg", "cat")), SPLITS, HASHES)
    fixed = {name: relabelled(df, table) for name, df in SPLITS.items()}
    assert fixed["test"][["original", "category"]].to_numpy().tolist() == [["cat/4.jpg", "dog"], ["dog/4.jpg", "dog"]]
    assert fixed["train"]["category"].tolist() == ["cat", "cat", "cat", "dog"]
    pd.testing.assert_frame_equal(fixed["val"], SPLITS["val"])


def test_labels_are_numbered_anew_as_people_count():
    table = images("class10/1.jpg", "class2/1.jpg", "wolf/1.jpg")
    train, = numbered([table], table)
    assert train["label"].tolist() == [1, 0, 2] and train["label"].dtype == "int64"


@pytest.mark.parametrize(("rows", "problem"), [
    ([("cat/3.jpg", "dog")], r"no image of cat in the validation set \(before: 1\)"),
    ([("dog/4.jpg", LEAVE_OUT)], r"no image of dog in the test set \(before: 1\)"),
    ([("cat/1.jpg", "wolf")], r"wolf in the validation set \(before: 0\), wolf in the test set \(before: 0\)")])
def test_fixes_that_leave_a_split_without_a_class_are_refused(rows, problem):
    table = judged(fixes(*rows), SPLITS, HASHES, new_classes=True)
    with pytest.raises(UserError, match=rf"mine\.csv .*{problem}.*each class needs one in each set"):
        check_classes(SPLITS, {name: relabelled(df, table) for name, df in SPLITS.items()}, fixes(*rows))
    check_classes(SPLITS, SPLITS, fixes(*rows))
