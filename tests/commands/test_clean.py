import io
from pathlib import Path

import pytest
from filelock import FileLock

from auxiliary.commands.clean import clean
from auxiliary.core.errors import UserError
from auxiliary.project.open import open_project
from auxiliary.runs.run import Run
from tests.prepare import prepare


@pytest.fixture
def opened(tmp_path, image_folder):
    """Opens and prepares a data set `pets` in `root`: `opened(70, random_state=6)`."""
    folder = image_folder({"cat": 12, "dog": 12}, size=80)
    (tmp_path / "pets.yaml").write_text(f"dataset: {folder}\nname: pets\nsplit: {{by: seed}}\n", encoding="utf-8")

    def make(size, **split):
        overrides = {"image_size": size} | {f"split.{name}": value for name, value in split.items()}
        return prepare(open_project(str(tmp_path / "pets.yaml"), overrides=overrides, root=tmp_path / "root")).paths

    return make


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_only_the_newest_tables_stay_and_what_is_freed_is_printed(opened, capsys):
    old = opened(70), opened(80, random_state=6)
    taken = sum(path.stat().st_size for path in files(old[0].processed) | files(old[1].tables))
    newest = opened(80)
    kept = files(newest.images) | files(newest.tables) | {newest.data / "train.csv", newest.data / "split.json"}
    capsys.readouterr()
    clean("pets", newest.root, yes=True)
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1].endswith("freed") and 0.8 * taken < 1e6 * float(printed[-1].split()[0]) < 1.2 * taken + 1e5
    assert [line.split()[0] for line in printed[:-1]] == [str(old[0].processed), str(old[1].tables)]
    assert not old[0].processed.exists()
    assert not old[1].tables.exists()
    assert kept <= files(newest.data)
    clean("pets", newest.root, yes=True)
    assert capsys.readouterr().out.startswith("nothing to remove")


def test_what_was_measured_on_earlier_images_goes_and_what_was_on_the_newest_stays(opened):
    paths = {"size": opened(70), "split": opened(80, random_state=6), "newest": opened(80)}
    measured = {age: {each.tables / f"{name}{suffix}" for name in ("suspects", "map", "held-out", "robustness")
                      for suffix in (".csv", ".json")} for age, each in paths.items()}
    for file in set().union(*measured.values()):
        file.write_text("measured", encoding="utf-8")
    clean("pets", paths["newest"].root, yes=True)
    assert files(paths["newest"].data) >= measured["newest"]
    assert not files(paths["newest"].data) & (measured["size"] | measured["split"])


def test_what_training_cached_of_tuned_backbones_goes_and_features_stay(opened, capsys):
    newest = opened(80)
    cached(newest.features, newest.activations)
    before = files(newest.data)
    clean("pets", newest.root, yes=True)
    assert str(newest.activations.parent) in capsys.readouterr().out
    assert before - files(newest.data) == {newest.activations / "a.features"}
    assert not newest.activations.parent.exists()


def cached(*folders: Path) -> None:
    """Lets each folder have a file of features."""
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "a.features").write_bytes(bytes(1000))


def test_features_of_other_splits_and_sizes_and_of_earlier_versions_go(opened, capsys):
    paths = {"size": opened(70), "split": opened(80, random_state=6), "newest": opened(80)}
    cached(*(each.features for each in paths.values()), *(each.activations for each in paths.values()))
    # Earlier versions cached beside the tables.
    cached(*(each.tables / name for each in paths.values() for name in ("features", "activations")))
    newest = paths["newest"]
    clean("pets", newest.root, yes=True)
    assert [*newest.data.rglob("*.features")] == [newest.features / "a.features"]
    assert (newest.tables / "train.csv").is_file() and not paths["size"].processed.exists()
    capsys.readouterr()
    clean("pets", newest.root, yes=True)
    assert capsys.readouterr().out.startswith("nothing to remove")


def test_without_a_yes_nothing_is_removed(opened, monkeypatch):
    old = opened(70)
    newest = opened(80)
    before = files(newest.data)
    monkeypatch.setattr("click.confirm", lambda _: False)
    clean(None, newest.root)
    assert files(newest.data) == before
    monkeypatch.undo()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UserError, match="nobody answered: with --yes"):
        clean(None, newest.root)
    assert files(newest.data) == before
    monkeypatch.setattr("click.confirm", lambda _: True)
    clean(None, newest.root)
    assert not old.processed.exists()


def test_what_the_project_did_not_make_stays(opened):
    old = opened(70)
    newest = opened(80)
    mine = [old.processed / "notes.txt", newest.data / "processed" / "holiday" / "a.jpg", newest.data / "mine.csv"]
    for file in mine:
        file.parent.mkdir(exist_ok=True)
        file.write_text("mine")
    clean("pets", newest.root, yes=True)
    assert all(file.exists() for file in mine)
    assert files(old.processed) == {mine[0]}


@pytest.mark.parametrize("working", ["a run", "notebook 01"])
def test_nothing_is_removed_under_a_process_at_work(opened, working):
    old, newest = opened(70), opened(80)
    before = files(newest.data)
    run = Run(newest.models / "small-h0123456789ab")
    newest.models.mkdir(parents=True)
    lock = run.folder.with_name(f".{run.id}.lock") if working == "a run" else old.processed / "images.lock"
    with FileLock(lock), pytest.raises(UserError, match="another process is at work on pets"):
        clean("pets", newest.root, yes=True)
    assert files(newest.data) == before


def test_a_data_set_that_is_not_there_or_has_no_tables(opened, tmp_path, capsys):
    paths = opened(70)
    with pytest.raises(UserError, match="did you mean 'pets'"):
        clean("pet", paths.root, yes=True)
    (paths.data / "split.json").unlink()
    clean(None, paths.root, yes=True)
    assert "pets stays as it is" in capsys.readouterr().out
    assert paths.images.exists()
