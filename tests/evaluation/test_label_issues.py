from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
import pandas as pd
import pytest

from auxiliary.config.transfer import TransferExperiment
from auxiliary.data.providers.base import write_images
from auxiliary.data.providers.demo import CLASSES, package_folder, read_array
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.evaluation.label_issues import COLUMNS, out_of_fold, suspect_labels
from auxiliary.training import feature_files
from auxiliary.training import label_audit as audit
from auxiliary.training.feature_files import feature_file, images_of, parts_of
from auxiliary.training.job import Job
from auxiliary.training.label_audit import suspects
from auxiliary.training.stored_features import FLOAT32, save_features
from tests.colours import open_text
from tests.images import clean_table_of

NAMES = np.array(["007", "1", "12"])    # which may not be read back as numbers
PROFILE = """
dataset: {folder}
name: clusters
sampling: none
scratch:
  - {{model_id: cnn, learning_rate: 0.01, epochs: 1, net: conv(4) | gap}}
transfer:
  - {{model_id: good, backbone: EfficientNetLite0, head: gap, learning_rate: 0.01, epochs: 1}}
  - {{model_id: better, backbone: EfficientNetLite0, image_size: 112, head: gap, learning_rate: 0.01, epochs: 1}}
  - {{model_id: random, backbone: EfficientNetLite0, weights: random, head: gap, learning_rate: 0.01, epochs: 1}}
  - {{model_id: tuned, parent: good, tune_last: 1, learning_rate: 0.01, epochs: 1}}
  - {{model_id: after_tuned, parent: tuned, tune_last: 0, learning_rate: 0.01, epochs: 1}}
"""


def clusters(count: int = 300) -> tuple[np.ndarray, pd.DataFrame]:
    """Features of images of three classes, far apart, and the table of the images."""
    label = np.arange(count) % 3
    features = np.eye(8)[label] * 9 + np.random.default_rng(0).normal(0, 1, (count, 8))
    return features.astype("float32"), pd.DataFrame(
        {
            "filepath": [f"/images/{i:03d}.png" for i in range(count)],
            "category": NAMES[label],
            "label": label,
            "content_hash": [f"{i:032x}" for i in range(count)],
            "group": np.arange(count),
            "split": "train",
            "publisher_split": "",
        }
    )


