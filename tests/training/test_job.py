import pytest

from auxiliary.training.job import Job


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(sampling="smallest")


def test_the_run_is_named_by_key_and_fingerprint(project):
    job = Job(project.experiments["small"], 0, project)
    assert job.run.folder == project.paths.models / f"small-{job.fingerprint}"


def test_seeds_differ_in_the_fingerprint_and_share_the_config_hash(project):
    one, other = (Job(project.experiments["small"], seed, project) for seed in range(2))
    assert one.fingerprint != other.fingerprint
    assert one.config_hash == other.config_hash


def test_the_parent_has_the_same_seed_and_a_label_of_its_own(project):
    job = Job(project.experiments["tuned"], 3, project, "experiment 5 of 5: tuned")
    assert job.label == "experiment 5 of 5: tuned"
    assert (job.parent.experiment.key, job.parent.seed, job.parent.label) == ("frozen", 3, "frozen")
    assert job.parent.parent is None


def test_the_training_images_are_sampled(project):
    job = Job(project.experiments["small"], 0, project)
    assert set(job.train["category"].value_counts()) == {project.train["category"].value_counts().min()}
