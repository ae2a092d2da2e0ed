import re
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auxiliary.training.job import Job


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(sampling="smallest")


def test_the_run_is_named_by_key_and_fingerprint(project):
    job = Job(project.experiments["small"], 0, project)
    assert job.run.folder == project.paths.models / f"small-{job.fingerprint}"


# Each with the one before it: a folder could hold both names only as one.
ALIKE = ("my net", "my_net", "My_Net", "a/b", "a:b", "é", "e\u0301", "x" * 190, "x" * 191, ".", "..", "-", "--help",
         "con", "../up", "~me", "#1", "[new]", "nan", "007", "猫", "*")


def folder(project, key: str) -> str:
    return Job(project.experiments["small"].model_copy(update={"key": key, "model_id": key}), 0, project).run.id


def test_names_that_folders_cannot_tell_apart_have_folders_of_their_own(project):
    # As macOS compares them.
    names = {normalize("NFC", folder(project, key)).casefold() for key in ALIKE}
    assert len(names) == len(ALIKE)


@example("/")
@given(st.one_of(st.sampled_from(ALIKE), st.text(min_size=1)))
def test_every_name_has_a_folder_that_any_system_can_hold(project, key):
    name = folder(project, key)
    assert re.fullmatch(r"[\w+][\w.+-]*-h[0-9a-f]{12}", name)
    # With the dot and the suffix of its lock.
    assert len(f".{name}.lock".encode()) <= 255


def test_seeds_differ_in_the_fingerprint_and_share_the_config_hash(project):
    one, other = (Job(project.experiments["small"], seed, project) for seed in range(2))
    assert one.fingerprint != other.fingerprint
    assert one.config_hash == other.config_hash


def test_the_parent_has_the_same_seed_and_a_label_of_its_own(project):
    job = Job(project.experiments["tuned"], 3, project, "experiment 5 of 5: tuned")
    assert job.label == "experiment 5 of 5: tuned"
    assert (job.parent.experiment.key, job.parent.seed, job.parent.label) == ("frozen", 3, "frozen")
    assert job.parent.parent is None


@pytest.mark.parametrize(("seeds", "seed", "name"), [
    ((0,), 0, "small"), ((7,), 7, "small (seed 7)"), ((0, 1), 0, "small (seed 0)"), ((0,), 3, "small (seed 3)")])
def test_the_name_has_the_seed_unless_it_is_0_alone(project, seeds, seed, name):
    experiment = project.experiments["small"].model_copy(update={"seeds": seeds})
    assert Job(experiment, seed, project).name == name


def test_the_training_images_are_sampled(project):
    job = Job(project.experiments["small"], 0, project)
    assert set(job.train["category"].value_counts()) == {project.train["category"].value_counts().min()}
