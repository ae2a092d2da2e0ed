"""The export formats, each with its file suffix, its packages, and the place of its class names."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

from auxiliary.core.errors import UserError, unknown


@dataclass(frozen=True)
class Format:
    """The description of a format, without loading anything.

    Attributes:
        suffix: suffix of the file; empty where the export is a folder.
        packages: import names of the packages that it needs beyond those always installed.
        labels: where the export holds the class names.
    """

    suffix: str
    packages: tuple[str, ...]
    labels: str


ZIPPED = "labels.txt inside the file, which is a zip archive too"
FORMATS: Mapping[str, Format] = {
    "keras": Format(".keras", (), ZIPPED),
    "litert": Format(".tflite", ("ai_edge_litert",), ZIPPED),
    "onnx": Format(".onnx", ("onnx", "onnxruntime", "tf2onnx"), "metadata property `labels`, one per line"),
    "savedmodel": Format("", (), "signature `labels`"),
}

# Of a network in whole numbers of 8 bits, which is a `litert` file too.
INT8_SUFFIX = ".int8.tflite"


def find_format(name: str) -> Format:
    """The description of a format whose packages are installed.

    Raises:
        UserError: there is no such format, or a package is missing.
    """
    if name not in FORMATS:
        raise unknown("format", name, FORMATS)
    form = FORMATS[name]
    if missing := [package for package in form.packages if importlib.util.find_spec(package) is None]:
        raise UserError(f"exporting to {name} needs packages that are not installed ({', '.join(missing)}): "
                        "run .venv/bin/pip install -e '.[export]'")
    return form
