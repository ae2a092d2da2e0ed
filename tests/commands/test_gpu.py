"""A GPU that the driver shows: it is tried in another process, and a line says why it is not used; with stand-ins."""

import pytest
import tensorflow as tf

from auxiliary.commands import gpu, gpu_speed, unused_gpu
from auxiliary.commands.gpu import Trial, training_speed, try_gpu
from auxiliary.commands.speed import Speed, processor_speed
from auxiliary.commands.unused_gpu import why_unused
from auxiliary.core import cuda
from auxiliary.core.console import PlainConsole
from auxiliary.core.driver import Driver
from auxiliary.core.runtime import Machine
from auxiliary.core.worker import WorkerKilled

DRIVER = Driver("470.57.02", ("Tesla T4", "Tesla T4"))
FAST = Speed("this machine's GPU (Tesla T4)", 1e13, 1e12, 1e-12, 1e-11, apart=True)


@pytest.fixture
def usable(tmp_path, monkeypatch):
    """A machine on which nothing hinders a GPU, each part of which a test may break; the folder of its devices."""
    monkeypatch.delenv(cuda.HIDDEN, raising=False)
    monkeypatch.setattr(unused_gpu, "driver_cuda", lambda: (12, 9))
    monkeypatch.setattr(unused_gpu, "driver_error", str)
    monkeypatch.setattr(unused_gpu, "load_libraries", list)
    (tmp_path / "nvidia0").touch()
    return tmp_path


@pytest.mark.parametrize("visible", ["", "-1", " ", "2", "2,0", "all"])
def test_gpus_that_are_hidden(usable, monkeypatch, visible):
    monkeypatch.setenv(cuda.HIDDEN, visible)
    assert f"CUDA_VISIBLE_DEVICES is {visible!r}" in why_unused(DRIVER, usable)


@pytest.mark.parametrize("visible", ["0", "1,0", "0,-1", "GPU-1", "MIG-1"])
def test_gpus_that_are_visible(usable, monkeypatch, visible):
    monkeypatch.setenv(cuda.HIDDEN, visible)
    assert cuda.HIDDEN not in why_unused(DRIVER, usable)


def test_missing_libraries_with_the_command_that_installs_them(usable, monkeypatch):
    monkeypatch.setattr(unused_gpu, "load_libraries", lambda: ["nvidia-cudnn-cu12", *"abc"])
    reason = why_unused(DRIVER, usable)
    assert reason == ("CUDA libraries are missing (nvidia-cudnn-cu12, a, b and 1 more): "
                      ".venv/bin/pip install -e '.[gpu]'")


def test_an_old_driver_with_both_versions(usable, monkeypatch):
    monkeypatch.setattr(unused_gpu, "driver_cuda", lambda: (11, 4))
    monkeypatch.setattr(tf.sysconfig, "get_build_info", lambda: {"cuda_version": "12.5.1"})
    assert why_unused(DRIVER, usable) == ("the driver 470.57.02 supports CUDA 11.4, and TensorFlow asks for 12.5.1: "
                                          "update the driver")
    # NVIDIA's drivers run all versions of CUDA with the same first number.
    monkeypatch.setattr(unused_gpu, "driver_cuda", lambda: (12, 2))
    assert "unknown reason" in why_unused(DRIVER, usable)


def test_other_reasons(usable, monkeypatch):
    (usable / "nvidia0").unlink()
    assert "--gpus all" in why_unused(DRIVER, usable)
    (usable / "dxg").touch()    # WSL
    monkeypatch.setattr(unused_gpu, "driver_error", lambda: "unknown error")
    assert "the driver cannot be started (unknown error)" in why_unused(DRIVER, usable)
    monkeypatch.setattr(unused_gpu, "driver_cuda", lambda: None)
    assert "libcuda.so.1" in why_unused(DRIVER, usable)
    monkeypatch.setattr(tf.test, "is_built_with_cuda", lambda: False)
    assert "built without CUDA" in why_unused(DRIVER, usable)
    monkeypatch.setattr(unused_gpu.sys, "platform", "win32")
    assert "WSL2" in why_unused(DRIVER, usable)


def test_without_a_driver_nothing_is_tried(monkeypatch, capsys):
    monkeypatch.setattr(gpu, "find_driver", lambda: None)
    monkeypatch.setattr(gpu, "Worker", lambda: pytest.fail("a process was started"))
    assert training_speed(PlainConsole()).device == processor_speed().device
    assert not capsys.readouterr().out


def test_a_gpu_that_tensorflow_does_not_use_is_one_line(monkeypatch, capsys):
    """In a process of its own, on this machine, on which `CUDA_VISIBLE_DEVICES` hides all GPUs."""
    monkeypatch.setenv(cuda.HIDDEN, "-1")
    monkeypatch.setattr(gpu, "find_driver", lambda: DRIVER)
    assert not training_speed(PlainConsole()).apart
    _, problem = capsys.readouterr().out.splitlines()
    assert problem == ("Tesla T4, Tesla T4 will not be used: TensorFlow finds no GPU, because the environment variable "
                       "CUDA_VISIBLE_DEVICES is '-1', which hides it: unset that")


def test_the_speed_of_a_gpu_that_is_used(monkeypatch, capsys):
    class Stand:
        def call(self, *_):
            return Trial(FAST)

        def kill(self): ...
        def close(self): ...

    monkeypatch.setattr(gpu, "find_driver", lambda: DRIVER)
    monkeypatch.setattr(gpu, "Worker", Stand)
    assert training_speed(PlainConsole()) == FAST
    assert len(capsys.readouterr().out.splitlines()) == 1

    def killed(*_):
        raise WorkerKilled

    monkeypatch.setattr(Stand, "call", killed)
    assert not training_speed(PlainConsole()).apart
    assert "was killed" in capsys.readouterr().out


def test_a_gpu_that_is_full_is_said_and_not_fatal(monkeypatch):
    def full(name):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating\nmore lines")

    monkeypatch.setattr(gpu.runtime, "start", lambda _: Machine("Tesla T4", "mixed_float16", gpu=True))
    monkeypatch.setattr(gpu_speed, "measure_speed", full)
    speed, problem = try_gpu(DRIVER)
    assert speed is None and "(OOM when allocating)" in problem


def test_speed_is_measured_on_the_device(monkeypatch):
    """Here on the processor, in as few steps as can be."""
    monkeypatch.setattr(gpu_speed, "STEPS", 1)
    monkeypatch.setattr(gpu_speed, "BATCH", 2)
    speed = gpu_speed.measure_speed("a device")
    assert speed.device == "a device" and speed.apart
    assert min(speed.scratch, speed.backbone) > 1e6 and 0 < speed.number < speed.update < 1
    assert speed.step >= 0 and speed.layer >= 0
