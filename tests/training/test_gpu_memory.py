"""Memory that runs out in training is a sentence, and the other experiments go on; errors are stand-ins for a GPU's."""

import keras
import pytest
import tensorflow as tf

from auxiliary.core.errors import NotTrained, OutOfMemory
from auxiliary.training import gpu_memory, trainer
from auxiliary.training.gpu_memory import Memory, device_memory, is_out_of_memory
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.outcome import check_converged
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all

FULL = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[8,16,16,4] on GPU:0")


@pytest.fixture
def too_small(monkeypatch):
    """A GPU on which batches of more than so many images do not fit while `small` is trained: `too_small(most=2)`."""
    fit, step = trainer.fit, keras.Model.fit

    def too_small(most: int) -> None:
        def limited_fit(job, *arguments):
            if job.experiment.key == "small" and job.experiment.batch_size > most:
                raise FULL
            return fit(job, *arguments)

        def limited_step(self, inputs, *labels, **options):
            # A run trains on batches without end, the trial on one.
            if tf.is_tensor(inputs) and len(inputs) > most:
                raise FULL
            return step(self, inputs, *labels, **options)

        monkeypatch.setattr(trainer, "fit", limited_fit)
        monkeypatch.setattr(keras.Model, "fit", limited_step)

    monkeypatch.setattr(gpu_memory, "device_memory", lambda: Memory(16 * 10**9, "Tesla T4"))
    return too_small


def test_the_others_are_trained_and_children_are_not(make_project, too_small, capsys):
    project = make_project()
    too_small(most=3)
    runs = train_all(project.profile.scratch, project)
    assert [run.result.key for run in runs] == ["untrained"]
    first, child, _ = capsys.readouterr().out.splitlines()
    assert first == ("1 of 3: small is not trained: the memory of Tesla T4 ran out, of which it may use 16.0 GB, in "
                     "batches of 8; a batch_size of 2 fits")
    assert child == "2 of 3: small_on is not trained, because small, which it needs, is not"
    with pytest.raises(NotTrained, match="not trained, for the reasons above: small, small_on"):
        check_converged(jobs_of(project.profile.scratch, project))
    check_converged(jobs_of([project.experiments["untrained"]], project))


def test_with_the_batch_that_fits_it_is_trained(make_project, too_small):
    too_small(most=2)
    project = make_project(edit=("model_id: small,", "model_id: small, batch_size: 2,"))
    assert train_and_evaluate(project.experiments["small"], project).finished


@pytest.mark.parametrize("key", ["small", "frozen", "tuned"])
def test_the_largest_batch_is_tried(make_project, too_small, key):
    project = make_project(label_smoothing=0.1 if key == "frozen" else 0.0)
    job = Job(project.experiments[key], 0, project)
    if job.parent:
        train_and_evaluate(project.experiments["frozen"], project)
    too_small(most=5)
    assert gpu_memory.largest_batch(job) == 4
    too_small(most=0)
    assert gpu_memory.largest_batch(job) == 0


@pytest.mark.parametrize(("most", "words"), [(0, "not even a batch of one image fits"), (8, "another program")])
def test_no_batch_fits_or_the_same_one_fits_later(make_project, too_small, monkeypatch, most, words):
    project = make_project()
    too_small(most)

    def full(*_):
        raise FULL

    monkeypatch.setattr(trainer, "fit", full)
    with pytest.raises(OutOfMemory, match=words):
        train_and_evaluate(project.experiments["small"], project)


def test_where_no_optimiser_trains_no_batch_is_tried(make_project, too_small, monkeypatch):
    project = make_project()
    too_small(most=8)
    monkeypatch.setattr(gpu_memory, "largest_batch", lambda _: pytest.fail("a batch was tried"))

    def full(*_):
        raise FULL

    monkeypatch.setattr(trainer, "predict_splits", full)
    with pytest.raises(OutOfMemory, match=r"16\.0 GB: choose a smaller network or image_size$"):
        train_and_evaluate(project.experiments["untrained"], project)


def test_where_nothing_can_be_trained_that_is_the_error(make_project, too_small):
    project = make_project()
    too_small(most=1)
    with pytest.raises(NotTrained, match="no experiment could be trained"):
        train_all(project.profile.scratch[:2], project)


@pytest.mark.parametrize(("error", "expected"), [
    (FULL, True),
    (tf.errors.InternalError(None, None, "Failed to allocate 1073741824 bytes"), True),
    (tf.errors.InternalError(None, None, "cudaMalloc: CUDA_ERROR_OUT_OF_MEMORY: out of memory"), True),
    (tf.errors.InvalidArgumentError(None, None, "Incompatible shapes: [2] vs. [3]"), False)])
def test_errors_for_too_little_memory_are_told_from_others(error, expected):
    assert is_out_of_memory(error) == expected


def test_other_errors_stay(make_project, monkeypatch):
    def wrong(*_):
        raise tf.errors.InvalidArgumentError(None, None, "Incompatible shapes")

    monkeypatch.setattr(trainer, "fit", wrong)
    project = make_project()
    with pytest.raises(tf.errors.InvalidArgumentError):
        train_and_evaluate(project.experiments["small"], project)


def test_the_memory_of_a_gpu_is_what_is_free_and_what_tensorflow_had(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"{kind}:0"])
    monkeypatch.setattr(tf.config.experimental, "get_memory_info", lambda _: {"current": 1, "peak": 3 * 10**9})
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "Tesla T4"})
    monkeypatch.setattr(gpu_memory, "_free_on_gpu", lambda: 5 * 10**9)
    assert device_memory() == Memory(8 * 10**9, "Tesla T4")


def test_without_a_gpu_it_is_that_of_the_machine():
    memory = device_memory()
    assert memory.usable > 0 and memory.device == "this machine"
