"""Where exports go, and what they may replace."""

from pathlib import Path

import pytest

from auxiliary.core.errors import UserError
from auxiliary.deploy.export.output_path import find_place, labels_file, writing
from auxiliary.runs.run import Run

RUN = Run(Path("/models/demo/small-0.5-0123456789ab"))


def earlier(place: Path) -> Path:
    labels_file(place).touch()
    return place


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_in_the_runs_own_folder_unless_told_otherwise(suffix):
    assert find_place(RUN, suffix, None) == RUN.folder / "export" / f"small-0.5-0123456789ab{suffix}"


def test_a_relative_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_place(RUN, ".onnx", Path("a/../b.onnx")) == tmp_path / "b.onnx"


def test_the_name_fits_the_format():
    with pytest.raises(UserError, match=r"--out model: the name of a file of this format ends in \.onnx"):
        find_place(RUN, ".onnx", Path("model"))


def test_nothing_but_an_earlier_export_is_replaced(tmp_path):
    file, folder = tmp_path / "model.onnx", tmp_path / "model"
    file.touch()
    folder.mkdir()
    for place, suffix in ((file, ".onnx"), (folder, "")):
        with pytest.raises(UserError, match=r"is no earlier export, or model.*\.labels\.txt would lie beside it"):
            find_place(RUN, suffix, place)
        assert find_place(RUN, suffix, earlier(place)) == place


def test_no_folder_for_a_file_nor_the_other_way_round(tmp_path):
    folder, file = earlier(tmp_path / "model.onnx"), earlier(tmp_path / "model")
    folder.mkdir()
    file.touch()
    with pytest.raises(UserError, match=r"model.onnx is a folder, and a file is to be written: name another place"):
        find_place(RUN, ".onnx", folder)
    with pytest.raises(UserError, match="model is a file, and a folder is to be written: name another place"):
        find_place(RUN, "", file)


def fill(path: Path, suffix: str, content: str) -> None:
    if not suffix:
        path.mkdir()
    (path if suffix else path / "content_hash").write_text(content, encoding="utf-8")


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_whole_or_not_at_all(tmp_path, suffix):
    place = tmp_path / "new" / f"model{suffix}"
    for content in ("first", "second"):
        with writing(place, suffix) as path:
            fill(path, suffix, content)
    with pytest.raises(KeyboardInterrupt), writing(place, suffix) as path:
        fill(path, suffix, "third")
        raise KeyboardInterrupt
    assert [entry.name for entry in place.parent.iterdir()] == [place.name]
    assert (place if suffix else place / "content_hash").read_text(encoding="utf-8") == "second"


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_what_cannot_be_written_is_said(tmp_path, suffix):
    place = tmp_path / f"model{suffix}"
    with pytest.raises(UserError, match="cannot be written \\(No space left on device\\): make room"), \
            writing(place, suffix):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())
