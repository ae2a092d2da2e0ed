"""What the cluster itself costs: writes `tests/benchmarks/cluster_tasks.csv`.

    python -m tests.benchmarks.cluster_tasks

A thousand tasks sleep on two workers, in chains of two, as a child waits for its parent. Experiments without epochs are
evaluated on one worker, and one after the other in one process, both from the start of Python on; their difference is
what a task adds.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.cluster.connect import connected
from auxiliary.cluster.execute import execute
from auxiliary.cluster.plugin import ProjectPlugin
from auxiliary.cluster.task import Task
from auxiliary.commands.on_cluster import train
from auxiliary.core.console import PlainConsole
from auxiliary.core.runtime import cpu_name
from auxiliary.project.open import open_project
from auxiliary.project.prepare import prepare
from auxiliary.project.project import Project
from auxiliary.training.job import jobs_of
from auxiliary.training.train_all import train_all
from tests.cluster.conftest import workers_of
from tests.cluster.sleeping import Sleep, sleep

TASKS, SLEEP, EXPERIMENTS, ROUNDS = 1000, 0.05, 12, 3
PROFILE = """
dataset: {folder}
name: noise
image_size: 16
scratch:
  - {{model_id: untrained, learning_rate: 1e-3, epochs: 0, net: conv(4) | gap, seeds: [{seeds}]}}
"""


def opened(root: Path) -> Project:
    """A project of some images of noise."""
    rng = np.random.default_rng(0)
    for number in range(60):
        file = root / "raw-img" / f"class {number % 3}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), "uint8")).save(file)
    profile = root / "profile.yaml"
    profile.write_text(PROFILE.format(folder=root / "raw-img", seeds=", ".join(map(str, range(EXPERIMENTS)))))
    prepare(open_project(str(profile), root=root))
    return open_project(str(profile), root=root)


def sleeping(project: Project) -> dict[str, float]:
    """A thousand tasks that sleep, in chains of two."""
    tasks = [Task(f"task {number}", Sleep("log", SLEEP), (f"task {number - 1}",) if number % 2 else ())
             for number in range(TASKS)]
    with connected("local:2") as client:
        client.register_plugin(ProjectPlugin(project, 1, do=sleep))
        began = time.perf_counter()
        outcomes = list(execute(client, tasks, workers_of(client, project)))
        took = time.perf_counter() - began
    gaps = [two.began - one.ended for worker in {outcome.worker for outcome in outcomes}
            for one, two in pairwise(sorted((each for each in outcomes if each.worker == worker),
                                            key=lambda each: each.began))]
    least = TASKS / 2 * SLEEP
    return {"tasks": TASKS, "seconds": took, "without_cluster": least, "added_a_task": (took - least) / TASKS * 2,
            "between_tasks": statistics.median(gaps)}


def evaluating(root: Path) -> dict[str, float]:
    """Experiments without epochs on one worker and without one, in a process of their own each."""
    took = {where: statistics.median(_seconds_of(where, root) for _ in range(ROUNDS)) for where in ("worker", "alone")}
    return {"tasks": EXPERIMENTS, "seconds": took["worker"], "without_cluster": took["alone"],
            "added_a_task": (took["worker"] - took["alone"]) / EXPERIMENTS}


def _seconds_of(where: str, root: Path) -> float:
    shutil.rmtree(root / "models", ignore_errors=True)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "tests.benchmarks.cluster_tasks", where, str(root)], check=True,
                   stdout=sys.stderr)
    return time.perf_counter() - began


def evaluate(where: str, root: Path) -> None:
    """What a process of `evaluating` does."""
    project = open_project(str(root / "profile.yaml"), root=root)
    if where == "alone":
        train_all(project.profile.scratch, project)
        return
    with connected("local:1") as client:
        client.register_plugin(ProjectPlugin(project, None))
        train(PlainConsole(stderr=True), client, jobs_of(project.profile.scratch, project), project)


def main() -> None:
    """Measure, write the table and print it."""
    with tempfile.TemporaryDirectory() as folder:
        project = opened(Path(folder))
        rows = [{"what": "tasks that sleep for 50 ms, on two workers"} | sleeping(project),
                {"what": "experiments without epochs, on one worker"} | evaluating(Path(folder))]
    table = pd.DataFrame(rows).assign(machine=cpu_name()).round(3)
    table.to_csv(Path(__file__).parent / "cluster_tasks.csv", index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    evaluate(sys.argv[1], Path(sys.argv[2])) if sys.argv[1:] else main()
