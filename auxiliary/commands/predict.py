"""`python -m auxiliary predict IMAGE...`: the classes of images, as tables, as JSON, in a CSV file or in folders."""

import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from auxiliary.commands.predict_csv import check_csv_file, find_csv_file, unfinished, write_predictions
from auxiliary.commands.predict_sorted import print_sorted, put_all, without_sorted
from auxiliary.commands.predict_tables import print_tables, title
from auxiliary.core import runtime
from auxiliary.core.console import ENDLESS, PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.core.paths import find_root, processed_folders
from auxiliary.core.text import counted, printable
from auxiliary.deploy.file_predictions import predict_files
from auxiliary.deploy.image_paths import ImagePath, find_image_paths
from auxiliary.deploy.journal import Journal, opened_journal
from auxiliary.deploy.json_answers import answer_json, network_json
from auxiliary.deploy.origin import Origin
from auxiliary.deploy.sorted_folder import SortedFolder, find_sorted_folder, opened_sorted_folder
from auxiliary.runs.named import find_finished_or_best

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor

NOT_KEPT = "with --csv FILE, files that were predicted are not predicted again"
KEPT = "files that were predicted are not predicted again"


def predict_images(images: tuple[str, ...], name: str = "", as_json: bool = False, root: Path | None = None,
                   dataset: str = "", csv_file: Path | None = None, sort_into: Path | None = None,
                   link: bool = False) -> None:
    """Predict the classes of images with a finished run's network, and print or write them.

    Args:
        images: files, folders and patterns, see `find_image_paths`.
        name: the run, see `find_finished`; empty for the data set's run of the best validation accuracy.
        as_json: print one JSON document with the probabilities of all classes instead of tables. Its keys are those of
            `network_json`; `images`, each with file and the keys of `answer_json`; and `errors`, each with file and
            error.
        root: the folder that holds `models/`; the repository by default.
        dataset: the data set that the run is of; empty where there is only one, or the run's name tells it.
        csv_file: a file to write, see `write_predictions`; then no tables are printed. While it is not finished, the
            predictions are in its `unfinished` journal, with which the same call goes on.
        sort_into: a folder that gets a copy of each image, see `SortedFolder`; then no tables are printed.
        link: whether it gets links to the images in place of copies.

    Raises:
        UserError: a name stands for nothing (before TensorFlow is loaded), the run cannot be loaded, what is there
            holds predictions of another run, or some files are not images (after the others are printed).
    """
    table = find_csv_file(csv_file) if csv_file else None
    folder = find_sorted_folder(sort_into) if sort_into else None
    paths = _paths(images, table, folder)
    root = find_root(root)
    run = find_finished_or_best(name, root, dataset)
    runtime.load()
    from auxiliary.deploy.load import load_predictor

    predictor = load_predictor(run, processed_folders(root))
    origin = Origin.of(predictor)
    if table:
        check_csv_file(table, origin)
    with ExitStack() as stack:
        into = stack.enter_context(opened_sorted_folder(folder, origin, link)) if folder else None
        file = unfinished(table) if table else Path(stack.enter_context(tempfile.TemporaryDirectory()), "predictions")
        journal = stack.enter_context(opened_journal(file, origin, paths))
        _print_continued(journal, file)
        _predict_missing(predictor, journal, KEPT if table else NOT_KEPT)
        _write(origin, journal, table, into)
        if as_json:
            _print_json(predictor, journal)
        else:
            _print_text(predictor, journal, table, into)
    _print_remarks(predictor, journal)
    if into:
        print_sorted(into, sys.stderr if as_json else sys.stdout)
    if failed := len(journal.errors):
        raise UserError(f"{failed:,} of {len(paths):,} files {'is not an image' if failed == 1 else 'are not images'}")


def _paths(images: Sequence[str], table: Path | None, folder: Path | None) -> list[ImagePath]:
    """The files to predict: those that the user names, without what this command wrote among them."""
    paths = find_image_paths(images)
    if table:
        own = {absolute(table), absolute(unfinished(table))}
        paths = [path for path in paths if absolute(path.path) not in own]
    return without_sorted(paths, folder) if folder else paths


def _print_continued(journal: Journal, file: Path) -> None:
    """Print what an earlier call left."""
    if journal.known:
        print(printable(f"{file}: {journal.known:,} of {counted(len(journal.paths), 'file')} were predicted before"),
              file=sys.stderr)
    if journal.left_out:
        print(printable(f"{file}: {counted(journal.left_out, 'prediction')} of files that are not there or not named "
                        "any more are left out"), file=sys.stderr)


def _predict_missing(predictor: "Predictor", journal: Journal, again: str) -> None:
    batches = journal.missing()
    files = [[journal.paths[place] for place in batch] for batch in batches]
    for batch, predictions in zip(batches, predict_files(predictor, files, again), strict=True):
        journal.add(batch, predictions)


def _write(origin: Origin, journal: Journal, table: Path | None, into: SortedFolder | None) -> None:
    """Write the table and sort the images, where the user names places for them."""
    if table:
        write_predictions(table, origin, journal)
    if into:
        put_all(into, journal)
    if table:
        # Last: until then the same call goes on with it. It can still be read, because it is open.
        unfinished(table).unlink()


def _print_json(predictor: "Predictor", journal: Journal) -> None:
    """Print one line per image, so that the whole document is never in memory."""
    print(json.dumps(network_json(predictor)).removesuffix("}") + ', "images": [')
    for number, image in enumerate(journal.images(), start=1):
        answer = {"file": image.file, **answer_json(predictor.categories, image.probabilities, image.score)}
        print(json.dumps(answer) + ("," if number < journal.image_count else ""))
    errors = [{"file": file, "error": error} for file, error in journal.errors]
    print(f'], "errors": {json.dumps(errors)}}}')


def _print_text(predictor: "Predictor", journal: Journal, table: Path | None, into: SortedFolder | None) -> None:
    """Print the run, then tables or what was written, then errors."""
    console = PlainConsole(width=None if sys.stdout.isatty() else ENDLESS)
    console.print(title(predictor), soft_wrap=True)
    if table:
        console.print(f"wrote {table} ({counted(journal.image_count, 'image')})", soft_wrap=True)
    if not table and not into:
        print_tables(console, predictor.categories, journal.images())
    for file, error in journal.errors:
        print(printable(f"{file}: {error}"), file=sys.stderr)


def _print_remarks(predictor: "Predictor", journal: Journal) -> None:
    """Print why no image is called unlike those of training, and which deep images could not be scaled."""
    from auxiliary.deploy.preprocess import UNSCALED

    if predictor.why:
        print(printable(predictor.why), file=sys.stderr)
    if journal.unscaled:
        print(f"{UNSCALED}, such as {printable(journal.unscaled)}", file=sys.stderr)
