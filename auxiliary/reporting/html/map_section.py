"""The map of the images as blocks of a page."""

from auxiliary.reporting.html.blocks import Block, Chart, Prose
from auxiliary.reporting.html.image_map import interactive_map
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.image_map import NO_MAP, image_map_figure, map_sentences


def map_blocks(data: ReportData) -> list[Block]:
    """The map, whose images are shown one by one; a sentence where there is none."""
    if data.image_map is None:
        return [Prose(f"{NO_MAP}, whose features notebook 03 then places on a plane.")]
    return [interactive_map(data.image_map, _how_to_read(data), data.project.paths.processed)]


def map_chart(data: ReportData) -> list[Block]:
    """The map as a figure; no blocks where there is none."""
    if data.image_map is None:
        return []
    return [Chart("Map of the images", image_map_figure(data.image_map)), Prose(_how_to_read(data), small=True)]


def _how_to_read(data: ReportData) -> str:
    return map_sentences(data.image_map, len(data.project.val) + len(data.project.test))
