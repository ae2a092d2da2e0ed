"""Figures as part of a page, in the page's own colours, light or dark."""

import io
import itertools
import re
from collections.abc import Callable, Iterator

from markupsafe import Markup
from matplotlib.figure import Figure

from auxiliary.reporting.style import BLUE, GREEN, GREY, LIGHT_GREY, ORANGE, VERMILLION, styled

# What `page.css` gives a light and a dark value.
VARIABLES = {"#000000": "ink", "#ffffff": "paper", GREY: "muted", LIGHT_GREY: "line", BLUE: "blue", ORANGE: "orange",
             GREEN: "green", VERMILLION: "vermillion"}
COLOURS = re.compile("|".join(VARIABLES), re.IGNORECASE)
LOWER = {colour.lower(): f"var(--{name})" for colour, name in VARIABLES.items()}
COMMENT = re.compile("<!--.*?-->", re.DOTALL)    # each text of a figure once more
IDENTIFIER = re.compile(r'(\bid="|xlink:href="#|url\(#)')


def figure_drawer() -> Callable[[Figure], Markup]:
    """A function that turns figures into elements of one page, each with identifiers of its own."""
    numbers = itertools.count()
    return lambda fig: _drawn(fig, numbers)


@styled
def _drawn(fig: Figure, numbers: Iterator[int]) -> Markup:
    """A figure as an `svg` element whose title, for those who cannot see it, is the figure's own."""
    file = io.StringIO()
    fig.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    _, _, drawing = file.getvalue().partition("<svg ")
    drawing = COMMENT.sub("", drawing)
    drawing = COLOURS.sub(lambda match: LOWER[match[0].lower()], drawing)
    # Two figures would share clips and letters of the same name.
    prefix = f"f{next(numbers)}-"
    drawing = IDENTIFIER.sub(lambda match: match[1] + prefix, drawing)
    title = fig.get_suptitle().replace("\n", " ")
    return Markup('<svg role="img" aria-label="{}" ').format(title) + Markup(drawing)
