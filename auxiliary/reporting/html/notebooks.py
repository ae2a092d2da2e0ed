"""The executed notebooks as self-contained pages."""

import re
from pathlib import Path

import nbformat
from jinja2 import DictLoader
from latex2mathml.converter import convert
from nbformat import NotebookNode

from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.text import printable
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.reporting.html.executed import unreadable

# Jupyter's own page without what it would download: scripts for widgets and diagrams, which the notebooks do not use,
# and for formulas, which browsers render themselves.
PAGE = "{% extends 'lab/index.html.j2' %}" + "".join(
    f"{{% block {name} %}}{{% endblock {name} %}}"
    for name in ("html_head_js", "html_head_js_mathjax", "html_head_js_mermaidjs", "jupyter_widgets"))
MARK = 43   # bytes that end a page
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(\S[^$\n]*?\S|\S)\$", re.DOTALL)


def notebook_pages(assets: Path) -> list[Path]:
    """Write each executed notebook as HTML beside it; a damaged notebook is printed and left out.

    Args:
        assets: `assets/<dataset>`, the folder of the executed notebooks.

    Returns:
        The pages, in order.
    """
    pages = []
    for notebook in sorted(assets.glob("[0-9][0-9]-*.ipynb")):
        try:
            pages.append(write_page(notebook))
        except UserError as error:
            print(printable(f"left out: {error}"))
    return pages


def write_page(path: Path) -> Path:
    """Write an executed notebook as HTML beside it, unless that has been done and the page is whole.

    Raises:
        UserError: the notebook is damaged.
    """
    page = path.with_suffix(".html")
    try:
        content = path.read_bytes()
        if page.is_file() and _is_of(page.read_bytes(), content):
            return page
        notebook = nbformat.reads(content.decode(), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:    # for a damaged file nbformat raises nearly any exception
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise unreadable(path, reason) from error
    text = notebook_page(notebook, path.stem).encode()
    write_atomically(page, text + _mark(text, content))
    return page


def _mark(page: bytes, notebook: bytes) -> bytes:
    """The end of a page, by which it is known to be whole and of its notebook."""
    return f"\n<!-- {content_hash(page + notebook)} -->\n".encode()


def _is_of(page: bytes, notebook: bytes) -> bool:
    text, end = page[:-MARK], page[-MARK:]
    return end == _mark(text, notebook)


def notebook_page(notebook: NotebookNode, title: str) -> str:
    """A notebook as one self-contained page."""
    # Imported here, because the command that runs notebooks needs it only at the end.
    from nbconvert import HTMLExporter

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = FORMULA.sub(_mathml, cell.source)
    exporter = HTMLExporter(extra_loaders=[DictLoader({"page": PAGE})], template_file="page")
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    return page


def _mathml(formula: re.Match[str]) -> str:
    return convert(formula[1] or formula[2], display="block" if formula[1] else "inline")
