"""What the process of `test_several_gpus` does: `several_gpus.py WORK`.

Two processors of TensorFlow are its GPUs. WORK is JSON, a list of dictionaries with `profile`, `root`, `gpus`,
`precision` and `keys`. Prints the figures of each experiment of each of them as JSON.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from auxiliary.core import runtime
from auxiliary.core.gpus import stated_gpus
from auxiliary.project.open import open_project
from auxiliary.training.train import train_and_evaluate
from tests.tiny import with_plain_curves, with_tiny


def main(work: str) -> None:
    """Do all of it in one process, because TensorFlow takes seconds to load."""
    runtime.load()
    import tensorflow as tf

    processor, = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
    print(json.dumps([_trained(**each) for each in json.loads(work)]))


def _trained(profile: str, root: str, gpus: int, precision: str, keys: Sequence[str]) -> dict[str, dict]:
    """Train experiments of a profile on so many devices."""
    runtime.cpu_precision = lambda _: precision
    with with_tiny(), with_plain_curves(), stated_gpus(gpus):
        project = open_project(profile, root=Path(root))
        runs = {key: train_and_evaluate(project.experiments[key], project) for key in keys}
    return {key: {
        "figures": run.history.drop(columns=["seconds", "phase"]).to_dict("list") | {"test": [run.result.test_loss]},
        "gpus": run.recipe["settings"].get("gpus")} for key, run in runs.items()}


if __name__ == "__main__":
    main(sys.argv[1])
