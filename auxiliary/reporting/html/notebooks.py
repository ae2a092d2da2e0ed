"""The executed notebooks as self-contained pages."""

import re
from pathlib import Path

import nbformat
from jinja2 import DictLoader
from latex2mathml.converter import convert
from nbformat import NotebookNode

from auxiliary.core.files import write_atomically

# Jupyter's own page without what it would download: scripts for widgets and diagrams, which the notebooks do not use,
# and for formulas, which browsers render themselves.
PAGE = "{% extends 'lab/index.html.j2' %}" + "".join(
    f"{{% block {name} %}}{{% endblock {name} %}}"
    for name in ("html_head_js", "html_head_js_mathjax", "html_head_js_mermaidjs", "jupyter_widgets"))
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(\S[^$\n]*?\S|\S)\$", re.DOTALL)


def notebook_pages(assets: Path) -> list[Path]:
    """Write each executed notebook as HTML beside it.

    Args:
        assets: `assets/<dataset>`, the folder of the executed notebooks.

    Returns:
        The pages, in order; a page newer than its notebook is not written again.
    """
    pages = [(notebook, notebook.with_suffix(".html")) for notebook in sorted(assets.glob("[0-9][0-9]-*.ipynb"))]
    for notebook, page in pages:
        if not page.is_file() or page.stat().st_mtime < notebook.stat().st_mtime:
            write_atomically(page, notebook_page(nbformat.read(notebook, as_version=4), notebook.stem))
    return [page for _, page in pages]


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
