"""The CSV file of `predict`, and how an interrupted call goes on."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from auxiliary.commands import predict
from auxiliary.core.parallel import Processes
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.file_predictions import FilePrediction, predict_files


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_a_csv_file_has_a_row_per_file(run_predict, mixed_files, tmp_path):
    file = tmp_path / "new" / "out.csv"
    found = run_predict(*mixed_files, csv_file=file)
    notes, image, cut = rows(file)
    assert list(image) == ["file", "class", "probability", "p:blue", "p:green", "p:red", "error", "unlike", "score",
                           "run_id", "temperature"]
    assert [(row["file"], row["class"], row["p:red"], row["error"]) for row in (notes, cut)] == [
        ("notes.txt", "", "", "not an image"), ("cut.png", "", "", "truncated")]
    assert found.out.splitlines()[1:] == [f"wrote {file} (1 image)"] and "cut.png: truncated" in found.err
    assert found.error == "2 of 3 files are not images" and [each.name for each in file.parent.iterdir()] == ["out.csv"]
    both = run_predict("a.png", csv_file=file, as_json=True)
    expected, = json.loads(both.out)["images"]
    image, = rows(file)
    assert (image["file"], image["class"], image["error"]) == (expected["file"], expected["class"], "")
    assert float(image["probability"]) == expected["probabilities"][expected["class"]]
    assert {name: float(image[f"p:{name}"]) for name in ("blue", "green", "red")} == expected["probabilities"]
    head = json.loads(both.out)
    assert image["run_id"].startswith(f"{head['run']}-") and float(image["temperature"]) == head["temperature"]


def test_a_csv_file_among_the_images_is_none_of_them(run_predict, trained_root, tmp_path):
    folder = tmp_path / "images"
    (folder / "red").mkdir(parents=True)
    (folder / "red" / "0.png").write_bytes((trained_root.images / "red" / "0.png").read_bytes())
    for _ in range(2):
        assert run_predict(folder, csv_file=folder / "out.csv").error == ""
        assert len(rows(folder / "out.csv")) == 1


def test_a_file_name_is_no_formula_and_names_the_same_file(run_predict, trained_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("=1+1.png", "@SUM(A1).png", "a, b.png"):
        Path(name).write_bytes((trained_root.images / "red" / "0.png").read_bytes())
    run_predict("*.png", csv_file=Path("out.csv"))
    files = [row["file"] for row in rows(Path("out.csv"))]
    assert files == ["./=1+1.png", "./@SUM(A1).png", "a, b.png"] and all(Path(file).is_file() for file in files)


@pytest.mark.parametrize(("name", "content", "message"), [
    ("image.png", None, "does not end in .csv"), ("image.png", b"image", "does not end in .csv"),
    ("labels.csv", b"file,class\na.png,cat\n", "was not written by predict"), ("empty.csv", b"", "was not written by")])
def test_a_csv_file_replaces_no_other_file(run_predict, mixed_files, tmp_path, monkeypatch, name, content, message):
    monkeypatch.setattr(predict.runtime, "load", lambda: pytest.fail("TensorFlow was loaded"))
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    assert message in run_predict("a.png", csv_file=file).error
    assert (file.read_bytes() if file.exists() else None) == content


def predict_here(*arguments: object) -> Iterator[list[FilePrediction]]:
    """As `predict_files`, without other processes, which take a second to start."""
    return predict_files(*arguments, pool=Processes(1))


@pytest.fixture
def many(tmp_path, trained_root, monkeypatch) -> list[str]:
    """The names of 100 files in the working directory; every tenth is not an image."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(predict, "predict_files", predict_here)
    images = sorted(trained_root.images.rglob("*.png"))
    for number in range(100):
        data = images[number % len(images)].read_bytes()
        Path(f"{number:03}.png").write_bytes(b"no image" if number % 10 == 9 else data)
    return sorted(path.name for path in tmp_path.iterdir())


@pytest.fixture
def predicted(monkeypatch) -> list[str]:
    """The names of all files that are predicted from now on."""
    names = []

    def counted(predictor: object, batches: Sequence, again: str) -> Iterator[list[FilePrediction]]:
        for batch in predict_here(predictor, batches, again):
            names.extend(each.file for each in batch)
            yield batch

    monkeypatch.setattr(predict, "predict_files", counted)
    return names


@pytest.fixture
def interrupt(run_predict, monkeypatch):
    """Predicts files into `out.csv`, and is interrupted after some batches: `interrupt(names, batches=2)`."""
    def begin(names: Sequence[str], batches: int, **options: object) -> None:
        def ending(*arguments: object) -> Iterator[list[FilePrediction]]:
            for number, batch in enumerate(predict_here(*arguments)):
                if number == batches:
                    raise KeyboardInterrupt
                yield batch

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(predict, "predict_files", ending)
            run_predict(*names, csv_file=Path("out.csv"), **options)
        assert not Path("out.csv").exists() and Path("out.csv.part").exists()

    return begin


