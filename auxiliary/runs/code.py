"""The fingerprint of the code that can change a run's figures, and which runs were trained by other code.

Images, settings and versions of packages are on record elsewhere. `PIPELINE` says that old figures must not pass for
new ones; this only says that they might differ.
"""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import auxiliary
from auxiliary.data.tables import digest
from auxiliary.runs.run import Run

# Files of the package. What prepares images is left out: their hashes are part of a run's name.
CODE: dict[str, tuple[str, ...]] = {
    "core": ("gpus", "keras_settings", "runtime", "threads"),
    "data": ("dataset", "duplicates", "epochs", "images", "sampling", "targets", "views"),
    "data/augmentation": ("augment_batch", "colours", "erase", "kinds", "mixing", "moves", "randaugment", "registry",
                          "warp"),
    "data/reading": ("jpeg",),
    "networks": ("averages", "backbone", "backbones", "build", "cut", "efficientnet_b", "efficientnet_lite", "fused",
                 "fused_norm", "hub", "hub_families", "hub_files", "inference", "keras_applications", "layer_graph",
                 "optimizers", "pretrained", "rates", "schedules", "torch_weights", "whitening"),
    "networks/operations": ("layers", "operation", "pooling", "registry", "residual", "special"),
    "evaluation": ("calibration", "intervals", "metrics", "predict", "predictions"),
    "training": ("averaging", "batches", "callbacks", "checkpoint", "divergence", "ensemble", "feature_files",
                 "feature_rows", "features", "fit", "fused_optimizers", "logistic", "loss", "metadata", "optimizer",
                 "range_test", "regression", "setup", "several_gpus", "stored_features", "trained_model", "trainer",
                 "tuning"),
}


@cache
def code_fingerprint() -> str:
    """The fingerprint of this code: `h` and 12 hexadecimal digits.

    Comments, docstrings and formatting do not change it, nor does the version of Python.
    """
    package = Path(auxiliary.__file__).parent
    files = [Path(folder, f"{name}.py") for folder, names in CODE.items() for name in names]
    return digest("\n".join(f"{file.as_posix()} {normal_form((package / file).read_text(encoding='utf-8'))}"
                            for file in files))


def normal_form(source: str) -> str:
    """The text of a Python program without all that does not change what it does."""
    return repr(_plain(ast.parse(source)))


def _plain(node: Any) -> Any:
    """A syntax tree as nested lists. `ast.dump` would write it in another way in each version of Python."""
    if isinstance(node, list):
        return [_plain(each) for each in node if not _is_docstring(each)]
    if not isinstance(node, ast.AST):
        return node
    fields = ((name, value) for name, value in ast.iter_fields(node) if value is not None and value != [])
    return [type(node).__name__, *((name, _plain(value)) for name, value in fields)]


def _is_docstring(node: Any) -> bool:
    """Whether a statement is nothing but a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def other_code(run: Run) -> str:
    """Which other code than this trained a finished run, such as `trained by other code, commit abc123`.

    Code that recorded no fingerprint is other code. Empty where this code trained the run and its parents and members,
    as far as they are still there; else the nearest that it did not is named.
    """
    recipe = run.recipe
    if recipe.get("code") != code_fingerprint():
        return f"trained by other code, commit {recipe.get('commit') or 'unknown'}"
    parents = [Run(run.folder.with_name(recipe["parent"]))] if recipe.get("parent") else []
    for role, others in (("parent", parents), ("member", run.members)):
        for other in (each for each in others if each.finished):
            if found := other_code(other):
                return f"its {role} {other.id} was {found}" if found.startswith("trained") else found
    return ""
