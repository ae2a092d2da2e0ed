"""The labels of a profile's pictures, judged with the features that a trained row has kept."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from filelock import FileLock

from auxiliary.config.profile import Row, TransferRow
from auxiliary.data.fingerprint import digest
from auxiliary.data.tables import read_table, write_table
from auxiliary.errors import UserError
from auxiliary.evaluation.suspects import COLUMNS, SUSPECTS, suspect_labels
from auxiliary.files import write_atomically
from auxiliary.lab import Lab
from auxiliary.training.feature_files import feature_file, pictures_of, read_features
from auxiliary.training.train import find_run


def suspects(lab: Lab) -> pd.DataFrame:
    """The suspect labels of a profile's pictures, worked out once and kept in `suspects.csv`.

    They are judged with the features of the frozen, pre-trained row of the best validation accuracy, so the pictures
    are those that it looked at: all of them, or without those that its `sampling` never drew. What they are and how
    many, or why there are none, is printed.

    Args:
        lab: the open profile.

    Returns:
        As `suspect_labels`; empty where no such row has been trained.
    """
    if (found := _best_frozen(lab)) is None:
        print("No label was judged: that takes the kept features of a finished row whose pre-trained backbone stayed "
              "frozen, that is one with neither `tune_last` nor `weights: random`.")
        return pd.DataFrame(columns=COLUMNS)
    row, files = found
    pictures = pd.concat([df.assign(part=part) for part, df in pictures_of(row, lab).items()], ignore_index=True)
    table, record = lab.paths.table("suspects"), lab.paths.data / "suspects.json"
    made_of = json.dumps({"row": row.key, "fingerprint": _fingerprint(files, pictures, lab.paths.data)}) + "\n"
    # Another process may judge with another row, so the table has to be read before that one may write its own.
    with FileLock(table.with_name(f".{table.name}.lock")):
        if not (table.is_file() and record.is_file() and record.read_text(encoding="utf-8") == made_of):
            record.unlink(missing_ok=True)
            write_table(suspect_labels(_features(files, row, lab), pictures), table)
            write_atomically(record, made_of)
        suspicious = read_table(table)
    print(f"{len(suspicious):,} of {len(pictures):,} labels are suspect, judged by what {row.backbone} makes of the "
          f"pictures (row {row.key}).")
    return suspicious


def _best_frozen(lab: Lab) -> tuple[TransferRow, list[Path]] | None:
    """The frozen, pre-trained row of the best validation accuracy, and the files of its features."""
    found = []
    for row in (row for row in lab.all_rows.values() if _is_frozen(row, lab)):
        pictures = pictures_of(row, lab).values()
        for run in (find_run(row, lab, seed) for seed in row.seeds):
            if run.finished:
                weights = run.recipe.get("features", "")
                files = [feature_file(lab.paths.features, row, weights, df) for df in pictures]
                # Or they have been deleted, or made of augmented pictures only.
                if all(file.is_file() for file in files):
                    found.append((run.result.val_accuracy, row, files))
    return max(found, key=lambda each: each[0])[1:] if found else None


def _features(files: list[Path], row: TransferRow, lab: Lab) -> np.ndarray:
    """The features of the pictures of all parts, one after the other."""
    kept = [read_features(file, len(df)) for file, df in zip(files, pictures_of(row, lab).values(), strict=True)]
    for file, features in zip(files, kept, strict=True):
        if features is None:
            raise UserError(f"the kept features {file} are damaged: delete that file and the folder of row {row.key!r} "
                            f"in {lab.paths.models}, to have them made again")
    return np.concatenate(kept)


def _is_frozen(row: Row, lab: Lab) -> bool:
    """Whether a row's backbone is pre-trained and as it was: one that was tuned has seen the labels."""
    if not isinstance(row, TransferRow) or row.tune_last or row.weights == "random":
        return False
    return not row.parent or _is_frozen(lab.all_rows[row.parent], lab)


def _fingerprint(files: list[Path], pictures: pd.DataFrame, folder: Path) -> str:
    """What the suspects depend on; the names of the files stand for pictures, labels, backbone and weights."""
    where = pictures["filepath"].str.removeprefix(str(folder)) + " " + pictures["group"].astype(str)
    return digest("\n".join([str(SUSPECTS), *(file.name for file in files), *where]))
