"""Kills workers of a cluster at random moments, and checks that the figures are those of a run without a cluster.

    python -m tests.kills.kill_cluster [--kills 10] [--seed NUMBER]

A scheduler and two workers train four small experiments. Every few seconds one of the workers is killed, or the process
that computes for it, and a new worker is started where one is missing. The roots are new until there were enough kills.
Prints one line per kill; the exit status is 1 where figures differ, or a training has failed.
"""

import argparse
import random
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from auxiliary.cluster.plugin import ProjectPlugin
from auxiliary.cluster.work import slim
from auxiliary.commands.on_cluster import train
from auxiliary.core.console import PlainConsole
from auxiliary.project.project import Project
from auxiliary.training.job import jobs_of
from tests.cluster.processes import Processes
from tests.cluster.training import differing, opened, train_alone

COLOURS = {"green": (0, 160, 60), "blue": (40, 60, 200), "red": (200, 50, 40)}
# Seconds between two kills, at least and at most: TensorFlow takes six to load.
PAUSE = (3, 15)


def write_images(folder: Path) -> Path:
    """Sixty images of noise in three colours."""
    rng = np.random.default_rng(0)
    for category, colour in COLOURS.items():
        (folder / category).mkdir(parents=True)
        for number in range(20):
            pixels = np.array(colour) + rng.normal(0, 20, (32, 32, 3))
            Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(folder / category / f"{number}.png")
    return folder


def kill_now_and_then(running: Processes, stop: threading.Event, rng: random.Random, most: int) -> int:
    """Kill workers, or the processes that compute for them, until training is over; how many."""
    kills = 0
    while kills < most and not stop.wait(rng.uniform(*PAUSE)):
        number = rng.randrange(len(running.workers))
        worker = psutil.Process(running.workers[number].pid)
        children = worker.children()
        if children and rng.random() < 0.3:
            children[0].kill()
            print("killed a process that computes", flush=True)
        else:
            worker.kill()
            running.workers[number].join()
            running.workers[number] = running.add_worker()
            print("killed a worker", flush=True)
        kills += 1
    return kills


def train_and_kill(project: Project, place: Path, rng: random.Random, most: int) -> int:
    """Train on two workers that are killed now and then; how often."""
    from distributed import Client

    with Processes(place, workers=2) as running, Client(running.address, set_as_default=False) as client:
        client.wait_for_workers(2)
        client.register_plugin(ProjectPlugin(slim(project), 1))
        stop, kills, jobs = threading.Event(), [], jobs_of(project.profile.experiments, project)
        killer = threading.Thread(target=lambda: kills.append(kill_now_and_then(running, stop, rng, most)))
        killer.start()
        try:
            # Three deaths are a failure, after which the same command goes on.
            while not all(job.run.finished for job in jobs):
                train(PlainConsole(), client, jobs, project)
        finally:
            stop.set()
            killer.join()
    return kills[0]


def main(wanted: int, seed: int) -> bool:
    """Kill so many times; whether all figures are those of a run without a cluster."""
    place, rng, done, roots = Path(tempfile.mkdtemp(prefix="auxiliary-kills-")), random.Random(seed), 0, 0
    print(f"seed {seed}; all files are in {place}", flush=True)
    images = write_images(place / "images")
    alone = opened(place / "alone", images)
    train_alone(alone)
    while done < wanted:
        roots += 1
        project = opened(place / f"root-{roots}", images)
        done += train_and_kill(project, place, rng, wanted - done)
        if different := differing(project, alone):
            print(f"other figures in root-{roots}: {', '.join(different)}")
            return False
    print(f"{done} kills in {roots} roots; all figures are the same")
    return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    sys.exit(0 if main(given.kills, given.seed) else 1)
