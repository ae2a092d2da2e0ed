"""One network trained on several GPUs of a machine: each has a copy of it, and takes a part of each batch.

`tf.distribute.MirroredStrategy` keeps the copies equal. The mean of their gradients is that of the whole batch, and
batch norm takes the statistics of the whole batch too. So the figures are those of one GPU within rounding, where the
parts are of equal size and nothing is drawn at random in the network.
"""

from contextlib import AbstractContextManager, nullcontext
from functools import cache

import tensorflow as tf

from auxiliary.core.errors import UserError
from auxiliary.core.gpus import used_gpus
from auxiliary.core.text import counted
from auxiliary.training.job import Job


def on_all_gpus(job: Job) -> AbstractContextManager:
    """The block in which a job's network is made; with one GPU it changes nothing.

    Raises:
        UserError: there are not so many GPUs, or a batch has not an image for each.
    """
    if (number := used_gpus()) == 1 or not job.experiment.epochs:
        return nullcontext()
    _check_batches(job, number)
    return _strategy(_devices(number)).scope()


@cache
def _strategy(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    """The strategy for some devices; TensorFlow fails when a process makes another one."""
    return tf.distribute.MirroredStrategy(devices)


def _devices(number: int) -> tuple[str, ...]:
    """The names of the first GPUs; without any, those of TensorFlow's processors, of which there is one."""
    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(found) < number:
        names = ", ".join(device.name.removeprefix("/device:") for device in found)
        raise UserError(f"{number:,} GPUs are to train a network, and TensorFlow has {len(found):,} here ({names})")
    return tuple(device.name for device in found[:number])


def _check_batches(job: Job, number: int) -> None:
    """Refuse a last batch that leaves a GPU without an image: its mean loss would be no number."""
    size = job.experiment.batch_size
    for split, images in (("training", len(job.train)), ("validation", len(job.project.val))):
        last = images % size or size
        if last < number:
            raise UserError(f"{job.experiment.key}: the last batch of its {counted(images, f'{split} image')} has "
                            f"{counted(last, 'image')}, fewer than {number:,} GPUs: choose another batch_size")
