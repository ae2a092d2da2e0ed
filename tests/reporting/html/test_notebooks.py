"""Executed notebooks as pages that open without a network."""

import json
import os
import re
from pathlib import Path

import nbformat
import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.reporting.html.executed import Parameters, read_parameters
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


def write_notebook(path: Path, words: str) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(words)]), path)


def test_a_page_is_written_again_if_its_notebook_is_another_or_it_is_damaged(tmp_path):
    notebook = tmp_path / "01-preprocessing.ipynb"
    write_notebook(notebook, "old")
    page, = notebook_pages(tmp_path)
    whole, written = page.read_bytes(), page.stat().st_mtime_ns
    assert notebook_pages(tmp_path) == [page] and page.stat().st_mtime_ns == written
    for damaged in (b"", whole[:-100], whole.replace(b"old", b"odd")):
        page.write_bytes(damaged)
        assert notebook_pages(tmp_path) == [page] and page.read_bytes() == whole
    write_notebook(notebook, "new words")
    os.utime(notebook, ns=(0, 0))
    notebook_pages(tmp_path)
    assert "new words" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [
    b"", b"{", b"\xff", b"[]", b"1", b"{}", b'{"cells": 1}', b'{"nbformat": 99, "cells": []}', b'{"nbformat": 4}',
    b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]}'])
def test_a_damaged_notebook_is_named_and_left_out(tmp_path, capsys, content):
    damaged = tmp_path / "01-preprocessing.ipynb"
    damaged.write_bytes(content)
    write_notebook(tmp_path / "02-scratch-cnns.ipynb", "whole")
    assert notebook_pages(tmp_path) == [tmp_path / "02-scratch-cnns.html"]
    line = capsys.readouterr().out
    assert line.startswith(f"left out: {damaged} cannot be read (") and line.count("\n") == 1
    assert line.endswith("(python -m auxiliary run PROFILE --only 01)\n")


def test_the_recorded_parameters_of_an_executed_notebook(tmp_path):
    notebook = tmp_path / "02-scratch-cnns.ipynb"
    for metadata, expected in (({}, Parameters()), ({"papermill": {"parameters": {"profile": "demo"}}},
                                                    Parameters.model_construct(profile="demo"))):
        notebook.write_text(json.dumps({"metadata": metadata}), encoding="utf-8")
        assert read_parameters(notebook) == expected
    for content in (b"", b"[]", b"\xff", b'{"metadata": {"papermill": {"parameters": {"profile": 1}}}}'):
        notebook.write_bytes(content)
        with pytest.raises(UserError, match=f"^{notebook} cannot be read"):
            read_parameters(notebook)
