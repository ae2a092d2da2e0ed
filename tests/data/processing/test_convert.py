import os

import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.data.processing import convert as module
from auxiliary.data.processing.convert import INTERRUPTED, Conversion, convert
from auxiliary.data.processing.owner import ThisProcess
from auxiliary.data.reading.inspect_files import content_hash


@pytest.fixture
def conversion(tmp_path):
    Image.linear_gradient("L").save(tmp_path / "a.png")
    return Conversion(str(tmp_path / "a.png"), content_hash((tmp_path / "a.png").read_bytes()), "a.png.jpg")


def test_a_worker_writes_nothing_once_its_owner_is_gone(conversion, tmp_path):
    others = os.getpid(), os.getppid()
    nobody = next(number for number in range(1, 9) if number not in others)
    assert convert([conversion], tmp_path, 32, 90, owner=ThisProcess(nobody)) == [INTERRUPTED]
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_nor_when_its_owner_goes_while_it_decodes(conversion, tmp_path, monkeypatch):
    encoded = module._encoded

    def killing(*args, **named):
        monkeypatch.setattr(os, "getppid", lambda: 1)
        return encoded(*args, **named)

    monkeypatch.setattr(module, "_encoded", killing)
    assert convert([conversion], tmp_path, 32, 90, owner=ThisProcess(os.getppid())) == [INTERRUPTED]
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_a_raw_file_that_was_changed_after_it_was_listed_is_named(conversion, tmp_path):
    Image.radial_gradient("L").save(tmp_path / "a.png")
    with pytest.raises(UserError, match=r"a\.png was changed after it had been listed.+--only 01"):
        convert([conversion], tmp_path, 32, 90, owner=ThisProcess(os.getpid()))
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
