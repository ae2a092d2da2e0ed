"""`python -m auxiliary export RUN --to litert --int8`: a run's network in whole numbers of 8 bits, and its cost."""

from pathlib import Path
from typing import TYPE_CHECKING

from auxiliary.commands.export_files import write_export
from auxiliary.core import runtime
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.paths import find_root, processed_folders
from auxiliary.core.text import format_bytes
from auxiliary.deploy.export.formats import INT8_SUFFIX, find_format
from auxiliary.deploy.export.output_path import find_output_path
from auxiliary.runs.labels import averaged_views
from auxiliary.runs.named import find_exportable

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor


def export_int8(name: str, form: str, out: Path | None = None, root: Path | None = None, dataset: str = "") -> None:
    """Export a run's network in int8, compare it with float32, and print accuracy, size and speed of both.

    The ranges of its steps are measured on training images of the run. The file takes images of the network's size as
    bytes of pixels, and gives calibrated probabilities as bytes.

    Args:
        name: the run, see `find_exportable`.
        form: a name of `FORMATS`; only `litert` can be.
        out: the file to write; by default below the run's folder.
        root: the folder that holds `models/` and `data/`; the repository by default.
        dataset: the data set that the run is of; empty for any.

    Raises:
        UserError: for another format, without the run's training images, or where the network cannot be in int8.
    """
    if form != "litert":
        raise UserError(f"--int8 is for --to litert: leave it out, or leave {form}")
    console, record, root = PlainConsole(soft_wrap=True), find_format(form), find_root(root)
    run = find_exportable(name, root, dataset)
    path = find_output_path(run, INT8_SUFFIX, out)
    console.print(f"exporting {run.id} of {run.result.dataset} to {form} in int8 and comparing it with float32: this "
                  "takes minutes")
    runtime.load()
    import keras

    from auxiliary.deploy.load import load_predictor

    with keras.device("cpu"):
        predictor = load_predictor(run)
        write_export(console, predictor, "int8", record, path,
                     lambda temporary: _write_and_compare(predictor, temporary, processed_folders(root)))


def _write_and_compare(predictor: "Predictor", path: Path, folders: list[Path]) -> list[str]:
    """Write the export and a file in float32 beside it; describe it, and what both say of the run's test images."""
    from auxiliary.deploy.export.check import check_images
    from auxiliary.deploy.export.int8 import float32_file, int8_file
    from auxiliary.deploy.export.int8_check import describe_loss, most_images, predict_both
    from auxiliary.deploy.export.model import calibrated, plain_network
    from auxiliary.deploy.export.representative import representative_images
    from auxiliary.deploy.export.single_view import calibration_of_export
    from auxiliary.deploy.export.write import add_labels

    plain = plain_network(predictor.model)
    size = plain.input_shape[1]
    shown = representative_images(predictor.run, size, folders)
    calibration = calibration_of_export(predictor, plain, folders)
    network = calibrated(plain, calibration.temperature)
    path.write_bytes(int8_file(network, shown))
    add_labels(predictor.categories, path)
    float32 = path.with_name("float32.tflite")
    float32.write_bytes(float32_file(network))
    images = check_images(predictor.run, size, folders, most_images(size))
    found = predict_both(float32, path, images.pixels)
    before, after = found.milliseconds
    return [f"input: `images`, RGB, uint8, (1, {size}, {size}, 3): one image, resized before",
            f"output: `probabilities`, uint8, (1, {len(predictor.categories)}): 256 would be a probability of 1; "
            f"{calibration.text}",
            "no `score`: 8 bits are too coarse for its distances; the other formats have it",
            f"ranges: measured on {len(shown):,} training images of the run, evenly of all classes",
            *describe_loss(images, found, predictor.categories, averaged_views(predictor.result.tta)),
            f"size: {format_bytes(path.stat().st_size)}, and {format_bytes(float32.stat().st_size)} in float32",
            f"speed: {after:.3g} ms per image, and {before:.3g} in float32, by {found.runtime}, one at a time in turn, "
            f"medians of {len(images.pixels):,}, on {runtime.cpu_name()}"]
