"""The program beside an export, without its runtime."""

import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from auxiliary.deploy.export.how_to_run import how_to_run


@pytest.fixture
def stopped(tmp_path, monkeypatch) -> Callable[..., str]:
    """Runs the program beside an export that is never read; returns what it ends with."""
    program = tmp_path / "model.onnx.py"
    program.write_text(how_to_run("onnx", "model.onnx"), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "onnxruntime", ModuleType("onnxruntime"))

    def run(*words: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", [str(program), *map(str, words)])
        with pytest.raises(SystemExit) as exit_:
            runpy.run_path(str(program))
        return exit_.value.code

    return run


@pytest.mark.parametrize("words", [[], ["a.png", "b.png"]])
def test_without_one_image_it_says_how_it_is_used(stopped, words):
    assert stopped(*words) == "usage: python model.onnx.py IMAGE"


def test_a_file_that_cannot_be_read_is_named(stopped, tmp_path):
    assert stopped("absent.png") == "absent.png: No such file or directory"
    text = tmp_path / "text.png"
    text.write_text("no image")
    assert stopped(text) == f"{text}: no image that Pillow can read"
