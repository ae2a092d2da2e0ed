"""What a model card says of a run's test: accuracy with its interval, calibration, each class, and limits."""

from dataclasses import dataclass

import pandas as pd

from auxiliary.evaluation.calibration import at_temperature, expected_calibration_error, fit_temperature
from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.evaluation.metrics import per_class
from auxiliary.reporting.tables import Table
from auxiliary.runs.labels import averaged_views
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run


@dataclass(frozen=True)
class Measured:
    """Figures of a run's test images.

    Attributes:
        classes: one row per class: `precision`, `recall`, the ends of its 95% interval, `f1`, `images`.
        temperature: that of the calibration, fitted on validation images.
        calibrated_error: the expected calibration error at this temperature, 0 to 1.
        limits: sentences on what the figures do not say.
    """

    classes: pd.DataFrame
    temperature: float
    calibrated_error: float
    limits: list[str]


def measured(run: Run) -> Measured:
    """The figures of a finished run that are not in its result, from its predictions."""
    predictions, temperature = run.predictions, fit_temperature(run.val_predictions)
    classes = per_class(predictions)
    ends = [wilson_interval(round(recall * images), int(images)) if images else (float("nan"), float("nan"))
            for recall, images in zip(classes["recall"], classes["images"], strict=True)]
    classes = pd.DataFrame({
        "precision": classes["precision"], "recall": classes["recall"].where(classes["images"] > 0),
        "recall from": [low for low, _ in ends], "recall to": [high for _, high in ends],
        "f1": classes["f1"], "images": classes["images"]}, index=classes.index)
    error = expected_calibration_error(at_temperature(predictions, temperature))
    return Measured(classes, temperature, error, _limits(classes, run.result, temperature))


def evaluation(found: Measured, result: Result) -> str:
    """The section on evaluation."""
    rows = [("accuracy", f"{result.accuracy:.3f}", f"{result.accuracy_low:.3f} to {result.accuracy_high:.3f}",
             result.test_images), _apart(result)]
    rows += [("macro F1", f"{result.macro_f1:.3f}", "", result.test_images),
             ("expected calibration error, network as trained", f"{result.ece:.3f}", "", result.test_images),
             (f"expected calibration error, calibrated (temperature {found.temperature:.3f})",
              f"{found.calibrated_error:.3f}", "", result.test_images)]
    table = pd.DataFrame([row for row in rows if row], columns=["metric", "value", "95% interval", "test images"])
    views = averaged_views(result.tta)
    seen = f" The run's test uses the {views}; the export sees the image alone." if views else ""
    return "\n\n".join([
        f"On the test images, evaluated once, after training.{seen}",
        Table.from_frame(table).to_markdown(),
        "Intervals are Wilson's: they cover the choice of the test images, not the spread between trainings. Other "
        "figures have none. A calibration error is the mean distance between confidence and accuracy, in 15 bins.",
        "Each class, with the 95% interval of its recall:", Table.from_frame(found.classes).to_markdown()])


def _apart(result: Result) -> tuple[str, str, str, int] | None:
    """The accuracy without near-duplicates; None where there are no others."""
    left = result.test_images - result.test_duplicates
    if not result.test_duplicates or not left:
        return None
    low, high = wilson_interval(round(result.accuracy_without_duplicates * left), left)
    return ("accuracy without near-duplicates of training images", f"{result.accuracy_without_duplicates:.3f}",
            f"{low:.3f} to {high:.3f}", left)


def _limits(classes: pd.DataFrame, result: Result, temperature: float) -> list[str]:
    calibrated = "Probabilities are calibrated on validation images. They hold for images like those."
    # What `fit_temperature` gives where nothing can be fitted.
    if temperature == 1:
        calibrated = ("All validation images are predicted correctly, so probabilities could not be calibrated on "
                      "them: they may be too high.")
    weakest = classes["recall"].idxmin()
    row = classes.loc[weakest]
    sentences = [
        f"It knows these {len(classes):,} classes alone. An image of anything else is given one of them, perhaps with "
        "a high probability. A second output `score`, where [Technical Specifications](#technical-specifications) name "
        "one, tells of some of these images, and not of all.",
        f"Its test images are of the data set `{result.dataset}`, as its training images are. How well it does on "
        "images from elsewhere was not measured.",
        f"No class has a lower recall than `{weakest}`: {row['recall']:.3f} on {int(row['images']):,} test images (95% "
        f"interval {row['recall from']:.3f} to {row['recall to']:.3f}).",
        calibrated,
        "Whether it treats groups of people, places or cameras alike was not measured."]
    if result.test_duplicates:
        sentences.append(f"{result.test_duplicates:,} of {result.test_images:,} test images have a near-duplicate "
                         "among the training images: the accuracy without them is below.")
    return sentences
