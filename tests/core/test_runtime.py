
import os
import platform
import subprocess
import sys

import pytest

from auxiliary.core import runtime, threads
from auxiliary.core.runtime import cpu_precision, gpu_precision, processor
from auxiliary.core.text import counted


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Replaces the repository by an empty one; returns a function that runs git in it."""
    def git(*arguments: str) -> str:
        names = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", "-C", str(tmp_path), *names, *arguments], capture_output=True, text=True,
                              check=True).stdout.strip()

    # Git sets variables in a hook, which would name another repository.
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(runtime, "REPOSITORY", tmp_path)
    git("init")
    return git


def test_commit_shows_whether_the_code_differs(repository, tmp_path):
    code = tmp_path / "auxiliary" / "code.py"
    code.parent.mkdir()
    code.write_text("1", encoding="utf-8")
    repository("add", ".")
    repository("commit", "-m", "one")
    head = repository("rev-parse", "HEAD")
    assert runtime.commit() == head[:12]
    repository("tag", "v1")
    assert runtime.commit() == head[:12]
    (tmp_path / "results.csv").write_text("a run was logged", encoding="utf-8")
    assert runtime.commit() == head[:12]
    code.write_text("2", encoding="utf-8")
    assert runtime.commit() == head[:12] + "+changes"


def test_without_git_or_a_commit_it_is_empty(repository, tmp_path, monkeypatch):
    assert runtime.commit() == ""
    monkeypatch.setenv("PATH", str(tmp_path))       # no git at all
    assert runtime.commit() == ""


def test_versions_are_those_imported():
    import keras
    import tensorflow as tf

    versions = runtime.versions()
    assert versions["python"] == platform.python_version()
    assert (versions["keras"], versions["tensorflow"]) == (keras.__version__, tf.__version__)
    assert set(versions) == {"python", *runtime.PACKAGES}


def test_settings_are_those_of_keras_and_the_environment(monkeypatch):
    import keras

    for name in runtime.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    settings = runtime.settings()
    assert settings["backend"] == "tensorflow" and settings["epsilon"] == keras.config.epsilon()
    assert settings["cores"] == threads.usable_cores()
    given = {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_DETERMINISTIC_OPS": "1", "XLA_FLAGS": "--xla_gpu_autotune_level=0"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert runtime.settings() == settings | given


def test_loading_tensorflow_prints_nothing():
    script = "from auxiliary.core import runtime; runtime.load(); import sys; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.skipif((platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="needs Linux on x86")
@pytest.mark.parametrize(("first", "variable", "used", "recorded"), [
    ("auxiliary", None, True, "1"),
    ("auxiliary", "0", False, "0"),
    # Too late for the variable: what TensorFlow chose for this processor is not known here.
    ("tensorflow", None, None, None)])
def test_onednn_computes_on_every_processor_unless_the_user_says_otherwise(first, variable, used, recorded):
    """TensorFlow itself leaves it out on processors without AVX-512 VNNI or AMX."""
    script = (f"import {first}; from auxiliary.core import runtime; settings = runtime.settings();"
              "from tensorflow.python.util import _pywrap_util_port as port;"
              "print(port.IsMklEnabled(), settings.get('TF_ENABLE_ONEDNN_OPTS'))")
    given = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    given |= {"TF_ENABLE_ONEDNN_OPTS": variable} if variable else {}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=given)
    shown, setting = done.stdout.split()
    assert setting == str(recorded) and (used is None or shown == str(used))


def test_cuda_libraries_are_loaded_with_tensorflow(monkeypatch):
    """In commands, kernels and scripts alike: all of them load TensorFlow here."""
    loaded = []
    monkeypatch.setattr(runtime.cuda, "load_libraries", lambda: loaded.append("libraries") or [])
    runtime.load()
    assert loaded == ["libraries"]


def test_start_sets_every_seed():
    import keras
    import numpy as np

    drawn = []
    for _ in range(2):
        machine = runtime.start(7)
        drawn.append((np.random.rand(), float(keras.random.uniform(())), keras.layers.Dense(1).name))  # noqa: NPY002
    assert drawn[0] == drawn[1]
    assert machine.device == runtime.cpu_name()
    assert machine.precision == keras.config.dtype_policy().name


def test_operations_are_deterministic_unless_they_need_not_be():
    from tensorflow.python.framework.config import is_op_determinism_enabled

    enabled = []
    for deterministic in (True, False, True):
        runtime.start(0, deterministic)
        enabled.append(is_op_determinism_enabled())
    assert enabled == [True, False, True]


def test_gpu_sets_precision(monkeypatch):
    """With a fake list of devices; computation stays on the processor."""
    import keras
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"{kind}:0", f"{kind}:1"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details",
                        lambda _: {"device_name": "NVIDIA H200", "compute_capability": (9, 0)})
    try:
        assert runtime.start(0) == runtime.Machine("NVIDIA H200", "mixed_bfloat16", gpu=True)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("given", [None, "false"])
def test_memory_of_a_gpu_grows_unless_the_user_says_otherwise(given):
    """In every process that imports the package, before TensorFlow uses a GPU."""
    name = "TF_FORCE_GPU_ALLOW_GROWTH"
    environment = {key: value for key, value in os.environ.items() if key != name} | ({name: given} if given else {})
    done = subprocess.run([sys.executable, "-c", f"import auxiliary, os; print(os.environ[{name!r}])"],
                          env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (given or "true")


def test_processor_name_has_its_cores():
    assert runtime.cpu_name().endswith(f", {counted(threads.usable_cores(), 'core')}")
    assert 1 <= threads.usable_cores() <= os.cpu_count()


@pytest.mark.parametrize(("capability", "expected"), [
    (None, "float32"), ((6, 1), "float32"), ((7, 0), "mixed_float16"), ((7, 5), "mixed_float16"),
    ((8, 0), "mixed_bfloat16"), ((9, 0), "mixed_bfloat16"), ((12, 0), "mixed_bfloat16"),
])
def test_precision_of_gpus_by_generation(capability, expected):
    assert gpu_precision(capability) == expected


@pytest.mark.parametrize(("vendor", "flags", "expected"), [
    ("AuthenticAMD", "sse avx512f avx512_bf16 vaes", "mixed_bfloat16"),
    ("AuthenticAMD", "sse avx2", "float32"),
    ("GenuineIntel", "avx512_bf16 avx512_fp16", "float32"),
    ("GenuineIntel", "avx512_bf16 amx_bf16 amx_tile", "mixed_bfloat16"),
])
def test_precision_of_processors_by_their_units(vendor, flags, expected):
    assert cpu_precision({"vendor_id": vendor, "flags": flags}) == expected


def test_unknown_processor_gets_float32():
    assert cpu_precision({}) == "float32"


def test_first_processor_of_linux_is_read(tmp_path):
    file = tmp_path / "cpuinfo"
    block = "processor\t: {}\nvendor_id\t: AuthenticAMD\nmodel name\t: EPYC: 9\nflags\t\t: sse avx\n\n"
    file.write_text(block.format(0) + block.format(1), encoding="utf-8")
    assert processor(file) == {
        "processor": "0", "vendor_id": "AuthenticAMD", "model name": "EPYC: 9", "flags": "sse avx"}
    assert processor(tmp_path / "none") == {}
