"""All paths of a data set, in one frozen record built from a root."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from auxiliary.core.errors import UserError

REPOSITORY = Path(__file__).resolve().parents[2]
FEATURES, ACTIVATIONS = CACHED = "features", "activations"    # folders of what training caches, one per split each
FIXED = "-fixed-"               # in the name of a folder of tables, before the fingerprint of its label fixes


def with_home(path: str | Path) -> Path:
    """A path whose `~` or `~name` at the beginning is replaced by that user's home folder.

    Raises:
        UserError: there is no such user, or the home folder is not known.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UserError(f"{str(path)!r} cannot be found, because no home folder of {Path(path).parts[0]!r} is known: "
                        "give the whole path, or write ./ before a name that begins with ~") from error


def find_root(given: str | Path | None) -> Path:
    """The root as an absolute path; the repository unless given."""
    return with_home(given).resolve() if given else REPOSITORY


def processed_folders(root: Path) -> list[Path]:
    """The folders of processed images of all data sets below a root; no other image is shown to anyone."""
    return sorted((root / "data").glob("*/processed"))


@dataclass(frozen=True)
class Paths:
    """The paths of one data set below a root.

    Attributes:
        root: the folder that holds `data/`, `models/`, `assets/` and `results.csv`.
        dataset: the data set's name, used as a folder name.
        own: the user's own folder of images, read in place; None for a data set under `data/`.
        labels: the CSV file in that folder that names the images and their classes; None where folders tell them, or
            where such files are searched for.
        image_size: side of the processed images in pixels.
        split: name of the rule that splits them.
        fixes: fingerprint of the label fixes that are applied; "" where there are none.
    """

    root: Path
    dataset: str
    own: Path | None = None
    image_size: int = 224
    split: str = "group"
    labels: Path | None = None
    fixes: str = ""

    @property
    def data(self) -> Path:
        """The data set's folder: all that is made from the original images, and copies of the newest tables."""
        return self.root / "data" / self.dataset

    @property
    def raw(self) -> Path:
        """The original images, one folder per class; never written after they are fetched."""
        return self.own or self.data / "raw-img"

    @property
    def given(self) -> Path | None:
        """What the user named as the data set: a CSV file or a folder; None for a data set under `data/`."""
        return self.labels or self.own

    @property
    def processed(self) -> Path:
        """All that is made from the images at this size. Runs at two sizes never meet in one folder."""
        return self.data / "processed" / str(self.image_size)

    @property
    def images(self) -> Path:
        """The processed images of this size."""
        return self.processed / "images"

    @property
    def tables(self) -> Path:
        """The tables of these images under this split, with these label fixes."""
        return self.processed / (f"{self.split}{FIXED}{self.fixes}" if self.fixes else self.split)

    @property
    def features(self) -> Path:
        """Cached outputs of frozen backbones for these images under this split, whatever label fixes there are."""
        return self.processed / FEATURES / self.split

    @property
    def activations(self) -> Path:
        """The same of the frozen layers of tuned backbones; of use only while an experiment is trained."""
        return self.processed / ACTIVATIONS / self.split

    @property
    def models(self) -> Path:
        """One folder per training run."""
        return self.root / "models" / self.dataset

    @property
    def assets(self) -> Path:
        """Figures, executed notebooks and reports."""
        return self.root / "assets" / self.dataset

    @property
    def results(self) -> Path:
        """The table of all finished runs, of all data sets."""
        return self.root / "results.csv"

    def command(self, *words: str) -> str:
        """A command on this root that can be pasted into a shell, such as `python -m auxiliary report demo`."""
        return self._command(str(self.root), words)

    def command_for_others(self, *words: str) -> str:
        """The same with `DIR` in place of this root, for pages that are sent to others."""
        return self._command("DIR", words)

    def _command(self, root: str, words: tuple[str, ...]) -> str:
        elsewhere = [] if self.root == REPOSITORY else ["--root", root]
        return shlex.join(["python", "-m", "auxiliary", *words, *elsewhere])

    def table(self, name: str) -> Path:
        """One of the tables: `overview`, `clean`, `train`, `val`, `test`, `suspects`, `applied-fixes`, `held-out`,
        `map` or `robustness`.
        """
        return self.tables / f"{name}.csv"
