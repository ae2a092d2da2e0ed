"""One network looked into, as blocks of a page; all of it comes from its run's folder."""

import pandas as pd

from auxiliary.core.text import counted, duration
from auxiliary.evaluation.calibration import at_temperature, fit_temperature
from auxiliary.evaluation.metrics import confusion, per_class
from auxiliary.reporting.html.blocks import Block, Chart, Facts, Matrix, Prose, Section, Shots, Table
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.thumbnails import mistake_shots
from auxiliary.reporting.model_tables import cheat_sheet
from auxiliary.reporting.prediction_figures import calibration_figure
from auxiliary.reporting.tables import grid
from auxiliary.reporting.training_curves import curves_figure
from auxiliary.runs.labels import several, with_interval
from auxiliary.runs.result import SCRATCH


def run_section(report_data: ReportData, line: pd.Series, whole: bool) -> Section:
    """A network with its curves, confusions, classes and calibration.

    Args:
        report_data: what is on disk.
        line: the line of the results; of several seeds the run of the best validation accuracy is looked into.
        whole: whether its surest mistakes and its layers are shown as well.
    """
    blocks = [*run_facts(report_data, line), Chart(curves_figure(report_data.run(line).history)),
              *quality_blocks(report_data, line)]
    if whole:
        blocks += [mistakes(report_data, line), layers(report_data, line)]
    return Section(f"{line['name']}: {with_interval(line)}", blocks, unfolded=whole)


def run_facts(report_data: ReportData, line: pd.Series) -> list[Block]:
    """What the network is, and how it was trained."""
    on = f"{line['backbone']} | " if line["backbone"] else ""
    facts = Facts([
        ("network", f"{on}{line['network']}"), ("parameters", f"{line['parameters']:,}"),
        ("trained", f"{counted(line['epochs_total'], 'epoch')}, {duration(line['train_seconds'])}"),
        ("augmentation", line["augment"] or "none"), ("image", f"{line['image_size']} px"),
        ("folder", report_data.run(line).id),
    ])
    if not several(line):
        return [facts]
    return [facts, Prose(f"Of {line['seeds']} seeds, the one of the best validation accuracy: its own test accuracy is "
                         f"{line['run_accuracy']:.3f}.")]


def quality_blocks(report_data: ReportData, line: pd.Series) -> list[Block]:
    """Whom it takes for whom, class by class, and whether it is as often right as it is sure."""
    predictions = report_data.predictions[line["run_id"]]
    temperature = fit_temperature(report_data.run(line).val_predictions)
    return [Matrix(confusion(predictions)), Table("Class by class", grid(per_class(predictions))),
            Chart(calibration_figure(predictions, at_temperature(predictions, temperature)))]


def mistakes(report_data: ReportData, line: pd.Series) -> Block:
    """The mistakes that it was surest of, beside where it looked."""
    shots = mistake_shots(report_data.predictions[line["run_id"]], report_data.run(line).arrays("grad-cam"))
    if not shots:
        return Prose("It made no mistake on the test images.")
    return Shots("The mistakes that it was surest of; on the right, the brighter a place, the more it spoke for the "
                 "class predicted (Grad-CAM)", shots)


def layers(report_data: ReportData, line: pd.Series) -> Table:
    """Its layers; those of a network from scratch beside what the layer_costs say."""
    table = report_data.run(line).layers
    if line["stage"] == SCRATCH:
        sheet = cheat_sheet(line["network"], int(line["image_size"]), int(line["classes"]), table)
        return Table("Its layers: output and parameters by formula, and as Keras built them", grid(sheet))
    return Table("Its layers", grid(table, index=False))
