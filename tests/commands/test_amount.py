import zipfile
from pathlib import Path

import pytest

from auxiliary.commands.amount import Amount, amount, count_images
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.profile import Split
from auxiliary.core.errors import UserError
from auxiliary.project.open import open_project

SPLIT = Split(fractions=(0.5, 0.25, 0.25))


@pytest.mark.parametrize(("sampling", "training"), [("none", 60), ("smallest", 20), ("mean", 60), ("largest", 100)])
def test_sampling_changes_the_training_images_alone(sampling, training):
    experiment = ScratchExperiment(model_id="m", key="m", learning_rate=0.1, epochs=1, net="gap", sampling=sampling)
    assert amount(experiment, [20, 100], SPLIT) == Amount(training, 30, 30)


@pytest.fixture
def folder(image_folder) -> Path:
    """Two classes, a file outside every class, and one of a system."""
    folder = image_folder({"cat": 3, "dog": 5})
    (folder / "readme.txt").write_text("no image")
    (folder / "dog" / ".DS_Store").write_text("no image")
    return folder


def test_images_of_ones_own_are_counted(folder, tmp_path):
    assert count_images(open_project(str(folder), root=tmp_path)) == [3, 5]


def test_rows_of_a_csv_file_are_counted(folder, tmp_path):
    rows = ["file,label", "cat/0.png,tame", "cat/1.png,tame", "dog/0.png,wild"]
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    assert sorted(count_images(open_project(str(folder / "labels.csv"), root=tmp_path))) == [1, 2]


def test_nothing_is_said_of_rows_and_names_that_notebook_01_will_tell_of(folder, tmp_path, capsys):
    rows = ["file,label", "cat/0.png,tame", "cat/0.png,tame", "cat/0.png,wild", "cow/7.png,tame", "dog/0.png,", ",tame"]
    (folder / "labels.csv").write_text("\n".join(rows), encoding="cp1252")
    assert sorted(count_images(open_project(str(folder / "labels.csv"), root=tmp_path))) == [1, 4]
    bundle = tmp_path / "images.zip"
    with zipfile.ZipFile(bundle, "w") as written:
        written.writestr("raw-img/katze/grxn.png", "")
    # A name in the encoding of MS-DOS, which is not recorded.
    bundle.write_bytes(bundle.read_bytes().replace(b"grxn", b"gr\x81n"))
    count_images(open_project("flowers", overrides={"source": str(bundle)}, root=tmp_path))
    assert capsys.readouterr().out == ""


def test_damaged_rows_are_told_before_anything_is_prepared(folder, tmp_path):
    (folder / "labels.csv").write_text("file,label\ncat/0.png\n", encoding="utf-8")
    with pytest.raises(UserError, match="line 2"):
        count_images(open_project(str(folder / "labels.csv"), root=tmp_path))


def test_so_are_those_of_a_source(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as bundle:
        for number in range(50):
            bundle.writestr(f"raw-img/cat/{number}.png", "")
    sources = {str(source): count_images(open_project("flowers", overrides={"source": str(source)}, root=tmp_path))
               for source in (folder, tmp_path / "images.zip")}
    assert list(sources.values()) == [[1] * 5, [10] * 5]


def test_those_that_are_not_here_yet_were_counted_by_their_publisher(tmp_path):
    assert sum(count_images(open_project("demo", root=tmp_path))) == 10_000


def test_those_that_are_here_count_more_than_a_source(folder, tmp_path):
    project = open_project("flowers", overrides={"source": str(folder)}, root=tmp_path)
    (project.paths.raw / "tulips").mkdir(parents=True)
    (project.paths.raw / "tulips" / "1.jpg").touch()
    assert count_images(project) == [1]
