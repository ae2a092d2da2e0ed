"""`python -m auxiliary export RUN --to FORMAT`: exports a finished run's network, and prints how its check went."""

from pathlib import Path
from typing import TYPE_CHECKING

from auxiliary.commands.export_files import write_export
from auxiliary.core import runtime
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.paths import find_root, processed_folders
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.export.formats import find_format
from auxiliary.deploy.export.output_path import find_output_path
from auxiliary.runs.labels import averaged_views
from auxiliary.runs.named import find_exportable

if TYPE_CHECKING:
    from auxiliary.deploy.export.check import CheckImages, ExportPredictions
    from auxiliary.deploy.predictor import Predictor
    from auxiliary.runs.result import Result


def export_run(name: str, form: str, out: Path | None = None, root: Path | None = None, dataset: str = "") -> None:
    """Export a run's network, check the export in the format's own runtime, and print the outcome.

    The export takes uint8 RGB images and gives calibrated probabilities, in float32 whatever precision the run was
    trained in. It is discarded where its predictions differ from those of the run's network.

    Args:
        name: the run, see `find_exportable`.
        form: a name of `FORMATS`.
        out: the file or folder to write; by default below the run's folder.
        root: the folder that holds `models/`; the repository by default.
        dataset: the data set that the run is of; empty for any.

    Raises:
        UserError: the run cannot be exported, or the predictions of the export differ.
    """
    console = PlainConsole(soft_wrap=True)
    record = find_format(form)
    root = find_root(root)
    run = find_exportable(name, root, dataset)
    path = find_output_path(run, record.suffix, out)
    console.print(f"exporting {run.id} of {run.result.dataset} to {form} and checking the export: large networks take "
                  "minutes")
    runtime.load()
    import keras

    from auxiliary.deploy.load import load_predictor

    folders = processed_folders(root)
    # On the CPU, because GPUs round float32 differently.
    with keras.device("cpu"):
        predictor = load_predictor(run, folders)
        write_export(console, predictor, form, record, path,
                     lambda temporary: _write_and_check(predictor, form, temporary, folders))


def _write_and_check(predictor: "Predictor", form: str, path: Path, folders: list[Path]) -> list[str]:
    """Write the export, check it, and describe both in sentences."""
    from auxiliary.deploy.export.check import check_images, predict_with_export
    from auxiliary.deploy.export.model import build_export_model, has_foreign_layers, plain_network
    from auxiliary.deploy.export.originals_check import compare_originals
    from auxiliary.deploy.export.score_check import check_score
    from auxiliary.deploy.export.single_view import calibration_of_export
    from auxiliary.deploy.export.write import WRITERS
    from auxiliary.evaluation.calibration import tempered

    network = plain_network(predictor.model)
    if form == "keras" and has_foreign_layers(network):
        raise UserError(f"a `.keras` file of {predictor.run.id} could be read only where KerasHub is installed: export "
                        "it to savedmodel, onnx or litert")
    calibration = calibration_of_export(predictor, network, folders)
    detector = predictor.networks[0].detector
    WRITERS[form](build_export_model(network, calibration.temperature, predictor.categories, detector), path)
    images = check_images(predictor.run, network.input_shape[1], folders)
    exported = predict_with_export(form, path, images.pixels)
    if exported.labels != predictor.categories:
        raise UserError(f"the export was discarded: {exported.runtime} reads other class names than "
                        f"{', '.join(predictor.categories)}; rename the classes, without line breaks, and train again")
    reference = tempered(network.predict(images.pixels, BATCH, verbose=0), calibration.temperature)
    if unknown := exported.count_unknown(reference):
        raise UserError(f"the export was discarded: the probabilities of {unknown:,} of {len(reference):,} images are "
                        "no numbers; train the run again with a lower learning_rate")
    if differing := exported.count_differing(reference):
        raise UserError(f"the export was discarded: {exported.runtime} predicts another class than the run's network "
                        f"for {differing:,} of {len(reference):,} images; choose another format, and report this")
    score = check_score(network, detector, images.pixels, exported)
    originals = compare_originals(predictor, network, calibration.temperature, form, path, images.files, folders)
    difference = abs(exported.probabilities - reference).max()
    side = predictor.result.image_size
    return [f"input: `images`, RGB, uint8, (N, H, W, 3) of any size, resized inside to {side} x {side}",
            f"output: `probabilities`, float32, (N, {len(predictor.categories)}), {calibration.text}",
            score or predictor.why, *_describe_check(predictor.result, images, exported, difference), originals]


def _describe_check(result: "Result", images: "CheckImages", exported: "ExportPredictions",
                    difference: float) -> list[str]:
    count, side = len(images.pixels), result.image_size
    kind = "random images (the run's test images are missing)" if images.predicted is None else "test images"
    sentences = [f"check: {exported.runtime} predicts the classes of the run's network in float32 for all {count:,} "
                 f"{kind}; probabilities differ by at most {difference:.1g}"]
    if images.predicted is not None:
        how = ", ".join(filter(None, [f"predicted in {result.precision}", averaged_views(result.tta)]))
        sentences.append(f"{exported.count_equal(images.predicted):,} of {count:,} classes are those of "
                         f"predictions-test.csv, {how}")
    return [*sentences, f"speed: {exported.milliseconds:.3g} ms per image of {side} x {side}, one at a time, median "
                        f"of {count:,}, on {runtime.cpu_name()}"]
