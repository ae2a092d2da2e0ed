"""One run as blocks of a page; everything comes from the run's folder."""

import math

import pandas as pd

from auxiliary.core.text import counted, duration
from auxiliary.evaluation.calibration import at_temperature, fit_temperature
from auxiliary.evaluation.metrics import confusion, confusions, per_class
from auxiliary.evaluation.predictions import classes
from auxiliary.reporting.confusion_map import pairs_map
from auxiliary.reporting.html.blocks import Block, Chart, Facts, Gallery, Matrix, Prose, Section, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.thumbnails import mistake_thumbnails, shown_sentence
from auxiliary.reporting.layer_tables import cheat_sheet
from auxiliary.reporting.many_classes import MOST, ends, ends_sentence
from auxiliary.reporting.prediction_figures import calibration_figure
from auxiliary.reporting.tables import Table
from auxiliary.reporting.training_figure import training_figure
from auxiliary.runs.labels import several, with_interval
from auxiliary.runs.result import SCRATCH, Result, is_ensemble


def run_section(data: ReportData, row: pd.Series, full: bool) -> Section:
    """A network with its training curves, confusion matrix, scores per class and calibration.

    Args:
        data: the data set's images and results.
        row: a row of the results; of several seeds the run with the best validation accuracy is shown.
        full: whether to show its most confident mistakes and its layers as well.
    """
    blocks = [*run_facts(data, row), training_chart(data, row), calibration_chart(data, row),
              *confusion_blocks(data.predictions[row["run_id"]]), score_table(data.predictions[row["run_id"]])]
    if full:
        blocks += [*mistakes(data, row), layers(data, row)]
    return Section(f"{row['name']}: {with_interval(row)}", blocks, unfolded=full)


def run_facts(data: ReportData, row: pd.Series) -> list[Block]:
    """The network, and how it was trained."""
    backbone = f"{row['backbone']} | " if row["backbone"] else ""
    facts = Facts([
        ("network", f"{backbone}{row['network']}"), ("parameters", f"{row['parameters']:,}"),
        ("training", _training(data, row)),
        ("augmentation", row["augment"] or "none"), ("image size", f"{row['image_size']} px"),
        *_settings(data.run(row).result), ("folder", data.run(row).id),
    ])
    if not several(row):
        return [facts]
    return [facts, Prose(f"Shown is the best of {row['seeds']:,} seeds by validation accuracy. Its own test accuracy "
                         f"is {row['run_accuracy']:.3f}.")]


def _training(data: ReportData, row: pd.Series) -> str:
    """How long it was trained and from which weights, how strongly a regression is regularised, or what it has instead.
    """
    run, parent, seconds = data.run(row), row["parent"], duration(row["train_seconds"])
    if run.members:
        return "none, the mean of its members"
    if not run.result.trained:
        return f"none, the weights of {parent}" if parent else "none, the initial weights"
    if len(run.strengths):
        return f"logistic regression, C = {run.strengths.loc[run.strengths['chosen'], 'C'].item():g}, {seconds}"
    start = "from fresh weights" if run.result.refit else f"after that of {parent}" if parent else ""
    return ", ".join(filter(None, [counted(row["epochs"], "epoch"), seconds, start]))


def _settings(result: Result) -> list[tuple[str, str]]:
    """How the run was trained, as far as it was set."""
    values = {"refit": f"of {result.parent}, on training and validation images" if result.refit else "",
              "sizes": result.sizes, "batch size": str(result.batch_size), "optimizer": result.optimizer,
              "learning rate": "" if math.isnan(result.learning_rate) else f"{result.learning_rate:g}",
              "schedule": result.schedule,
              "sampling": result.sampling, "class weight": result.class_weight,
              "label smoothing": f"{result.label_smoothing:g}" if result.label_smoothing else "",
              "averaging": result.averaging, "patience": str(result.patience or ""), "tta": result.tta,
              "views": str(result.views or ""), "deterministic": result.deterministic,
              "seed": str(result.seed)}
    return [(name, value) for name, value in values.items() if value]


def training_chart(data: ReportData, row: pd.Series) -> Chart:
    """Accuracy and loss over the epochs, or the strengths of a logistic regression."""
    return Chart("Training curves", training_figure(data.run(row), narrow=True))


def calibration_chart(data: ReportData, row: pd.Series) -> Chart:
    """Accuracy against confidence on the test images."""
    predictions = data.predictions[row["run_id"]]
    tempered = at_temperature(predictions, fit_temperature(data.run(row).val_predictions))
    return Chart("Calibration", calibration_figure(predictions, tempered, narrow=True))


def confusion_blocks(predictions: pd.DataFrame) -> list[Block]:
    """The confusion matrix with its names and numbers, or of many classes its map and the commonest mistakes."""
    if len(classes(predictions)) <= MOST:
        return [Matrix(confusion(predictions))]
    commonest = confusions(predictions).rename(columns={"category": "true class", "predicted": "taken for"})
    return [Chart("Confusion map", pairs_map(predictions)),
            TitledTable("Commonest mistakes", Table.from_frame(commonest), "Test images by true and predicted class.")]


def score_table(predictions: pd.DataFrame) -> TitledTable:
    """Precision, recall and F1 per class; of many classes the best and the worst by F1."""
    return TitledTable("Scores per class", Table.from_frame(ends(per_class(predictions), "f1")),
                       ends_sentence(len(classes(predictions)), "best", "worst"))


def mistakes(data: ReportData, row: pd.Series) -> list[Block]:
    """The most confident mistakes with their heat maps."""
    predictions = data.predictions[row["run_id"]]
    thumbnails = mistake_thumbnails(predictions, data.run(row).arrays("grad-cam"), data.project.paths.processed)
    if not thumbnails:
        return [Prose("All test images are predicted correctly.")]
    wrong = predictions[predictions["category"] != predictions["predicted"]]
    about = (f"{shown_sentence(len(thumbnails), wrong)} The number is the confidence in the predicted class, from 0 to "
             "1. On the right, bright areas are the evidence for it (Grad-CAM).")
    return [Gallery("Most confident mistakes", thumbnails, about)]


def layers(data: ReportData, row: pd.Series) -> TitledTable:
    """The layers, or the members of an ensemble; those of a network from scratch also by formula."""
    table = data.run(row).layers
    if row["stage"] == SCRATCH and not is_ensemble(row["network"]):
        sheet = cheat_sheet(row["network"], int(row["image_size"]), int(row["classes"]), table)
        return TitledTable("Layers", Table.from_frame(sheet), "Output and parameters by formula, and by Keras.")
    return TitledTable("Layers", Table.from_frame(table))