def relabelled(images: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The images with a share of their labels wrong, and where those are."""
    rng = np.random.default_rng(seed)
    at = rng.choice(len(images), int(share * len(images)), replace=False)
    labels, names = pd.factorize(images["category"], sort=True)
    labels[at] = (labels[at] + rng.integers(1, len(names), len(at))) % len(names)
    return images.assign(category=np.asarray(names)[labels]), at


def positions(found: pd.DataFrame, images: pd.DataFrame) -> np.ndarray:
    return pd.Index(images["filepath"]).get_indexer(found["filepath"])


class TestSuspectLabels:
    def test_planted_labels_are_found_and_corrected_the_most_suspicious_first(self):
        features, images = clusters()
        flipped, at = relabelled(images, 0.05, seed=0)
        found = suspect_labels(features, flipped)
        where = positions(found, images)
        assert list(found.columns) == COLUMNS
        assert set(where) <= set(at)
        assert len(where) >= 0.7 * len(at)
        assert list(found["category"]) == list(flipped["category"].iloc[where])
        assert list(found["suggested"]) == list(images["category"].iloc[where])
        assert found["self_confidence"].is_monotonic_increasing
        assert (found["confidence"] > found["self_confidence"]).all()

    def test_labels_that_fit_are_not_suspected(self):
        assert suspect_labels(*clusters()).empty

    def test_the_same_again_to_the_last_digit(self):
        features, images = clusters()
        flipped, _ = relabelled(images, 0.05, seed=0)
        pd.testing.assert_frame_equal(suspect_labels(features, flipped), suspect_labels(features, flipped),
                                      check_exact=True)

    def test_an_image_is_not_judged_by_its_duplicate(self):
        # Noise in three classes: an accuracy above one third can only come from the image's duplicate.
        noise = np.random.default_rng(0).normal(0, 1, (200, 100)).repeat(2, axis=0)
        labels = np.random.default_rng(1).integers(0, 3, 200).repeat(2)
        ungrouped = out_of_fold(noise, labels, np.arange(400)).argmax(axis=1) == labels
        grouped = out_of_fold(noise, labels, np.arange(200).repeat(2)).argmax(axis=1) == labels
        assert ungrouped.mean() > 0.5
        assert grouped.mean() < 0.4

    def test_a_class_of_too_few_images_is_not_judged(self):
        features, images = clusters(60)
        rare = images.assign(group=np.where(images["category"] == "12", 2, images["group"]))
        assert "12" not in set(suspect_labels(features, relabelled(rare, 0.1, seed=0)[0])["suggested"])
        assert suspect_labels(features[:6], images.head(6)).empty

    def test_flips_planted_in_demo(self, tmp_path):
        """On all of its images at 112 pixels 87% are found, and 87% of what is suspected was planted."""
        pytest.importorskip("tensorflow")
        from auxiliary.networks.build import build_transfer
        from auxiliary.training.features import FeatureExtractor, cached_features

        arrays = [read_array(package_folder() / f"animal_{name}_version_3.gz") for name in ("data", "label")]
        chosen = np.random.default_rng(0).choice(10_000, 3000, replace=False)
        write_images(*(array[chosen] for array in arrays), CLASSES, tmp_path / "processed")
        clean = clean_table_of(tmp_path / "processed")
        clean = clean.assign(split="train", group=pd.factorize(clean["content_hash"])[0])
        row = TransferExperiment(model_id="lite0", key="lite0", backbone="EfficientNetLite0", image_size=64, head="gap",
                          learning_rate=0.01, epochs=1)
        extractor = FeatureExtractor(build_transfer(row, 10, "imagenet").features)
        features = np.asarray(cached_features(extractor, row, clean, tmp_path / "features"))
        recall, precision = [], []
        for seed in range(3):
            flipped, at = relabelled(clean, 0.05, seed)
            hits = np.isin(positions(suspect_labels(features, flipped), clean), at)
            recall.append(hits.sum() / len(at))
            precision.append(hits.mean())
        assert np.mean(recall) >= 0.7
        assert np.mean(precision) >= 0.6


class TestSuspects:
    @pytest.fixture
    def project(self, tmp_path):
        return divided(tmp_path, clusters()[1])

    @pytest.fixture
    def finish(self, result):
        """Makes a run as training leaves it behind: `finish(project, "good", 0.9, "weights")`."""
        def make(project, key: str, val_accuracy: float, weights: str, features=None) -> None:
            row = project.experiments[key]
            features = clusters()[0] if features is None else features
            for part in chain.from_iterable(map(parts_of, images_of(row, project).values())):
                chosen = features[part.df["content_hash"].map(lambda content: int(content, 16))]
                file = feature_file(project.paths.features, row, weights, *part)
                save_features(file, [chosen], len(part.df), FLOAT32)
            run = Job(row, 0, project).run
            run.begin({"features": weights})
            run.finish(result.model_copy(update={"key": key, "val_accuracy": val_accuracy}))
        return make

    @pytest.mark.parametrize("images", [4096, 16])
    def test_every_part_is_judged_and_said(self, tmp_path, finish, capsys, monkeypatch, images):
        monkeypatch.setattr(feature_files, "PART", images)
        flipped, at = relabelled(clusters()[1], 0.05, seed=0)
        project = divided(tmp_path, flipped)
        finish(project, "good", 0.9, "abc")
        found = suspects(project)
        assert set(positions(found, flipped)) <= set(at)
        assert set(found["split"]) == {"train", "val", "test"}
        assert set(found["suggested"]) <= set(NAMES)
        assert capsys.readouterr().out == (f"{len(found)} of 300 labels are suspect, judged by the features "
                                           "of EfficientNetLite0 (experiment good).\n")

    def test_kept_until_something_changes(self, project, finish, capsys):
        finish(project, "good", 0.9, "abc")
        first = suspects(project)
        for file in project.paths.features.iterdir():
            file.write_bytes(b"this cannot be read")
        pd.testing.assert_frame_equal(suspects(project), first)
        project.paths.table("suspects").unlink()
        capsys.readouterr()
        assert suspects(project).empty
        printed = capsys.readouterr().out
        assert "features" in printed and "cannot be used" in printed and "No label was judged" in printed
        project = divided(project.paths.root, relabelled(clusters()[1], 0.05, seed=0)[0])
        finish(project, "good", 0.9, "abc")
        assert len(first) == 0
        assert len(suspects(project)) > 10

    def test_worked_out_by_one_while_others_wait(self, project, finish, monkeypatch):
        finish(project, "good", 0.9, "abc")
        calls = []
        monkeypatch.setattr(audit, "suspect_labels", lambda *arguments: calls.append(1) or suspect_labels(*arguments))
        with ThreadPoolExecutor(4) as pool:
            tables = list(pool.map(suspects, [project] * 4))
        assert len(calls) == 1
        assert all(table.equals(tables[0]) for table in tables)

    def test_the_best_frozen_row_judges(self, project, finish, capsys):
        finish(project, "better", 0.95, "abc")
        finish(project, "good", 0.9, "abc")
        for key in ("random", "tuned", "after_tuned"):
            finish(project, key, 0.99, "def")
        suspects(project)
        assert "(experiment better)" in capsys.readouterr().out

    def test_rows_that_have_seen_labels_or_nothing_do_not_judge(self, project, finish, capsys):
        for key in ("random", "tuned", "after_tuned"):
            finish(project, key, 0.99, "abc")
        assert list(suspects(project).columns) == audit.AUDITED
        assert capsys.readouterr().out.startswith("No label was judged: ")
        assert not project.paths.table("suspects").exists()

    def test_features_thrown_away_are_not_computed_again(self, project, finish, capsys):
        finish(project, "good", 0.9, "abc")
        next(project.paths.features.iterdir()).unlink()
        assert suspects(project).empty
        assert capsys.readouterr().out.startswith("No label was judged")

    def test_training_images_that_sampling_never_drew_are_not_judged(self, tmp_path, finish, capsys):
        images = clusters()[1].drop(range(0, 90, 3))
        project = divided(tmp_path, images, sampling="smallest")
        finish(project, "good", 0.9, "abc")
        suspects(project)
        fewest = project.train["category"].value_counts().min()
        assert f" of {3 * fewest + len(project.val) + len(project.test)} labels" in capsys.readouterr().out


def divided(root, images: pd.DataFrame, **overrides):
    """The profile opened, with the images divided into 70, 20 and 10%."""
    folder = root / "images"
    folder.mkdir(exist_ok=True)
    project = open_text(PROFILE.format(folder=folder), root, overrides=overrides)
    shuffled = images.assign(split="").sample(frac=1, random_state=0)
    cuts = [int(0.7 * len(images)), int(0.9 * len(images))]
    write_splits(tuple(shuffled.iloc[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)),
                project.profile.split, project.paths)
    return project


@pytest.mark.parametrize(("shared", "others"), [("abba", 3), ("ab", 4)])
def test_a_group_of_several_classes_counts_once(shared, others):
    """Each class has five groups only if those that it shares count for both: too few for five folds."""
    categories = [*shared, *others * "a", *others * "b"]
    groups = [place // 2 for place in range(len(shared))] + list(range(10, 10 + 2 * others))
    files = [f"{place}.png" for place in range(len(groups))]
    images = pd.DataFrame({"filepath": files, "original": files, "category": categories, "group": groups,
                           "split": "train"})
    assert suspect_labels(np.random.default_rng(0).normal(size=(len(images), 8)), images).empty
