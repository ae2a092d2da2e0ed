"""The paths of exports, what they may replace, and what killed ones leave."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.deploy.export.how_to_run import how_to_run
from auxiliary.deploy.export.marks import MARKDOWN, mark, marked_text, write_listing
from auxiliary.deploy.export.output_path import (
    card_file,
    find_output_path,
    labels_file,
    program_file,
    replacing_export,
)
from auxiliary.runs.run import Run

RUN = Run(Path("/models/demo/small-0.5-0123456789ab"))
LABELS = "cat\ndog\n"
PROGRAM = how_to_run("onnx", "model.onnx")
CARD = marked_text("# model.onnx\n", MARKDOWN)


def write(path: Path, content: str = "content", labels: str = LABELS) -> None:
    """What an export writes; a folder where the name has no suffix."""
    if path.suffix:
        path.write_text(content + mark(labels), encoding="utf-8")
        return
    (path / "variables").mkdir(parents=True)
    (path / "variables" / "data").write_text(content, encoding="utf-8")
    write_listing(path, labels)


def export(path: Path, content: str = "content", labels: str = LABELS) -> None:
    with replacing_export(find_output_path(RUN, path.suffix, path), labels, PROGRAM) as temporary:
        write(temporary, content, labels)
        card_file(temporary).write_text(CARD)


def content(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder; None for folders and links."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() and not path.is_symlink() else None
            for path in folder.rglob("*")}


@pytest.fixture(params=["model.onnx", "model"])
def path(request, tmp_path) -> Path:
    return tmp_path / "out" / request.param


@pytest.mark.parametrize("suffix", [".onnx", ""])
def test_the_default_is_below_the_run_folder(suffix):
    assert find_output_path(RUN, suffix, None) == RUN.folder / "export" / f"small-0.5-0123456789ab{suffix}"


def test_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_output_path(RUN, ".onnx", Path("a/../b.onnx")) == tmp_path / "b.onnx"


def test_the_name_must_fit_the_format():
    with pytest.raises(UserError, match=r"--out model: the name of a file in this format must end in \.onnx"):
        find_output_path(RUN, ".onnx", Path("model"))


def test_a_file_does_not_replace_a_folder_nor_the_other_way_round(tmp_path):
    (tmp_path / "model.onnx").mkdir()
    (tmp_path / "model").touch()
    with pytest.raises(UserError, match=r"model.onnx is a folder, and this format writes a file: choose another path"):
        find_output_path(RUN, ".onnx", tmp_path / "model.onnx")
    with pytest.raises(UserError, match="model is a file, and this format writes a folder: choose another path"):
        find_output_path(RUN, "", tmp_path / "model")


def test_an_earlier_export_is_replaced_with_the_files_beside_it(path):
    export(path, "first")
    export(path, "second", "cow\n")
    assert b"second" in b"".join(filter(None, content(path.parent).values()))
    assert labels_file(path).read_text(encoding="utf-8") == "cow\n"
    assert program_file(path).read_text(encoding="utf-8") == PROGRAM
    assert set(path.parent.iterdir()) == {path, labels_file(path), program_file(path), card_file(path)}


def own_file(path: Path) -> None:
    path.write_text("mine")


def own_folder(path: Path) -> None:
    path.mkdir()
    (path / "thesis.txt").write_text("mine")


def with_own_file(path: Path) -> None:
    export(path)
    (path / "thesis.txt").write_text("mine")


def with_own_folder(path: Path) -> None:
    export(path)
    (path / "empty" / "thesis").mkdir(parents=True)
    (path / "empty" / "thesis.txt").symlink_to("nowhere")


def changed(path: Path) -> None:
    export(path)
    (path / "variables" / "data").write_text("trained further")


def unlisted(path: Path) -> None:
    path.mkdir()
    (path / "export.json").write_text("[" * 9999)


def link(path: Path) -> None:
    export(path.with_stem("other"))
    path.symlink_to(path.with_stem("other"))


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_stem("other"))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def own_labels(path: Path) -> None:
    labels_file(path).write_text("mine")


def changed_labels(path: Path) -> None:
    export(path)
    labels_file(path).write_text("mine")


def linked_labels(path: Path) -> None:
    path.with_name("mine.txt").write_text(LABELS)
    labels_file(path).symlink_to(path.with_name("mine.txt"))


def own_program(path: Path) -> None:
    program_file(path).write_text("print('mine')")


def changed_program(path: Path) -> None:
    export(path)
    program_file(path).write_text(PROGRAM.replace("[:3]", "[:5]"))


def own_card(path: Path) -> None:
    card_file(path).write_text("# mine")


def changed_card(path: Path) -> None:
    export(path)
    card_file(path).write_text(CARD.replace("# model", "# My model"))


@pytest.mark.parametrize(("name", "make"), [
    *(("model.onnx", make) for make in (own_file, link, link_to_nothing, pipe, own_labels, changed_labels,
                                        linked_labels, own_program, changed_program, own_card, changed_card)),
    *(("model", make) for make in (own_folder, Path.mkdir, with_own_file, with_own_folder, changed, unlisted, link,
                                   link_to_nothing, own_labels, changed_labels, own_program, changed_program,
                                   own_card, changed_card))])
def test_anything_else_is_refused_and_stays(tmp_path, name, make: Callable[[Path], None]):
    path = tmp_path / name
    make(path)
    before = content(tmp_path)
    with pytest.raises(UserError, match="earlier export, or was changed since: choose another path with --out"):
        export(path, "new", "cow\n")
    assert content(tmp_path) == before


def test_what_appears_while_an_export_is_written_stays_too(path):
    with pytest.raises(UserError, match="is not an earlier export"), \
            replacing_export(path, LABELS, PROGRAM) as temporary:
        write(temporary)
        (own_file if path.suffix else own_folder)(path)
    assert b"mine" in content(path.parent).values() and len(list(path.parent.iterdir())) == 1


def test_an_interrupted_export_leaves_the_earlier_one(path):
    export(path, "first")
    before = content(path.parent)
    with pytest.raises(KeyboardInterrupt), replacing_export(path, LABELS, PROGRAM) as temporary:
        write(temporary, "second")
        raise KeyboardInterrupt
    assert content(path.parent) == before


def test_a_folder_that_cannot_be_moved_leaves_the_earlier_one(tmp_path, monkeypatch):
    export(tmp_path / "model", "first")
    before, rename = content(tmp_path), Path.rename

    def fail(self, target):
        if target == tmp_path / "model" and self.parent.name != "old":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(UserError, match="No space left"):
        export(tmp_path / "model", "second")
    assert content(tmp_path) == before


def test_an_export_that_cannot_be_written(path):
    with pytest.raises(UserError, match="cannot be written \\(No space left on device\\): free space"), \
            replacing_export(path, LABELS, PROGRAM):
        raise OSError(28, "No space left on device")
    assert not list(path.parent.iterdir())


def test_a_name_that_no_file_can_have(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        export(tmp_path / (300 * "x" + ".onnx"))


# `at` is where the process waits to be killed: while it writes, or between the two steps of replacing a folder.
SCRIPT = """
import sys, time
from pathlib import Path
from auxiliary.deploy.export import output_path

