"""Writes the report and the slides of a data set."""

import io
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from auxiliary.core.files import write_atomically
from auxiliary.project.project import Project
from auxiliary.reporting.html import results_section
from auxiliary.reporting.html.blocks import Prose, Section
from auxiliary.reporting.html.report import report_sections
from auxiliary.reporting.html.report_data import ReportData, read_report_data
from auxiliary.reporting.html.slides import slide_sections
from auxiliary.reporting.style import (
    BLUE,
    GREEN,
    GREY,
    LIGHT_GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    set_title,
    styled,
)
from auxiliary.reporting.summaries import left_out_summary

# The colours of figures, and the CSS variables with a light and a dark value that replace them (`colours.css`).
VARIABLES = {"#000000": "ink", "#ffffff": "paper", GREY: "muted", LIGHT_GREY: "line", BLUE: "blue", ORANGE: "orange",
             GREEN: "green", VERMILLION: "vermillion", PURPLE: "purple", SKY: "sky"}
COLOURS = re.compile("|".join(VARIABLES), re.IGNORECASE)
LOWER = {colour.lower(): f"var(--{name})" for colour, name in VARIABLES.items()}
COMMENT = re.compile("<!--.*?-->", re.DOTALL)    # matplotlib repeats each text of a figure in one
IDENTIFIER = re.compile(r'(\bid="|xlink:href="#|url\(#)')


def figure_drawer() -> Callable[[Figure], Markup]:
    """A function that renders figures for one page, each with its own identifiers."""
    numbers = itertools.count()
    return lambda fig: _drawn(fig, numbers)


@styled
def _drawn(fig: Figure, numbers: Iterator[int]) -> Markup:
    """A figure as an `svg` element; its title is the label for screen readers, and stands on the page."""
    file, title = io.StringIO(), fig.get_suptitle()
    set_title(fig, "")
    fig.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    _, _, drawing = file.getvalue().partition("<svg ")
    drawing = COMMENT.sub("", drawing)
    drawing = COLOURS.sub(lambda match: LOWER[match[0].lower()], drawing)
    # Otherwise two figures would use the same names for their clip paths and glyphs.
    prefix = f"f{next(numbers)}-"
    drawing = IDENTIFIER.sub(lambda match: match[1] + prefix, drawing)
    set_title(fig, title)
    return Markup('<svg role="img" aria-label="{}" ').format(title.replace("\n", " ")) + Markup(drawing)


def write_report(project: Project) -> Path:
    """Write the report of a data set.

    Args:
        project: the opened data set or profile, whose image size and split decide which results are shown.

    Returns:
        `assets/<dataset>/report.html`, one self-contained file.

    Raises:
        UserError: when there is no finished run on its images and split.
    """
    data = read_report_data(project)
    return _write("report", data, report_sections(data))


def write_slides(project: Project) -> Path:
    """Write the slides of a data set, `assets/<dataset>/slides.html`, in the same way."""
    data = read_report_data(project)
    return _write("slides", data, slide_sections(data))


def _write(kind: str, data: ReportData, sections: list[Section]) -> Path:
    name = data.project.paths.dataset
    page = _environment().get_template(f"{kind}.jinja").render(
        title=f"{name}: image classification", dataset=name, summary=results_section.summary(data),
        facts=results_section.key_facts(data), files=Prose(left_out_summary(data.overview), small=True),
        sections=sections, draw=figure_drawer())
    path = data.project.paths.assets / f"{kind}.html"
    write_atomically(path, page)
    return path


def _environment() -> Environment:
    made = Environment(loader=PackageLoader("auxiliary.reporting.html"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)
    made.filters["variable"] = lambda colour: LOWER[colour.lower()]
    return made
