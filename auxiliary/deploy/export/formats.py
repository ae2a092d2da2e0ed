"""The formats that a network is exported to: what each is called, needs and takes."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

from auxiliary.core.errors import UserError, unknown


@dataclass(frozen=True)
class Format:
    """What is known of a format without loading anything.

    Attributes:
        suffix: how the name of a file ends; empty where the model is a folder.
        packages: what writing and reading it needs beyond what is always installed, by the name to import.
        labels: where in it the class names are.
    """

    suffix: str
    packages: tuple[str, ...]
    labels: str


ZIPPED = "in labels.txt inside, for the file is a zip archive too"
FORMATS: Mapping[str, Format] = {
    "keras": Format(".keras", (), ZIPPED),
    "litert": Format(".tflite", ("ai_edge_litert",), ZIPPED),
    "onnx": Format(".onnx", ("onnx", "onnxruntime", "tf2onnx"), "in the metadata property `labels`, one a line"),
    "savedmodel": Format("", (), "by the signature `labels`"),
}


def find_format(name: str) -> Format:
    """The record of a format whose packages are installed.

    Raises:
        UserError: there is no such format, or a package is missing.
    """
    if name not in FORMATS:
        raise unknown("format", name, FORMATS)
    form = FORMATS[name]
    if missing := [package for package in form.packages if importlib.util.find_spec(package) is None]:
        raise UserError(f"exporting to {name} needs what is not installed ({', '.join(missing)}): "
                        "run .venv/bin/pip install -e '.[export]'")
    return form
