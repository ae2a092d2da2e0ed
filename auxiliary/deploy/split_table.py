"""The table of the images that a run was trained or validated on, found by its fingerprint."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from auxiliary.data.tables import images_fingerprint, read_table
from auxiliary.runs.run import Run


def find_table(run: Run, split: str, folders: Collection[Path]) -> pd.DataFrame | None:
    """The table of a split of a run's images, among those of all sizes and splits.

    Args:
        run: the finished run.
        split: `train`, `val` or `test`.
        folders: the folders `data/<dataset>/processed` that may hold it.

    Returns:
        The table with `filepath`, `category`, `label` and `content_hash`; None where no table has these images.

    Raises:
        UserError: a table is damaged.
    """
    expected = run.recipe["images"][split]["fingerprint"]
    for folder in folders:
        for path in sorted(folder.glob(f"*/*/{split}.csv")):
            table = read_table(path, folder.parent)
            if images_fingerprint(table) == expected:
                return table
    return None
