"""Executed notebooks as pages that open without a network."""

import os
import re

import nbformat
import pytest

from auxiliary.core.paths import REPOSITORY
from auxiliary.reporting.html.notebooks import notebook_page, notebook_pages

DOWNLOADED = re.compile(r"""<(?:script|img|iframe)[^>]+src=["'](?!data:)|<link|@import|import\(|url\(["']?http""")


@pytest.mark.parametrize("name", ["01-preprocessing", "02-scratch-cnns", "03-transfer-learning"])
def test_the_notebooks_load_nothing(name):
    page = notebook_page(nbformat.read(REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4), name)
    assert f"<title>{name}</title>" in page
    assert DOWNLOADED.findall(page) == []


def test_formulas_are_rendered_by_the_browser():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(
        "With $I$ and $(r, c)$:\n\n$$ T[I](r, c) = \\sum_{u \\in U} w(u) $$\n\nIt costs $5.")])
    page = notebook_page(notebook, "layer_costs")
    assert page.count("<math") == 3 and page.count('display="block"') == 1
    assert "It costs $5." in page and "$$" not in page


def test_a_page_is_written_again_if_its_notebook_is_newer(tmp_path):
    notebook = tmp_path / "01-preprocessing.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("old")]), notebook)
    page, = notebook_pages(tmp_path)
    page.write_text("unchanged")
    assert notebook_pages(tmp_path) == [page] and page.read_text() == "unchanged"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("new words")]), notebook)
    os.utime(notebook, ns=(page.stat().st_mtime_ns + 10**9,) * 2)
    notebook_pages(tmp_path)
    assert "new words" in page.read_text(encoding="utf-8")
