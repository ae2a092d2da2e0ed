"""What every export writes: the model, and beside it class names, a program and a model card."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from auxiliary.core.console import PlainConsole
from auxiliary.core.text import format_bytes
from auxiliary.deploy.export.formats import Format
from auxiliary.deploy.export.how_to_run import how_to_run
from auxiliary.deploy.export.marks import labels_text
from auxiliary.deploy.export.output_path import card_file, labels_file, program_file, replacing_export

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor


def write_export(console: PlainConsole, predictor: "Predictor", kind: str, record: Format, path: Path,
                 write: Callable[[Path], list[str]]) -> None:
    """Write an export, and print where it is and what its check says.

    Args:
        console: where to print it.
        predictor: the network of the run.
        kind: a name of `FORMATS`, or `int8`.
        record: the format.
        path: the file or folder to write or to replace.
        write: writes the model to a temporary path, checks it, and returns sentences about both.
    """
    # Imported late: mistakes are reported faster without it.
    from auxiliary.deploy.export.model_card import model_card

    with replacing_export(path, labels_text(predictor.categories), how_to_run(kind, path.name)) as temporary:
        outcome = write(temporary)
        card = model_card(predictor.run, kind, path.name, program_file(path).name, outcome)
        card_file(temporary).write_text(card, encoding="utf-8")
    console.print(f"wrote {path} ({format_bytes(_size(path))})")
    console.print(f"class names: {record.labels}; also in {labels_file(path).name} beside it")
    console.print(f"to run it without this project: python {program_file(path).name} IMAGE, also beside it")
    console.print(f"model card: {card_file(path).name}, also beside it")
    console.print("\n".join(outcome))


def _size(path: Path) -> int:
    """Bytes of a file or folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
