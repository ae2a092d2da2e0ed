"""Each publisher's images arrive as files in folders, or a sentence tells what to do instead."""

import gzip
import io
import os
import pickle
import socket
import sys
import tarfile
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.data.providers import animals10, cifar10, demo, flowers
from auxiliary.data.providers import base as record
from auxiliary.data.providers.base import write_images


def unreachable(*_: object) -> None:
    raise ConnectionError("no network")


def test_images_survive_being_written(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    write_images(pixels, np.array([1, 0, 1]), ["cat", "dog"], tmp_path)
    assert sorted(path.name for path in (tmp_path / "dog").iterdir()) == ["00000.png", "00002.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "cat" / "00001.png")), pixels[1])


def test_demo_is_written_from_the_installed_package(tmp_path):
    demo.fill(tmp_path / "demo")
    written = sorted((tmp_path / "demo").rglob("*.png"))
    assert Counter(path.parent.name for path in written) == dict.fromkeys(demo.CLASSES, 1000)
    with Image.open(written[-1]) as image:
        assert (image.size, image.mode) == ((28, 28), "L")
    pixels = demo.read_array(demo.package_folder() / "animal_data_version_3.gz")
    np.testing.assert_array_equal(np.asarray(Image.open(written[-1])), pixels[-1])
    assert len(pixels) - len(np.unique(pixels.reshape(len(pixels), -1), axis=0)) == 284


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "PACKAGE", "no_such_package")
    with pytest.raises(UserError, match=r"pip install animal-mnist"):
        demo.fill(tmp_path / "demo")


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_a_pickle_that_wants_more_than_an_array_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.gz").write_bytes(gzip.compress(pickle.dumps(Evil())))
    with pytest.raises(UserError, match=r"asks for .*mkdir"):
        demo.read_array(tmp_path / "evil.gz")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("array", [np.arange(6, dtype=np.uint8).reshape(2, 3), np.array([1, 2])])
def test_an_array_is_read_back(tmp_path, array):
    (tmp_path / "array.gz").write_bytes(gzip.compress(pickle.dumps(array, protocol=4)))
    np.testing.assert_array_equal(demo.read_array(tmp_path / "array.gz"), array)


def test_animals10_takes_what_kagglehub_downloaded(tmp_path, monkeypatch):
    (tmp_path / "cache" / "raw-img" / "cane").mkdir(parents=True)
    (tmp_path / "cache" / "raw-img" / "cane" / "a.jpg").touch()
    kagglehub = SimpleNamespace(dataset_download=lambda _: str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "kagglehub", kagglehub)
    animals10.fill(tmp_path / "out")
    assert (tmp_path / "out" / "raw-img" / "cane" / "a.jpg").exists()
    assert (tmp_path / "cache" / "raw-img" / "cane" / "a.jpg").exists()


@pytest.fixture
def use_as_keras(monkeypatch):
    """Puts an object in the place of Keras, which is then neither loaded nor set up."""
    def use(keras: SimpleNamespace) -> None:
        monkeypatch.setattr(runtime, "load", lambda: None)
        monkeypatch.setitem(sys.modules, "keras", keras)

    return use


def test_cifar10_keeps_the_publishers_test_set(tmp_path, use_as_keras):
    pixels = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(10)[:, np.newaxis]       # Keras gives a column
    data = SimpleNamespace(load_data=lambda: ((pixels, labels), (pixels[:5], labels[:5])))
    use_as_keras(SimpleNamespace(datasets=SimpleNamespace(cifar10=data)))
    cifar10.fill(tmp_path)
    assert len(list(tmp_path.glob("train/*/*.png"))) == 10
    assert len(list(tmp_path.glob("test/*/*.png"))) == 5
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "train/truck/00009.png")), pixels[9])


def test_flowers_are_downloaded_and_unpacked(tmp_path, monkeypatch):
    with tarfile.open(tmp_path / "published.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("flower_photos/daisy/a.jpg")
        member.size = 3
        tar.addfile(member, io.BytesIO(b"abc"))
    monkeypatch.setattr(flowers, "URL", (tmp_path / "published.tgz").as_uri())
    flowers.fill(tmp_path / "out")
    assert (tmp_path / "out" / "flower_photos" / "daisy" / "a.jpg").read_bytes() == b"abc"


def test_without_a_server_the_error_tells_what_to_download_and_where_to_put_it(tmp_path, monkeypatch, use_as_keras):
    use_as_keras(SimpleNamespace(datasets=SimpleNamespace(cifar10=SimpleNamespace(load_data=unreachable))))
    monkeypatch.setitem(sys.modules, "kagglehub", SimpleNamespace(dataset_download=unreachable))
    monkeypatch.setattr(flowers, "download", unreachable)
    for provider in (animals10, cifar10, flowers):
        with pytest.raises(UserError) as caught:
            provider.fill(tmp_path / "out")
        assert str(caught.value).endswith(f"(ConnectionError: no network): {provider.ADVICE}")
        assert isinstance(caught.value.__cause__, ConnectionError)


def test_a_silent_server_is_given_up_on():
    before = socket.getdefaulttimeout()
    with (socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(UserError, match="ask a friend"),
          record.reaching("a server", "ask a friend", timeout=0.1),
          socket.create_connection(server.getsockname()) as client):
        client.recv(1)
    assert socket.getdefaulttimeout() == before