def test_an_interrupted_table_goes_on_and_is_the_same(run_predict, many, interrupt, predicted):
    run_predict(*many, run="views", csv_file=Path("whole.csv"))
    interrupt(many, 2, run="views")
    predicted.clear()
    found = run_predict(*many, run="views", csv_file=Path("out.csv"))
    errors = [name for name in many[:2 * BATCH] if name.endswith("9.png")]
    assert predicted == errors + many[2 * BATCH:]
    assert "out.csv.part: 58 of 100 files were predicted before" in found.err
    assert found.out.splitlines()[1:] == ["wrote out.csv (90 images)"] and found.error.startswith("10 of 100 files")
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()
    assert not Path("out.csv.part").exists()


@pytest.mark.parametrize("damage", [b"[[\"064.png\", [1", b"\0\0\0\0", b"[1, 2]\n", b""])
def test_a_journal_that_was_cut_off_goes_on_before_the_damage(run_predict, many, interrupt, damage):
    run_predict(*many, run="small", csv_file=Path("whole.csv"))
    interrupt(many, 2, run="small")
    with Path("out.csv.part").open("ab") as file:
        file.write(damage)
    run_predict(*many, run="small", csv_file=Path("out.csv"))
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()


def test_files_that_were_added_removed_or_changed_meanwhile(run_predict, many, interrupt, predicted, trained_root):
    interrupt(many, 3, run="small")
    Path("000-new.png").write_bytes(Path("001.png").read_bytes())
    Path("002.png").unlink()
    Path("003.png").write_bytes((trained_root.images / "green" / "9.png").read_bytes())
    Path("009.png").write_bytes(Path("001.png").read_bytes())
    names = sorted(path.name for path in Path().glob("*.png"))
    predicted.clear()
    found = run_predict(*names, run="small", csv_file=Path("out.csv"))
    assert {"000-new.png", "003.png", "009.png"} <= set(predicted) and "001.png" not in predicted
    assert "out.csv.part: 1 prediction of files that are not there" in found.err
    table = rows(Path("out.csv"))
    assert [row["file"] for row in table] == names
    alone = json.loads(run_predict(*names, run="small", as_json=True).out)
    expected = {image["file"]: image["class"] for image in alone["images"]}
    assert {row["file"]: row["class"] for row in table if not row["error"]} == expected


def test_a_table_of_another_run_is_refused(run_predict, mixed_files):
    run_predict("a.png", run="small", csv_file=Path("out.csv"))
    before = Path("out.csv").read_bytes()
    error = run_predict("a.png", run="frozen", csv_file=Path("out.csv")).error
    assert error.startswith("out.csv holds predictions of small-h") and ", and these are of frozen-h" in error
    assert Path("out.csv").read_bytes() == before and not Path("out.csv.part").exists()


@pytest.mark.parametrize(("column", "value", "message"), [
    ("temperature", "9.5", "at the temperature 9.5, and these are of small-h"),
    ("p:red", "p:pink", "with the classes blue, green, pink, and these are"),
    ("run_id", "run", "does not tell which run"), ("temperature", "much", "does not tell which run")])
def test_a_table_of_another_temperature_or_other_classes_is_refused(run_predict, mixed_files, column, value, message):
    run_predict("a.png", run="small", csv_file=Path("out.csv"))
    with Path("out.csv").open(newline="") as file:
        header, row = csv.reader(file)
    place = header.index(column)
    if value in ("9.5", "much"):
        row[place] = value
    else:
        header[place] = value
    Path("out.csv").write_text("\n".join(map(",".join, (header, row))))
    assert message in run_predict("a.png", run="small", csv_file=Path("out.csv")).error


def test_what_an_interrupted_call_of_another_run_left_is_refused(run_predict, many, interrupt):
    interrupt(many, 1, run="small")
    before = Path("out.csv.part").read_bytes()
    error = run_predict(*many, run="frozen", csv_file=Path("out.csv")).error
    assert error.startswith("out.csv.part holds predictions of small-h")
    assert Path("out.csv.part").read_bytes() == before


def test_what_an_interrupted_call_of_other_files_left_is_refused(run_predict, many, interrupt):
    interrupt(many[:40], 1, run="small")
    before = Path("out.csv.part").read_bytes()
    assert "the predictions of 32 other files" in run_predict(*many[50:], run="small", csv_file=Path("out.csv")).error
    assert Path("out.csv.part").read_bytes() == before


def test_a_foreign_file_of_the_name_of_the_journal_stays(run_predict, mixed_files):
    Path("out.csv.part").write_text("half a download")
    assert "out.csv.part was not written by predict" in run_predict("a.png", csv_file=Path("out.csv")).error
    assert Path("out.csv.part").read_text() == "half a download"


def test_two_calls_at_once_do_not_write_one_table(run_predict, many, interrupt, monkeypatch):
    second = []

    def beside(*arguments: object) -> Iterator[list[FilePrediction]]:
        second.append(run_predict(*many, run="small", csv_file=Path("out.csv")).error)
        yield from predict_here(*arguments)

    monkeypatch.setattr(predict, "predict_files", beside)
    run_predict(*many, run="small", csv_file=Path("out.csv"))
    assert second == ["another process is writing out.csv.part: wait until it has ended"]
    assert len(rows(Path("out.csv"))) == 100
