"""Real processes killed at random moments; `make kills` kills many more, with notebooks."""

import random
import shutil
import time

import pytest
from forked import TrainingProcess
from kill_checks import RootChecker, finished_epochs, runs_in

from auxiliary.runs.results_csv import read_results
from tests.colours import open_text

PROFILE = """
dataset: {folder}
name: colours
image_size: 16
batch_size: 8
sampling: none
scratch:
  - {{model_id: base, learning_rate: 0.01, epochs: 10, schedule: onecycle, augment: flip | shift(0.1),
     net: conv(8) | gap | dropout(0.3)}}
  - {{model_id: base_on, parent: base, learning_rate: 0.001, epochs: 15, patience: 4}}
"""


@pytest.fixture(scope="module")
def place(image_folder, divide, tmp_path_factory):
    """A folder with a profile, and a root `divided` in which its images are split and nothing is trained."""
    folder, place = image_folder({"green": 20, "blue": 20, "red": 20}), tmp_path_factory.mktemp("place")
    divide(open_text(PROFILE.format(folder=folder), place, root=place / "divided"))
    return place


@pytest.fixture
def new_root(place):
    """Makes a root of a name; its images are split."""
    return lambda name: shutil.copytree(place / "divided", place / name)


@pytest.fixture
def start(place):
    """Starts to train experiments in a new process, which is killed at the end of the test."""
    processes = []

    def begin(root, experiments="*"):
        log = root.with_name(f"{root.name}-{len(processes)}.log")
        processes.append(TrainingProcess(place / "profile.yaml", root, experiments, log, place / "temporary"))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill_everything()


def test_training_killed_three_times_equals_training_without_kills(new_root, start):
    seed = random.randrange(10**6)
    print("seed of the moments:", seed)
    chance = random.Random(seed)
    root, whole = new_root("killed"), new_root("whole")
    # In parallel, to save time.
    undisturbed = start(whole)
    checker = RootChecker(root)
    for _ in range(3):
        before, process = finished_epochs(root), start(root)
        assert process.wait(120, until=lambda before=before: finished_epochs(root) != before), "it hangs"
        time.sleep(chance.uniform(0, 0.7))
        process.kill_everything()
        checker.check()
    assert checker.epochs
    last = start(root)
    for process in (undisturbed, last):
        assert process.wait(120) and process.returncode == 0, process.output
    assert "was interrupted, and goes on after" in last.output or "(read back)" in last.output
    checker.compare(whole)


def test_second_process_waits_and_reads_the_run_back(new_root, start):
    root = new_root("shared")
    both = [start(root, "base"), start(root, "base")]
    for process in both:
        assert process.wait(120) and process.returncode == 0, process.output
    waited = ["another process is training" in process.output for process in both]
    assert sorted(waited) == [False, True]
    assert "(read back)" in both[waited.index(True)].output
    assert "(read back)" not in both[waited.index(False)].output
    run, = runs_in(root)
    assert read_results(root / "results.csv")["run_id"].tolist() == [run.result.run_id]
    RootChecker(root).check()
    assert not run.checkpoint.exists() and not list(run.folder.glob(".*"))
