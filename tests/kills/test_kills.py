"""Real processes killed at random moments; many more of them, notebooks included, by `make kills`."""

import random
import shutil
import time

import pytest
from killing import Victim
from surviving import Witness, progress, runs_in

from auxiliary.data.catalogue import clean_table
from auxiliary.project.open import open_project
from auxiliary.runs.results_csv import read_results

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
TRAIN = """
import sys
from auxiliary.project.open import open_project
from auxiliary.training.train import train_all
project = open_project(sys.argv[1], experiments=sys.argv[3], root=sys.argv[2])
train_all(project.profile.experiments, project)
"""


@pytest.fixture(scope="module")
def place(image_folder, divide, tmp_path_factory):
    """A folder with a profile, and a root `divided` in which its images are divided and nothing is trained."""
    folder, place = image_folder({"green": 20, "blue": 20, "red": 20}), tmp_path_factory.mktemp("place")
    (place / "profile.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    project = open_project(str(place / "profile.yaml"), root=place / "divided")
    divide(project, clean_table(folder))
    return place


@pytest.fixture
def new_root(place):
    """Makes a root of a name, its images divided."""
    return lambda name: shutil.copytree(place / "divided", place / name)


@pytest.fixture
def start(place):
    """Starts to train rows in a process of its own, which is gone at the end of the test."""
    victims = []

    def begin(root, experiments="*"):
        victims.append(Victim(["-c", TRAIN, place / "profile.yaml", root, experiments],
                              root.with_name(f"{root.name}-{len(victims)}.log")))
        return victims[-1]

    yield begin
    for victim in victims:
        victim.kill_everything()


def test_killed_three_times_it_ends_as_if_it_had_never_been_killed(new_root, start):
    seed = random.randrange(10**6)
    print("seed of the moments:", seed)
    chance = random.Random(seed)
    root, whole = new_root("killed"), new_root("whole")
    # Meanwhile, to save time.
    undisturbed = start(whole)
    witness = Witness(root)
    for _ in range(3):
        before, victim = progress(root), start(root)
        assert victim.wait(120, until=lambda before=before: progress(root) != before), "it hangs"
        time.sleep(chance.uniform(0, 0.7))
        victim.kill_everything()
        witness.look()
    assert witness.epochs
    last = start(root)
    for process in (undisturbed, last):
        assert process.wait(120) and process.process.returncode == 0, process.said
    assert "was interrupted, and goes on after" in last.said or "(read back)" in last.said
    witness.compare(whole)


def test_of_two_processes_on_the_same_run_one_waits_and_reads_back(new_root, start):
    root = new_root("shared")
    both = [start(root, "base"), start(root, "base")]
    for process in both:
        assert process.wait(120) and process.process.returncode == 0, process.said
    waited = ["another process is training" in process.said for process in both]
    assert sorted(waited) == [False, True]
    assert "(read back)" in both[waited.index(True)].said
    assert "(read back)" not in both[waited.index(False)].said
    run, = runs_in(root)
    assert read_results(root / "results.csv")["run_id"].tolist() == [run.result.run_id]
    Witness(root).look()
    assert not run.checkpoint.exists() and not list(run.folder.glob(".*"))
