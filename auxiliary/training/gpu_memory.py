"""Memory that runs out while an experiment is trained: a sentence with the batch that fits, in place of a page."""

import ctypes
import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from auxiliary.core.cuda import DRIVER
from auxiliary.core.errors import OutOfMemory
from auxiliary.core.resources import free_memory
from auxiliary.core.text import format_bytes
from auxiliary.training.job import Job
from auxiliary.training.loss import takes_shares
from auxiliary.training.setup import build_setup
from auxiliary.training.trained_model import compiled

# How messages of TensorFlow, CUDA and cuDNN begin to say it, besides errors that are nothing else.
PHRASES = ("out of memory", "out_of_memory", "failed to allocate", "alloc_failed")


class Memory(NamedTuple):
    """The memory of a device.

    Attributes:
        usable: bytes that this process has or may take.
        device: what a sentence calls it.
    """

    usable: int
    device: str


@contextmanager
def explain_out_of_memory(job: Job) -> Iterator[None]:
    """Turn TensorFlow's error for too little memory into a sentence that names the largest batch that fits.

    Raises:
        OutOfMemory: in place of that error.
    """
    try:
        yield
        return
    except tf.errors.OpError as error:
        if not is_out_of_memory(error):
            raise
        # Otherwise the error would hold the network that did not fit.
        traceback.clear_frames(error.__traceback__)
    memory = device_memory()
    ran_out = (f"{job.name} is not trained: the memory of {memory.device} ran out, of which it may use "
               f"{format_bytes(memory.usable)}")
    raise OutOfMemory(ran_out + _advice(job))


def is_out_of_memory(error: tf.errors.OpError) -> bool:
    """Whether an error of TensorFlow says that memory ran out."""
    return isinstance(error, tf.errors.ResourceExhaustedError) or any(
        phrase in error.message.lower() for phrase in PHRASES)


def _advice(job: Job) -> str:
    experiment = job.experiment
    if not (experiment.has_optimizer and experiment.epochs):
        return ": choose a smaller network or image_size"
    size, fits = experiment.batch_size, largest_batch(job)
    if fits == size:
        return ("; a training step fits by now, so another program may have taken memory meanwhile: run it again, or "
                "choose a smaller image_size if that ends in the same way")
    if not fits:
        return "; not even a batch of one image fits: choose a smaller network or image_size"
    return f", in batches of {size:,}; a batch_size of {fits:,} fits"


def largest_batch(job: Job) -> int:
    """The largest of `batch_size`, its half, its quarter and so on with which a training step fits; 0 for none.

    Args:
        job: an optimiser trains its experiment.
    """
    size = job.experiment.batch_size
    while size and not _fits(job, size):
        size //= 2
    return size


def _fits(job: Job, size: int) -> bool:
    gc.collect()
    keras.backend.clear_session()
    try:
        _train_step(job, size)
    except tf.errors.OpError as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True


def _train_step(job: Job, size: int) -> None:
    """A training step as those of a run, on a batch of zeros; its network is not used any more."""
    experiment, network = job.experiment, build_setup(job).trained
    # A network for images of any size has no shape of its own.
    largest = max(getattr(experiment, "sizes", ()) or [experiment.image_size])
    shape = [size, *(side or largest for side in network.input_shape[1:])]
    classes = len(job.project.categories)
    labels = np.zeros((size, classes), "float32") if takes_shares(experiment) else np.zeros(size, "int64")
    model = compiled(network, experiment, rate=1e-3, steps=1)
    model.fit(tf.zeros(shape, network.input.dtype), labels, batch_size=size, verbose=0)


def device_memory() -> Memory:
    """The memory of the GPU that TensorFlow computes on, or that of the processor."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return Memory(free_memory(), "this machine")
    # TensorFlow gives nothing back: what it once had is free for it, and the driver counts it as taken.
    own = tf.config.experimental.get_memory_info("GPU:0")["peak"]
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "the GPU")
    return Memory(_free_on_gpu() + own, name)


def _free_on_gpu() -> int:
    """Bytes that no process has taken on the GPU that TensorFlow uses; 0 where the driver does not say."""
    free, total, context = ctypes.c_size_t(), ctypes.c_size_t(), ctypes.c_void_p()
    try:
        driver = ctypes.CDLL(DRIVER)
        # The first visible one, as TensorFlow's; the context is TensorFlow's too.
        if driver.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0) or driver.cuCtxSetCurrent(context):
            return 0
        driver.cuMemGetInfo_v2(ctypes.byref(free), ctypes.byref(total))
        driver.cuDevicePrimaryCtxRelease_v2(0)
    except (OSError, AttributeError):
        return 0
    return free.value
