"""One network looked into, as blocks of a page; all of it comes from its run's folder."""

import pandas as pd

from auxiliary.evaluation.columns import SCRATCH
from auxiliary.evaluation.metrics import confusion, per_class
from auxiliary.evaluation.temperature import at_temperature, fit_temperature
from auxiliary.reporting.calibration_figure import calibration_figure
from auxiliary.reporting.layer_tables import cheat_sheet
from auxiliary.reporting.page.blocks import Block, Chart, Facts, Matrix, Prose, Section, Shots, Table
from auxiliary.reporting.page.grid import grid
from auxiliary.reporting.page.material import Material
from auxiliary.reporting.page.shots import mistake_shots
from auxiliary.reporting.run_figures import curves_figure
from auxiliary.reporting.style import counted
from auxiliary.reporting.wording import duration, several, with_interval


def run_section(material: Material, line: pd.Series, whole: bool) -> Section:
    """A network with its curves, confusions, classes and calibration.

    Args:
        material: what is on disk.
        line: the line of the results; of several seeds the run of the best validation accuracy is looked into.
        whole: whether its surest mistakes and its layers are shown as well.
    """
    blocks = [*run_facts(material, line), Chart(curves_figure(material.run(line).history)),
              *quality_blocks(material, line)]
    if whole:
        blocks += [mistakes(material, line), layers(material, line)]
    return Section(f"{line['name']}: {with_interval(line)}", blocks, unfolded=whole)


def run_facts(material: Material, line: pd.Series) -> list[Block]:
    """What the network is, and how it was trained."""
    on = f"{line['backbone']} | " if line["backbone"] else ""
    facts = Facts([
        ("network", f"{on}{line['network']}"), ("parameters", f"{line['parameters']:,}"),
        ("trained", f"{counted(line['epochs_total'], 'epoch')}, {duration(line['train_seconds'])}"),
        ("augmentation", line["augment"] or "none"), ("picture", f"{line['image_size']} px"),
        ("folder", material.run(line).id),
    ])
    if not several(line):
        return [facts]
    return [facts, Prose(f"Of {line['seeds']} seeds, the one of the best validation accuracy: its own test accuracy is "
                         f"{line['run_accuracy']:.3f}.")]


def quality_blocks(material: Material, line: pd.Series) -> list[Block]:
    """Whom it takes for whom, class by class, and whether it is as often right as it is sure."""
    predictions = material.predictions[line["run"]]
    temperature = fit_temperature(material.run(line).val_predictions)
    return [Matrix(confusion(predictions)), Table("Class by class", grid(per_class(predictions))),
            Chart(calibration_figure(predictions, at_temperature(predictions, temperature)))]


def mistakes(material: Material, line: pd.Series) -> Block:
    """The mistakes that it was surest of, beside where it looked."""
    shots = mistake_shots(material.predictions[line["run"]], material.run(line).arrays("grad-cam"))
    if not shots:
        return Prose("It made no mistake on the test pictures.")
    return Shots("The mistakes that it was surest of; on the right, the brighter a place, the more it spoke for the "
                 "class predicted (Grad-CAM)", shots)


def layers(material: Material, line: pd.Series) -> Table:
    """Its layers; those of a network from scratch beside what the formulas say."""
    table = material.run(line).layers
    if line["stage"] == SCRATCH:
        sheet = cheat_sheet(line["network"], int(line["image_size"]), int(line["classes"]), table)
        return Table("Its layers: output and parameters by formula, and as Keras built them", grid(sheet))
    return Table("Its layers", grid(table, index=False))
