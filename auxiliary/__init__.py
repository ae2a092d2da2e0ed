"""Image classification, from a folder of labelled pictures to a table of results that can be trusted.

The names below are imported when they are first used, so that `import auxiliary` loads neither TensorFlow nor
pandas.
"""

import importlib
import os
from typing import Any

# TensorFlow writes a page about the processor and absent GPUs whenever it is imported; what goes wrong is
# raised as an exception all the same.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

_HOME = {
    "open_lab": "auxiliary.opening",
    "fetch": "auxiliary.data.sources",
    "catalogue": "auxiliary.data.catalogue",
    "normalise": "auxiliary.data.normalise",
    "clean_table": "auxiliary.data.clean",
    "with_groups": "auxiliary.data.twins",
    "split": "auxiliary.data.split",
    "write_parts": "auxiliary.data.parts",
    "read_table": "auxiliary.data.tables",
    "write_table": "auxiliary.data.tables",
    "sample_to_n": "auxiliary.data.sample",
    "mk_tf_dataset": "auxiliary.data.dataset",
    "train_and_evaluate": "auxiliary.training.train",
    "train_all": "auxiliary.training.train",
    "results_of": "auxiliary.training.train",
    "histories_of": "auxiliary.training.train",
    "best": "auxiliary.training.train",
    "best_by_row": "auxiliary.training.train",
    "best_so_far": "auxiliary.training.train",
    "log_result": "auxiliary.evaluation.results",
    "read_results": "auxiliary.evaluation.results",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'auxiliary' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
