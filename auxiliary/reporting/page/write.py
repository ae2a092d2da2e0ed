"""Writes a data set's pages."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from auxiliary.files import write_atomically
from auxiliary.reporting.page import results_part
from auxiliary.reporting.page.blocks import Section
from auxiliary.reporting.page.material import Material, read_material
from auxiliary.reporting.page.report import report_sections
from auxiliary.reporting.page.slides import slide_sections
from auxiliary.reporting.page.svg import figure_drawer


def write_report(dataset: str | None = None, root: Path | None = None) -> Path:
    """Write the report of a data set.

    Args:
        dataset: the name of its folder in `models/`; None where there is only one.
        root: the folder for data, models, assets and results; the repository unless given.

    Returns:
        `assets/<dataset>/report.html`, a file that holds all it shows.

    Raises:
        UserError: when there is no such data set, or no finished run on its pictures.
    """
    material = read_material(dataset, root)
    return _write("report", material, report_sections(material))


def write_slides(dataset: str | None = None, root: Path | None = None) -> Path:
    """Write the slides of a data set, `assets/<dataset>/slides.html`, likewise."""
    material = read_material(dataset, root)
    return _write("slides", material, slide_sections(material))


def _write(kind: str, material: Material, sections: list[Section]) -> Path:
    name = material.lab.paths.dataset
    page = _environment().get_template(f"{kind}.jinja").render(
        title=f"{name}: image classification", dataset=name, answer=results_part.sentence(material),
        facts=results_part.key_facts(material), sections=sections, draw=figure_drawer())
    path = material.lab.paths.assets / f"{kind}.html"
    write_atomically(path, page)
    return path


def _environment() -> Environment:
    return Environment(loader=PackageLoader("auxiliary.reporting.page"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)
