"""Other commands that run beside the one that is killed, in the same root: images of another size, and exports."""

import hashlib
import importlib.util
import random
import shutil
import signal
from pathlib import Path
from typing import NamedTuple

from kill_checks import require, runs_in
from kill_leftovers import TemporaryChecker
from kill_process import KillableProcess

from auxiliary.core import runtime
from auxiliary.deploy.export.formats import FORMATS
from auxiliary.deploy.export.output_path import labels_file
from auxiliary.deploy.export.runtimes import OPENERS

SIZE = 48              # pixels; the profile has others
LIMIT = 600            # seconds; a command that takes more hangs
STATUS = {"undisturbed": 0, "SIGTERM": 128 + signal.SIGTERM, "SIGKILL": -signal.SIGKILL}


class Other(NamedTuple):
    """Another command.

    Attributes:
        name: what it does.
        process: its process.
        latest: a kill comes after so many seconds at most; it takes about as long.
        export: the export that it writes, if it does.
        form: the export's format.
    """

    name: str
    process: KillableProcess
    latest: float
    export: Path | None = None
    form: str = ""


class Others:
    """Starts other commands in a root, one at a time, and kills some of them.

    Args:
        profile: the profile.
        root: the root.
        chance: what decides.

    Attributes:
        resized: whether one of them made images of another size.
    """

    def __init__(self, profile: Path, root: Path, chance: random.Random) -> None:
        self._profile, self._root, self._chance = profile, root, chance
        self._temporary = TemporaryChecker(root.with_name(f"{root.name}-o"))
        self._exports: dict[Path, str] = {}    # the digest of each export that is there
        self._count = 0
        self.resized = False

    def begin(self) -> Other | None:
        """Start one of them, or none."""
        finished = [run for run in runs_in(self._root) if run.finished]
        kind = self._chance.choice(["none", *["export"] * bool(finished),
                                    *["resize"] * _has_folders_of_sizes(self._root)])
        if kind == "export":
            installed = [name for name, form in FORMATS.items() if all(map(importlib.util.find_spec, form.packages))]
            run, form = self._chance.choice(finished), self._chance.choice(installed)
            path = run.folder / "export" / (run.id + FORMATS[form].suffix)
            return Other(f"export to {form}", self._start("export", run.folder, "--to", form), 30, path, form)
        if kind == "resize":
            self.resized = True
            # From nothing, or there would be little left to kill.
            for folder in self._root.glob(f"data/*/processed/{SIZE}"):
                shutil.rmtree(folder)
            return Other(f"images of {SIZE} pixels", self._start(
                "run", self._profile, "--only", "01", "-p", "image_size", SIZE, "--root", self._root), 7)
        return None

    def finish(self, other: Other) -> None:
        """Wait for the end of one of them, or kill it at a random moment; then check what it left."""
        way = self._chance.choice(list(STATUS))
        try:
            if way != "undisturbed" and not other.process.wait(self._chance.uniform(0, other.latest)):
                if way == "SIGTERM":
                    other.process.ask_to_end(signal.SIGTERM)
                else:
                    other.process.kill_everything()
            require(other.process.wait(LIMIT), f"{other.name} hangs, see {other.process.log}")
        finally:
            other.process.kill_everything()
        status = other.process.returncode
        print(f"    beside it: {other.name}, {way}, status {status}", flush=True)
        # It may have ended before the signal.
        require(status in (0, STATUS[way]) and "Traceback" not in other.process.output,
                f"{other.name} failed with {status}:\n{other.process.output}")
        self._temporary.check(other.process, killed=status == -signal.SIGKILL)
        if other.export:
            self._check_export(other.export, other.form, finished=status == 0)

    def _start(self, *words: object) -> KillableProcess:
        self._count += 1
        log = self._root.with_name(f"{self._root.name}-o{self._count}.log")
        return KillableProcess(["-m", "auxiliary", *words], log, self._temporary.folder)

    def _check_export(self, path: Path, form: str, finished: bool) -> None:
        """Check that the earlier export or the new one is there, whole; there may be none if none was finished."""
        if finished:
            hidden = [entry.name for entry in path.parent.glob(".*")]
            require(path.exists() and not hidden, f"{path} is missing, or {hidden} were left beside it")
        if not path.exists():
            require(path not in self._exports, f"{path} is lost")
            return
        digest = _digest(path)
        if digest != self._exports.get(path):
            # Without the messages that TensorFlow prints otherwise.
            runtime.load()
            _, labels, _ = OPENERS[form](str(path))
            require(labels == labels_file(path).read_text(encoding="utf-8").splitlines(), f"{path} has other classes")
        self._exports[path] = digest


def _has_folders_of_sizes(root: Path) -> bool:
    """Whether the processed images of each size have a folder of their own."""
    return any(path.name.isdigit() for path in root.glob("data/*/processed/*"))


def _digest(path: Path) -> str:
    """A digest of a file, or of all files in a folder."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(str(file).encode() + file.read_bytes() for file in files)).hexdigest()
