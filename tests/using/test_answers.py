from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from auxiliary.using import answers
from auxiliary.using.answers import ask_about
from auxiliary.using.inputs import Found


def test_only_a_few_pictures_are_in_memory_at_a_time(monkeypatch):
    monkeypatch.setattr(answers, "BATCH", 4)
    monkeypatch.setattr(answers, "file_pixels", lambda path, size: np.full((size, size, 3), int(path.name), "uint8"))
    asked = []

    def each_batch(batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for pictures in batches:
            asked.append(pictures.shape)
            yield pictures.mean(axis=(1, 2))[:, :2] / [1, 2]

    network = SimpleNamespace(result=SimpleNamespace(image_size=8), categories=["a", "b"], each_batch=each_batch)
    said = ask_about(network, [Found(Path(str(number)), "gone" if number == 3 else "") for number in range(10)])
    assert asked == [(4, 8, 8, 3), (4, 8, 8, 3), (1, 8, 8, 3)]
    assert said.problems == {"3": "gone"}
    assert said.probabilities[:, 0].tolist() == [int(name) for name in said.files] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
