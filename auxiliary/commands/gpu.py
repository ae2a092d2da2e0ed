"""The GPU that experiments train on: whether TensorFlow uses it, and how fast it is, found out in another process."""

from typing import NamedTuple

from auxiliary.commands.speed import Speed, processor_speed
from auxiliary.core import runtime
from auxiliary.core.console import PlainConsole
from auxiliary.core.driver import Driver, find_driver
from auxiliary.core.text import first_few
from auxiliary.core.worker import Worker, WorkerKilled, ctrl_c_blocked

NAMED = 2    # GPUs in a sentence


class Trial(NamedTuple):
    """What TensorFlow makes of a GPU that the driver shows.

    Attributes:
        speed: None where TensorFlow uses none, or could not compute on it.
        problem: a sentence for those cases, else empty.
    """

    speed: Speed | None
    problem: str = ""


def training_speed(console: PlainConsole) -> Speed:
    """How fast this machine trains: on its GPU, or on its processor.

    Prints a line where a GPU is not used, with the reason. Without an NVIDIA driver TensorFlow is not loaded.
    """
    driver = find_driver()
    if driver is None:
        return processor_speed()
    console.print(f"trying {_names(driver)} for a moment", soft_wrap=True)
    trial = _try_apart(driver)
    if trial.problem:
        console.print(trial.problem, soft_wrap=True)
    return trial.speed or processor_speed()


def _try_apart(driver: Driver) -> Trial:
    """Try the GPU in a process of its own, so that its memory is free again, and this process loads no TensorFlow."""
    with ctrl_c_blocked():
        worker = Worker()
    try:
        return worker.call(try_gpu, driver)
    except WorkerKilled:
        return Trial(None, f"{_names(driver)} could not be tried: the process that did so was killed, so this estimate "
                           "is that of the processor")
    finally:
        worker.kill()
        worker.close()


def try_gpu(driver: Driver) -> Trial:
    """Load TensorFlow and measure the speed of its GPU, or find out why it has none."""
    machine = runtime.start(0)
    if not machine.gpu:
        from auxiliary.commands.unused_gpu import why_unused

        return Trial(None, f"{_names(driver)} will not be used: TensorFlow finds no GPU, because {why_unused(driver)}")
    import tensorflow as tf

    from auxiliary.commands.gpu_speed import measure_speed

    try:
        return Trial(measure_speed(f"this machine's GPU ({machine.device})"))
    except tf.errors.OpError as error:    # such as memory that another program has taken
        first, *_ = error.message.strip().splitlines()
        return Trial(None, f"the speed of {machine.device} could not be measured ({first}), so this estimate is that "
                           "of the processor")


def _names(driver: Driver) -> str:
    return first_few(driver.gpus, NAMED)
