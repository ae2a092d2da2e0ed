"""Exports a finished run for other programs: `python -m auxiliary export RUN --to FORMAT`."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.paths import find_root
from auxiliary.core.text import format_bytes
from auxiliary.deploy.export.formats import find_format
from auxiliary.deploy.export.output_path import find_place, labels_file, writing
from auxiliary.runs.find import find_finished

if TYPE_CHECKING:
    from auxiliary.deploy.export.check import Answers, Sample
    from auxiliary.deploy.predictor import Trained
    from auxiliary.runs.result import Result


def export_run(name: str, form: str, out: Path | None = None, root: Path | None = None) -> None:
    """Write a run's network for other programs, check it in the format's own runtime, and print how that went.

    What is written takes RGB images, uint8, and gives calibrated probabilities, in float32 whatever the run was
    trained in. It is not kept where it says something else than the run's network does.

    Args:
        name: the run, see `find_finished`.
        form: a name of `FORMATS`.
        out: the file or folder to write; in the run's own folder unless given.
        root: the folder that holds `models/`; the repository unless given.

    Raises:
        UserError: when the run cannot be exported, or what was written does not say the same.
    """
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    record = find_format(form)
    run = find_finished(name, find_root(root))
    place = find_place(run, record.suffix, out)
    console.print(f"exporting {run.id} to {form} and asking that about images: large networks take minutes")
    runtime.load()
    import keras

    from auxiliary.deploy.predictor import load_trained

    # Graphics cards round float32 in ways of their own.
    with keras.device("cpu"):
        trained = load_trained(run)
        with writing(place, record.suffix) as path:
            findings = _write_and_check(trained, form, path)
            # First, because what lies there without it is taken for something else, and not replaced another time.
            write_atomically(labels_file(place), "\n".join(trained.categories) + "\n")
    console.print(f"wrote {place} ({format_bytes(_bytes(place))})")
    console.print(f"class names: {record.labels}, and beside it in {labels_file(place).name}")
    console.print("\n".join([*_contract(trained), *findings]))


def _write_and_check(trained: "Trained", form: str, path: Path) -> list[str]:
    """Write a network, ask it about images, and say in sentences what came of that."""
    from auxiliary.deploy.export.check import ask, draw_sample
    from auxiliary.deploy.export.model import exported_model, plain_network
    from auxiliary.deploy.export.write import WRITERS
    from auxiliary.deploy.predictor import BATCH
    from auxiliary.evaluation.calibration import tempered

    plain = plain_network(trained.model)
    WRITERS[form](exported_model(plain, trained.temperature, trained.categories), path)
    sample = draw_sample(trained.run, plain.input_shape[1])
    answers = ask(form, path, sample.pixels)
    if answers.labels != trained.categories:
        raise UserError(f"{answers.runtime} reads other class names than {', '.join(trained.categories)}, so what was "
                        "written is not kept: rename the classes, without line breaks, and train anew")
    own = tempered(plain.predict(sample.pixels, BATCH, verbose=0), trained.temperature)
    if apart := answers.apart(own):
        raise UserError(f"{answers.runtime} names another class than the run's network for {apart} of {len(own)} "
                        "images, so what was written is not kept: try another format, and report this")
    return _findings(trained.result, sample, answers, abs(answers.said - own).max())


def _contract(trained: "Trained") -> list[str]:
    """What goes in and comes out."""
    side, views = trained.result.image_size, trained.result.tta
    looks = f", by one look at an image, where the run's test took {views} views of it" if views else ""
    return [f"in: `images`, RGB, uint8, (N, H, W, 3) of any size, stretched inside to {side} x {side}",
            f"out: `probabilities`, float32, (N, {len(trained.categories)}), calibrated (temperature "
            f"{trained.temperature:.3f}){looks}"]


def _findings(result: "Result", sample: "Sample", answers: "Answers", difference: float) -> list[str]:
    count, side = len(sample.pixels), result.image_size
    kind = "random images, since the run's test images are gone" if sample.predicted is None else "test images"
    found = [f"check: {answers.runtime} names the classes that the run's network names in float32, of all {count} "
             f"{kind}; probabilities differ by {difference:.1g} at most"]
    if sample.predicted is not None:
        found.append(f"{answers.agreeing(sample.predicted)} of {count} are those of predictions-test.csv, which the "
                     f"network named in {result.precision}")
    return [*found, f"speed: {answers.milliseconds:.3g} ms an image of {side} x {side}, one at a time, median of "
                    f"{count}, on {runtime.cpu_name()}"]


def _bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
