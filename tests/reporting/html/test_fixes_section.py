"""What label fixes did, in the report."""

import pandas as pd
import pytest

from auxiliary.data.fixes.fixes_file import LEAVE_OUT
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.project.label_fixes import fix_labels
from auxiliary.project.open import open_dataset, open_project
from auxiliary.reporting.html.fixes_section import ALONE, CAUTION, fixes_blocks
from auxiliary.reporting.html.report_data import read_report_data
from auxiliary.reporting.html.write import write_report
from auxiliary.reporting.label_fixes import own_images_hash


@pytest.fixture
def fixed_root(make_root, finish):
    """A root in which the first image of a split was relabelled and one of its new class left out.

    Of the test images the first two were answered wrongly before, where it was trained before, and none after.
    """
    def make(trained_before: bool = True, split: str = "test"):
        root = make_root()
        project = open_project(str(root / "farm.yaml"), root=root)
        splits = project.train, project.val, project.test
        if trained_before:
            finish(root, "small", wrong=2)
        images = getattr(project, split)
        other = next(name for name in project.categories if name != images["category"].iloc[0])
        wrong, bad = images["original"].iloc[0], images.loc[images["category"] == other, "original"].iloc[0]
        table = pd.DataFrame({"original": [wrong, bad], "new_label": [other, LEAVE_OUT]})
        table.to_csv(root / "fixes.csv", index=False)
        profile = root / "farm.yaml"
        profile.write_text(profile.read_text(encoding="utf-8") + "label_fixes: fixes.csv\n", encoding="utf-8")
        fixed = open_project(str(profile), root=root)
        _, clean, frames = fix_labels(fixed, project.table("overview"), project.table("clean"), splits)
        fixed.save_table(clean, "clean")
        write_splits(frames, fixed.profile.split, fixed.paths)
        finish(root, "small", wrong=0, fingerprint="ba9876543210")
        return root, project

    return make


def test_the_fingerprint_of_the_own_labels_is_found_again(fixed_root):
    root, before = fixed_root()
    after = open_dataset("farm", root)
    assert own_images_hash(after, after.table("applied-fixes")) == before.images_hash != after.images_hash


def test_an_experiment_without_and_with_the_fixes_is_compared_on_the_same_test_images(fixed_root):
    root, _ = fixed_root()
    count, effect, caution, _ = fixes_blocks(read_report_data(open_dataset("farm", root)))
    assert count.text.startswith("1 label changed (1 test), 1 image left out (1 test). ")
    assert effect.table.headings == ["experiment", "test images", "fixed labels", "by own labels", "by fixed labels",
                                     "difference, points"]
    # Of six test images one is left out. The first was taken for its new class before, the second wrongly.
    (row,) = [[cell.text for cell in row] for row in effect.table.rows]
    assert row[:4] == ["small", "5", "1", "60.0% → 80.0%"]
    assert row[4] == "80.0% → 100.0%" and row[5].startswith("+20.0 [")
    assert caution.text == CAUTION


def test_without_fixed_test_labels_there_is_no_caution(fixed_root):
    root, _ = fixed_root(split="train")
    texts = [getattr(block, "text", "") for block in fixes_blocks(read_report_data(open_dataset("farm", root)))]
    assert CAUTION not in texts and texts[0].startswith("1 label changed (1 train), 1 image left out (1 train). ")


def test_without_a_run_before_the_report_says_that_the_effect_is_not_known(fixed_root):
    root, _ = fixed_root(trained_before=False)
    assert [block.text for block in fixes_blocks(read_report_data(open_dataset("farm", root)))][1] == ALONE


@pytest.mark.usefixtures("plain_charts")
def test_the_section_stands_in_the_report_and_only_where_labels_were_fixed(fixed_root, farm):
    root, _ = fixed_root()
    assert "<h2>Label fixes</h2>" in write_report(open_dataset("farm", root)).read_text(encoding="utf-8")
    assert fixes_blocks(read_report_data(open_dataset("farm", farm.root))) == []
