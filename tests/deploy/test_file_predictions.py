"""Predictions for files: their order, the images in memory, and the memory of a whole table."""

import tracemalloc
from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from auxiliary.commands import predict
from auxiliary.core.parallel import Processes
from auxiliary.deploy import load
from auxiliary.deploy.file_predictions import predict_files
from auxiliary.deploy.image_paths import ImagePath
from auxiliary.deploy.predictor import Answers
from auxiliary.runs.run import Run

SIZE = 8


class Grey:
    """A stand-in for a network: the probabilities are those of the image's grey value, and `shapes` its batches."""

    def __init__(self, classes: int = 2, run: Run | None = None) -> None:
        self.result = SimpleNamespace(image_size=SIZE, run_id="grey-1", dataset="greys", val_accuracy=0.5)
        self.categories, self.run = [f"class {number}" for number in range(classes)], run
        self.span, self.scale, self.why, self.temperature, self.shapes = None, None, "", 1.0, []

    def batch_answers(self, batches: Iterable[np.ndarray]) -> Iterator[Answers]:
        for images in batches:
            self.shapes.append(images.shape)
            grey = images[:, 0, 0, 1] / 255
            yield Answers(np.linspace(grey, 1 - grey, len(self.categories), axis=1), None)


@pytest.fixture
def greys(tmp_path) -> list[ImagePath]:
    """Ten files: an image of each grey value from 0 to 9, of which 3, 4 and 5 are not images."""
    for number in range(10):
        pixels = np.full((SIZE, SIZE, 3), number, "uint8")
        pixels[-1] = 255    # of one flat colour it would be none
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    for number in (3, 4):
        (tmp_path / f"{number}.png").write_text("no image")
    paths = [ImagePath(str(tmp_path / f"{number}.png")) for number in range(10)]
    return [*paths[:5], ImagePath(paths[5].file, "forbidden"), *paths[6:]]


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(("batches", "shapes"), [
    ([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]], [3, 3, 1]), ([[3], [4, 5], [0, 1]], [2]), ([[3, 0, 4], [5]], [1]),
    ([[4, 3]], []), ([], [])])
def test_each_batch_of_files_has_its_predictions_in_order(greys, processes, batches, shapes):
    predictor = Grey()
    found = list(predict_files(predictor, [[greys[place] for place in batch] for batch in batches], "",
                               Processes(processes)))
    assert predictor.shapes == [(count, SIZE, SIZE, 3) for count in shapes]
    assert [[each.file for each in batch] for batch in found] == [[greys[each].name for each in batch]
                                                                  for batch in batches]
    for batch, predictions in zip(batches, found, strict=True):
        for place, prediction in zip(batch, predictions, strict=True):
            error = {3: "not an image", 4: "not an image", 5: "forbidden"}.get(place, "")
            assert prediction.error == error
            assert list(prediction.probabilities) == ([] if error else pytest.approx([place / 255, 1 - place / 255]))


def test_few_batches_are_in_memory_at_a_time(greys):
    read = []

    class Watched(Processes):
        def map(self, work, batches):
            for batch in batches:
                read.append(batch)
                yield work(batch)

    found = predict_files(Grey(), [[greys[0]]] * 50, "", Watched(1))
    for number in range(1, 50):
        next(found)
        assert len(read) <= number + 1


def test_memory_does_not_grow_with_the_number_of_predictions(tmp_path, monkeypatch, trained_root):
    """Of 500 classes an image's probabilities take 4,000 bytes as an array, and 16,000 as a list."""
    listed, opened = [], predict.opened_journal

    def journal(*arguments: object) -> object:
        # What is counted begins once the files are listed.
        tracemalloc.reset_peak()
        listed.append(tracemalloc.get_traced_memory()[0])
        return opened(*arguments)

    monkeypatch.setattr(predict, "opened_journal", journal)
    monkeypatch.setattr(predict.runtime, "load", lambda: None)
    monkeypatch.setattr(load, "load_predictor", lambda run, _: Grey(500, run))
    pixels = np.full((SIZE, SIZE, 3), 9, "uint8")
    pixels[-1] = 255
    Image.fromarray(pixels).save(tmp_path / "image.png")

    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:04}.png").hardlink_to(tmp_path / "image.png")
        predict.predict_images((str(folder),), "small", root=trained_root.root, csv_file=tmp_path / f"{count}.csv")
        return tracemalloc.get_traced_memory()[1] - listed.pop()

    tracemalloc.start()
    try:
        few, many = peak(320), peak(1600)
    finally:
        tracemalloc.stop()
    assert len((tmp_path / "1600.csv").read_text().splitlines()) == 1601
    assert (many - few) / 1280 < 400
