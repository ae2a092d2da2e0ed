"""What a process of `test_several_gpus` does: `several_gpus.py PROFILE ROOT GPUS PRECISION KEY...`.

Two processors of TensorFlow are its GPUs. Prints the figures of each experiment as JSON.
"""

import json
import sys
from pathlib import Path

from auxiliary.core import runtime
from auxiliary.core.gpus import stated_gpus
from auxiliary.project.open import open_project
from auxiliary.training.train import train_and_evaluate
from tests.tiny import with_plain_curves, with_tiny


def main(profile: str, root: str, gpus: str, precision: str, *keys: str) -> None:
    """Train the experiments of a profile."""
    runtime.load()
    import tensorflow as tf

    processor, = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
    runtime.cpu_precision = lambda _: precision
    with with_tiny(), with_plain_curves(), stated_gpus(int(gpus)):
        project = open_project(profile, root=Path(root))
        runs = {key: train_and_evaluate(project.experiments[key], project) for key in keys}
    print(json.dumps({key: {
        "figures": run.history.drop(columns=["seconds", "phase"]).to_dict("list") | {"test": [run.result.test_loss]},
        "gpus": run.recipe["settings"].get("gpus")} for key, run in runs.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
