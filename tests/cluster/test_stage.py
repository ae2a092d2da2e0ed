"""Copies of images on a worker's own disk."""

from pathlib import Path

import pandas as pd

from auxiliary.cluster.stage import staged
from auxiliary.data.fixes.fixes_file import LEAVE_OUT
from auxiliary.project.prepare import prepare
from auxiliary.training.feature_files import together_with
from tests.colours import SMALL, colours_profile, open_text


def test_images_that_fixes_leave_out_are_copied_too_and_other_labels_copy_nothing_again(image_folder, tmp_path):
    """Their features are computed with those of the others."""
    text = colours_profile(image_folder({"green": 10, "blue": 10}), (SMALL,))

    def opened(**fixes: str):
        """The staged project with fixes, by a name such as `green_0` for `green/0.png`."""
        table = pd.DataFrame({"original": [f"{name.replace('_', '/')}.png" for name in fixes],
                              "new_label": [*fixes.values()]})
        table.to_csv(tmp_path / "fixes.csv", index=False)
        prepare(open_text(text, tmp_path, overrides={"label_fixes": "fixes.csv"}))
        return staged(open_text(text, tmp_path, overrides={"label_fixes": "fixes.csv"}), tmp_path / "copies")

    for fixes in ({"green_0": LEAVE_OUT, "blue_1": "green"}, {"green_1": "blue"}):
        project = opened(**fixes)
        copies = pd.concat([together_with(df, project) for df in (project.train, project.val, project.test)])
        assert len(copies) == 20 and all(Path(copy).is_file() for copy in copies["copy"])
        assert len([*(tmp_path / "copies").glob("*.complete")]) == 1