path, at = Path(sys.argv[1]), sys.argv[2]

def wait(*_):
    print("ready", flush=True)
    time.sleep(600)

rename = Path.rename
def moved(self, target):
    renamed = rename(self, target)
    if self == path:
        wait()
    return renamed

if at == "moving":
    Path.rename = moved
with output_path.replacing_export(path, "cat\\ndog\\n", "") as temporary:
    temporary.mkdir()
    (temporary / "half").touch()
    output_path.card_file(temporary).touch()
    if at == "writing":
        wait()
"""


@pytest.mark.parametrize("at", ["writing", "moving"])
def test_what_a_killed_export_left_is_removed_and_what_it_moved_is_put_back(tmp_path, at):
    path = tmp_path / "model"
    export(path, "first")
    before = content(path)
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, path, at], stdout=subprocess.PIPE, cwd=REPOSITORY)
    with process:
        assert process.stdout.readline() == b"ready\n"
        running = next(tmp_path.glob(".auxiliary-*"))
        with replacing_export(tmp_path / "other.onnx", LABELS, PROGRAM) as temporary:
            write(temporary)
            card_file(temporary).write_text(CARD)
        assert running.is_dir(), "the folder of a running export stays"
        process.send_signal(signal.SIGKILL)
    with pytest.raises(KeyboardInterrupt), replacing_export(tmp_path / "other.onnx", LABELS, PROGRAM):
        assert not running.exists()
        raise KeyboardInterrupt
    assert content(path) == before
