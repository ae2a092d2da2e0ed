"""Images are prepared by any pool, with the same files."""

import pickle
from functools import partial

import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.worker import WorkerKilled
from auxiliary.data.processing.manifest import read_manifest
from auxiliary.project.open import open_project
from auxiliary.project.prepare import prepare


class Backwards:
    """A pool that processes batches here, the last one first, as if each were sent away and its results sent back.

    With `killed_after` its processes are killed after so many batches of processed images.
    """

    size, outlives = 35, True

    def __init__(self, killed_after: int | None = None) -> None:
        self._killed_after, self.calls = killed_after, []

    def map(self, work, batches):
        self.calls.append([len(batch) for batch in batches])
        sent = [pickle.dumps((work, batch)) for batch in batches]
        back = {number: self.answer(sent[number]) for number in reversed(range(len(sent)))}
        for number in range(len(sent)):
            if number == self._killed_after and isinstance(work, partial):
                raise WorkerKilled
            yield pickle.loads(back[number])

    @staticmethod
    def answer(sent: bytes) -> bytes:
        work, batch = pickle.loads(sent)
        return pickle.dumps(work(batch))


@pytest.fixture(scope="module")
def opened(image_folder, tmp_path_factory):
    """Opens 40 images, among them a broken one, in a root of a name: `opened("one")`."""
    folder, root = image_folder({"cat": 20, "dog": 19}, size=80, suffix="jpg"), tmp_path_factory.mktemp("root")
    (folder / "cat" / "broken.jpg").write_bytes(b"not an image")
    (root / "pets.yaml").write_text(f"dataset: {folder}\nname: pets\nimage_size: 32\n", encoding="utf-8")
    return lambda name: open_project(str(root / "pets.yaml"), root=root / name)


def files(project) -> dict[str, bytes]:
    """All that was written, by path."""
    data = project.paths.data
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def test_another_pool_gives_the_same_files(opened):
    here, there, pool = opened("here"), opened("there"), Backwards()
    prepare(here)
    prepare(there, pool)
    # Those of the catalogue, and the images to make.
    assert pool.calls == [[40], [35, 4]]
    assert files(there) == files(here)
    prepare(there, again := Backwards())
    assert again.calls == [[40], [39], []]
    assert files(there) == files(here)


def test_what_a_killed_pool_finished_is_not_made_again(opened):
    project = opened("killed")
    with pytest.raises(UserError, match=r"^preprocess: a worker process was killed"):
        prepare(project, Backwards(killed_after=1))
    assert len(read_manifest(project.paths.images)[1]) == 35
    prepare(project, again := Backwards())
    assert again.calls == [[40], [35], [4]]
