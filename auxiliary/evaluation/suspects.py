"""Labels that are likely wrong: those that the other pictures contradict. Nothing is relabelled.

The features of a frozen, pre-trained backbone are kept when its row is trained, and know nothing of the labels. A
linear classifier on them says of each picture what it is, having learned from pictures among which there is neither
that one nor a twin of it; cleanlab decides where that contradicts the label more than the classifier's usual mistakes
would. Of 5% wrong labels planted in `demo` this finds 87%, and 87% of the labels that it suspects are planted ones.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from auxiliary.config.profile import Row, TransferRow
from auxiliary.data.fingerprint import digest
from auxiliary.data.tables import read_table, write_table
from auxiliary.files import write_atomically
from auxiliary.lab import Lab
from auxiliary.training.feature_files import feature_file, pictures_of, read_features
from auxiliary.training.train import find_run

SUSPECTS = 1    # the version of the rule; raise it when other labels become suspect
FOLDS = 5
WIDTH = 128     # features that are left, at most
COLUMNS = ["filepath", "category", "suggested", "self_confidence", "confidence", "part"]


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
    if not (table.is_file() and record.is_file() and record.read_text(encoding="utf-8") == made_of):
        record.unlink(missing_ok=True)
        write_table(suspect_labels(read_features(files), pictures), table)
        write_atomically(record, made_of)
    suspicious = read_table(table)
    print(f"{len(suspicious):,} of {len(pictures):,} labels are suspect, judged by what {row.backbone} makes of the "
          f"pictures (row {row.key}).")
    return suspicious


def suspect_labels(features: np.ndarray, pictures: pd.DataFrame) -> pd.DataFrame:
    """The labels that the other pictures contradict, the most suspicious first.

    A class of fewer than five groups of twins is left out: too few pictures are left to say what it looks like.

    Args:
        features: (N, channels) float32, of each picture, made without knowledge of the labels.
        pictures: in the same order, with `filepath`, `category`, `group` (of twins) and `part`.

    Returns:
        A row a suspect: filepath, category (its label), suggested (the class that the other pictures suggest),
        self_confidence and confidence (how sure they are of the one and of the other, 0..1), and part.
    """
    from cleanlab.filter import find_label_issues

    judged = (pictures.groupby("category")["group"].transform("nunique") >= FOLDS).to_numpy()
    features, pictures = features[judged], pictures[judged]
    labels, names = pd.factorize(pictures["category"], sort=True)
    if len(names) < 2:
        return pd.DataFrame(columns=COLUMNS)
    # One thread: the same figures with any number of processors, and no slower for such small tables.
    with threadpool_limits(1):
        says = out_of_fold(features, labels, pictures["group"].to_numpy())
    at = find_label_issues(labels, says, return_indices_ranked_by="self_confidence", filter_by="prune_by_noise_rate",
                           n_jobs=1)
    return pictures.iloc[at].assign(
        suggested=np.asarray(names)[says[at].argmax(axis=1)], self_confidence=says[at, labels[at]],
        confidence=says[at].max(axis=1))[COLUMNS].reset_index(drop=True)


def out_of_fold(features: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """What a linear classifier says of each picture that has seen neither that picture nor a twin of it.

    Args:
        features: (N, channels), of N pictures.
        labels: (N,) integers from 0.
        groups: (N,) integers, the same for twins.

    Returns:
        (N, classes) float64 probabilities.
    """
    # Few enough features for the pictures there are; it is done without labels, so it may see all pictures.
    width = min(WIDTH, len(features) // FOLDS, features.shape[1])
    values = PCA(width, whiten=True, svd_solver="covariance_eigh").fit_transform(features)
    fold, says = _folds(labels, groups), np.zeros((len(labels), labels.max() + 1))
    for number in range(FOLDS):
        out = fold == number
        # Held back enough (C) not to learn wrong labels by heart; a finer `tol` changes no list worth mentioning.
        model = LogisticRegression(C=0.01, tol=1e-3, max_iter=1000).fit(values[~out], labels[~out])
        says[np.ix_(out, model.classes_)] = model.predict_proba(values[out])
    return says


def _folds(labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """A fold for each picture, twins in one: groups are dealt class by class, as scikit-learn would in seconds."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order = np.lexsort((np.random.default_rng(0).random(len(first)), labels[first]))
    fold = np.empty(len(first), int)
    fold[order] = np.arange(len(first)) % FOLDS
    return fold[group]


def _best_frozen(lab: Lab) -> tuple[TransferRow, list[Path]] | None:
    """The frozen, pre-trained row of the best validation accuracy, and the files of its features."""
    found = []
    for row in (row for row in lab.all_rows.values() if _is_frozen(row, lab)):
        pictures = pictures_of(row, lab).values()
        for run in (find_run(row, lab, seed) for seed in row.seeds):
            if run.finished:
                weights = run.recipe.get("features", "")
                files = [feature_file(lab.paths.features, row, weights, df) for df in pictures]
                if all(file.is_file() for file in files):
                    found.append((run.result.val_accuracy, row, files))
    return max(found, key=lambda each: each[0])[1:] if found else None


def _is_frozen(row: Row, lab: Lab) -> bool:
    """Whether a row's backbone is pre-trained and as it was: one that was tuned has seen the labels."""
    if not isinstance(row, TransferRow) or row.tune_last or row.weights == "random":
        return False
    return not row.parent or _is_frozen(lab.all_rows[row.parent], lab)


def _fingerprint(files: list[Path], pictures: pd.DataFrame, folder: Path) -> str:
    """What the suspects depend on; the names of the files stand for pictures, labels, backbone and weights."""
    where = pictures["filepath"].str.removeprefix(str(folder)) + " " + pictures["group"].astype(str)
    return digest("\n".join([str(SUSPECTS), *(file.name for file in files), *where]))
