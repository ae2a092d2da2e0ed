"""Image classification, from a folder of labelled images to a table of results that can be trusted.

The names below are imported at their first use, so that `import auxiliary` loads neither TensorFlow nor pandas.
"""

import importlib
import os
import platform
import sys
from typing import Any

# At its import TensorFlow prints many messages about the processor and missing GPUs. Errors are exceptions anyway.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Otherwise TensorFlow takes the whole memory of a GPU at its first use, whoever uses it, and no other process gets any.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
# TensorFlow leaves oneDNN out on processors without AVX-512 VNNI or AMX, where networks train 1.5 to 2.7 times as fast
# with it. It reads this when it is imported.
if (platform.system(), platform.machine()) == ("Linux", "x86_64") and "tensorflow" not in sys.modules:
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# Keras reads these when it is imported, whoever imports it. They come before `~/.keras/keras.json`; what else that file
# says is replaced by `auxiliary.core.keras_settings`.
os.environ |= {"KERAS_BACKEND": "tensorflow", "KERAS_NNX_ENABLED": "false"}

_HOME = {
    "open_project": "auxiliary.project.open",
    "fetch": "auxiliary.data.fetch",
    "catalogue": "auxiliary.data.catalogue",
    "preprocess_images": "auxiliary.data.processing.preprocess",
    "clean_table": "auxiliary.data.clean",
    "add_duplicate_groups": "auxiliary.data.duplicates",
    "check_split": "auxiliary.data.splitting.class_sizes",
    "drop_small_classes": "auxiliary.data.splitting.class_sizes",
    "fix_labels": "auxiliary.project.label_fixes",
    "split": "auxiliary.data.splitting.split",
    "write_splits": "auxiliary.data.splitting.split_files",
    "read_table": "auxiliary.data.tables",
    "write_table": "auxiliary.data.tables",
    "sample_to_n": "auxiliary.data.sampling",
    "mk_tf_dataset": "auxiliary.data.dataset",
    "build_scratch": "auxiliary.networks.build",
    "train_and_evaluate": "auxiliary.training.train",
    "train_all": "auxiliary.training.train_all",
    "results_of": "auxiliary.runs.seeds",
    "histories_of": "auxiliary.runs.seeds",
    "best": "auxiliary.runs.seeds",
    "best_per_experiment": "auxiliary.runs.seeds",
    "best_so_far": "auxiliary.project.best_so_far",
    "log_result": "auxiliary.runs.results_csv",
    "read_results": "auxiliary.runs.results_csv",
}

# Their modules import TensorFlow, which is loaded first without its notes on standard error.
_WITH_TENSORFLOW = {"build_scratch", "mk_tf_dataset"}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'auxiliary' has no attribute {name!r}")
    if name in _WITH_TENSORFLOW:
        importlib.import_module("auxiliary.core.runtime").load()
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
