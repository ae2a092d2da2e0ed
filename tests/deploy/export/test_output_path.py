"""The paths of exports, and what they may replace."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from auxiliary.core.errors import UserError
from auxiliary.deploy.export.output_path import find_output_path, labels_file, replacing_export
from auxiliary.runs.run import Run

# The process is killed while it writes an export.
KILLED = """
import os, signal, sys
from pathlib import Path
from auxiliary.deploy.export.output_path import replacing_export
with replacing_export(Path(sys.argv[1]), sys.argv[2]) as path:
    path.touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""
RUN = Run(Path("/models/demo/small-0.5-0123456789ab"))


def earlier_export(path: Path) -> Path:
    labels_file(path).touch()
    return path


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_the_default_is_below_the_run_folder(suffix):
    assert find_output_path(RUN, suffix, None) == RUN.folder / "export" / f"small-0.5-0123456789ab{suffix}"


def test_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_output_path(RUN, ".onnx", Path("a/../b.onnx")) == tmp_path / "b.onnx"


def test_the_name_must_fit_the_format():
    with pytest.raises(UserError, match=r"--out model: the name of a file in this format must end in \.onnx"):
        find_output_path(RUN, ".onnx", Path("model"))


def test_nothing_but_an_earlier_export_is_replaced(tmp_path):
    file, folder = tmp_path / "model.onnx", tmp_path / "model"
    file.touch()
    folder.mkdir()
    for path, suffix in ((file, ".onnx"), (folder, "")):
        with pytest.raises(UserError, match=r"exists and is not an earlier export \(model.*\.labels\.txt is missing\)"):
            find_output_path(RUN, suffix, path)
        assert find_output_path(RUN, suffix, earlier_export(path)) == path


def test_a_file_does_not_replace_a_folder_nor_the_other_way_round(tmp_path):
    folder, file = earlier_export(tmp_path / "model.onnx"), earlier_export(tmp_path / "model")
    folder.mkdir()
    file.touch()
    with pytest.raises(UserError, match=r"model.onnx is a folder, and this format writes a file: choose another path"):
        find_output_path(RUN, ".onnx", folder)
    with pytest.raises(UserError, match="model is a file, and this format writes a folder: choose another path"):
        find_output_path(RUN, "", file)


def fill(path: Path, suffix: str, content: str) -> None:
    if not suffix:
        path.mkdir()
    (path if suffix else path / "file").write_text(content, encoding="utf-8")


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_an_export_is_written_completely_or_not_at_all(tmp_path, suffix):
    target = tmp_path / "new" / f"model{suffix}"
    for content in ("first", "second"):
        with replacing_export(target, suffix) as path:
            fill(path, suffix, content)
    with pytest.raises(KeyboardInterrupt), replacing_export(target, suffix) as path:
        fill(path, suffix, "third")
        raise KeyboardInterrupt
    assert [entry.name for entry in target.parent.iterdir()] == [target.name]
    assert (target if suffix else target / "file").read_text(encoding="utf-8") == "second"


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_an_export_that_cannot_be_written(tmp_path, suffix):
    target = tmp_path / f"model{suffix}"
    with pytest.raises(UserError, match="cannot be written \\(No space left on device\\): free space"), \
            replacing_export(target, suffix):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_the_next_export_removes_what_a_killed_one_left(tmp_path, suffix):
    target = tmp_path / f"model{suffix}"
    killed = subprocess.run([sys.executable, "-c", KILLED, target, suffix], check=False)
    assert killed.returncode == -signal.SIGKILL and len(list(tmp_path.iterdir())) == 1
    with replacing_export(target, suffix) as path:
        fill(path, suffix, "whole")
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_a_killed_export_was_replacing_comes_back(tmp_path):
    old = tmp_path / f".auxiliary-{'0' * 16}" / "old" / "model"
    old.mkdir(parents=True)
    (old / "file").write_text("earlier", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), replacing_export(tmp_path / "other", ""):
        raise KeyboardInterrupt
    assert (tmp_path / "model" / "file").read_text(encoding="utf-8") == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
