"""One run as blocks of a page; everything comes from the run's folder."""

import pandas as pd

from auxiliary.core.text import counted, duration
from auxiliary.evaluation.calibration import at_temperature, fit_temperature
from auxiliary.evaluation.metrics import confusion, per_class
from auxiliary.evaluation.predictions import classes
from auxiliary.reporting.html.blocks import Block, Chart, Facts, Gallery, Matrix, Prose, Section, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.thumbnails import mistake_thumbnails
from auxiliary.reporting.layer_tables import cheat_sheet
from auxiliary.reporting.many_classes import MOST, ends, ends_title
from auxiliary.reporting.prediction_figures import calibration_figure, confusion_figure
from auxiliary.reporting.tables import Table
from auxiliary.reporting.training_curves import curves_figure
from auxiliary.runs.labels import several, with_interval
from auxiliary.runs.result import SCRATCH


def run_section(data: ReportData, row: pd.Series, full: bool) -> Section:
    """A network with its training curves, confusion matrix, scores per class and calibration.

    Args:
        data: the data set's images and results.
        row: a row of the results; of several seeds the run with the best validation accuracy is shown.
        full: whether to show its most confident mistakes and its layers as well.
    """
    blocks = [*run_facts(data, row), training_chart(data, row), *quality_blocks(data, row)]
    if full:
        blocks += [mistakes(data, row), layers(data, row)]
    return Section(f"{row['name']}: {with_interval(row)}", blocks, unfolded=full)


def run_facts(data: ReportData, row: pd.Series) -> list[Block]:
    """The network, and how it was trained."""
    backbone = f"{row['backbone']} | " if row["backbone"] else ""
    facts = Facts([
        ("network", f"{backbone}{row['network']}"), ("parameters", f"{row['parameters']:,}"),
        ("training", f"{counted(row['epochs_total'], 'epoch')}, {duration(row['train_seconds'])}"),
        ("augmentation", row["augment"] or "none"), ("image size", f"{row['image_size']} px"),
        ("folder", data.run(row).id),
    ])
    if not several(row):
        return [facts]
    return [facts, Prose(f"Shown is the best of {row['seeds']} seeds by validation accuracy. Its own test accuracy is "
                         f"{row['run_accuracy']:.3f}.")]


def training_chart(data: ReportData, row: pd.Series) -> Chart:
    """Accuracy and loss over the epochs."""
    return Chart(curves_figure(data.run(row).history))


def quality_blocks(data: ReportData, row: pd.Series) -> list[Block]:
    """Confusion matrix, scores per class, and calibration."""
    predictions = data.predictions[row["run_id"]]
    temperature = fit_temperature(data.run(row).val_predictions)
    return [confusion_block(predictions), score_table(predictions),
            Chart(calibration_figure(predictions, at_temperature(predictions, temperature)))]


def confusion_block(predictions: pd.DataFrame) -> Matrix | Chart:
    """The confusion matrix with its names and numbers, or of many classes its map and the commonest mistakes."""
    if len(classes(predictions)) <= MOST:
        return Matrix(confusion(predictions))
    return Chart(confusion_figure(predictions))


def score_table(predictions: pd.DataFrame) -> TitledTable:
    """Precision, recall and F1 per class; of many classes the best and the worst by F1."""
    title = ends_title("Scores per class", len(classes(predictions)), "best", "worst")
    return TitledTable(title, Table.from_frame(ends(per_class(predictions), "f1")))


def mistakes(data: ReportData, row: pd.Series) -> Block:
    """The most confident mistakes with their heat maps."""
    thumbnails = mistake_thumbnails(data.predictions[row["run_id"]], data.run(row).arrays("grad-cam"),
                                    data.project.paths.processed)
    if not thumbnails:
        return Prose("All test images are predicted correctly.")
    return Gallery("The most confident mistakes; on the right, bright areas are the evidence for the predicted class "
                   "(Grad-CAM)", thumbnails)


def layers(data: ReportData, row: pd.Series) -> TitledTable:
    """The layers; those of a network from scratch also by formula."""
    table = data.run(row).layers
    if row["stage"] == SCRATCH:
        sheet = cheat_sheet(row["network"], int(row["image_size"]), int(row["classes"]), table)
        return TitledTable("Layers: output and parameters by formula, and by Keras", Table.from_frame(sheet))
    return TitledTable("Layers", Table.from_frame(table))
