"""Twelve equal experiments, or preparing, on two workers or on none: `cluster.py train|prepare workers|alone`.

Training counts everything, from processes that have not loaded TensorFlow to the last row. Of preparing, starting the
workers does not count, and starting the processes of the pool does.
"""

import sys
from pathlib import Path

import yaml
from timing import new_folder, say, seconds

from auxiliary.cluster.check_workers import versions
from auxiliary.cluster.connect import connected
from auxiliary.cluster.plugin import ProjectPlugin
from auxiliary.cluster.pool import ClusterPool
from auxiliary.commands.on_cluster import train
from auxiliary.core.console import PlainConsole
from auxiliary.project.open import open_project
from auxiliary.project.prepare import prepare
from auxiliary.project.project import Project
from auxiliary.training.job import jobs_of
from auxiliary.training.train_all import train_all

WORKERS, SEEDS = "local:2", 12
# The smaller network of `demo`, on the training images of this folder.
EXPERIMENT = {"model_id": "small", "learning_rate": 0.001, "epochs": 4, "seeds": list(range(SEEDS)),
              "net": "conv(16) | pool | conv(32) | pool | flatten | dense(64)"}


def opened(folder: str) -> Project:
    """A project of images of 64 px, in a root of its own."""
    root = new_folder().resolve()
    profile = {"dataset": str(Path(folder).resolve()), "name": "images", "image_size": 64, "augment": "flip",
               "scratch": [EXPERIMENT]}
    (root / "profile.yaml").write_text(yaml.safe_dump(profile))
    return open_project(str(root / "profile.yaml"), root=root)


def training(project: Project, place: str) -> float:
    """Seconds to train all seeds."""
    prepare(project)
    project = open_project(str(project.paths.root / "profile.yaml"), root=project.paths.root)

    def on_workers() -> None:
        with connected(WORKERS) as client:
            client.register_plugin(ProjectPlugin(project, None))
            train(PlainConsole(stderr=True), client, jobs_of(project.profile.scratch, project), project)

    return seconds(on_workers if place == "workers" else lambda: train_all(project.profile.scratch, project))


def preparing(project: Project, place: str) -> float:
    """Seconds to prepare all images."""
    if place == "alone":
        return seconds(lambda: prepare(project))
    with connected(WORKERS) as client:
        client.register_plugin(ProjectPlugin(project, None))
        return seconds(lambda: prepare(project, ClusterPool(client)))


# Dask's processes import this file.
if __name__ == "__main__":
    work, where = sys.argv[1:]
    took = training(opened("train"), where) if work == "train" else preparing(opened("raw-img"), where)
    say(took, **{name: versions()[name] for name in ("distributed", "tensorflow")})
