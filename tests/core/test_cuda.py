"""CUDA libraries are loaded, so that they are found by name; with stand-ins that a C compiler builds."""

import ctypes
import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from auxiliary.core import cuda

PACKAGES = ["nvidia-cusolver-cu12", "nvidia-cublas-cu12", "nvidia-cudnn-cu12"]
# A library of the stand-ins, its folder, and the one that it needs.
STAND_INS = [("libcublasLt.so.12", "cublas", ""), ("libcublas.so.12", "cublas", "libcublasLt.so.12"),
             ("libcusolver.so.11", "cusolver", "libcublas.so.12"), ("libnvblas.so.12", "cublas", "")]
DRIVER = """
int cuDriverGetVersion(int *version) { *version = 12040; return 0; }
int cuInit(unsigned flags) { return 803; }
int cuGetErrorString(int code, const char **text) { *text = code == 803 ? "other versions" : "?"; return 0; }
"""
# Prints what is missing, then whether a library that is opened by its name is found, before and after.
SCRIPT = """
import ctypes, sys
from importlib import metadata
from pathlib import Path
from auxiliary.core import cuda

folder = Path(sys.argv[1])

class File:
    def __init__(self, path):
        self.name, self.path = path.name, path
    def locate(self):
        return self.path

def files(package):
    if package == "nvidia-cudnn-cu12":
        raise metadata.PackageNotFoundError
    return [File(path) for path in (folder / package.split("-")[1]).iterdir()]

def found(name):
    try:
        return bool(ctypes.CDLL(name))
    except OSError:
        return False

cuda.requires = lambda _: [f"{name}<13; extra == 'and-cuda'" for name in sys.argv[2:]] + ["numpy>=1"]
cuda.files = files
names = ["libcusolver.so.11", "libcublas.so.12", "libnvblas.so.12"]
print([found(name) for name in names], cuda.load_libraries(), [found(name) for name in names])
"""


def build(folder: Path, name: str, code: str, needed: str = "") -> None:
    """Build a library without a path to the one that it needs, in a sibling folder."""
    folder.mkdir(exist_ok=True)
    others = [f"-L{each}" for each in folder.parent.iterdir() if each.is_dir()] + [f"-l:{needed}"] if needed else []
    (folder / "code.c").write_text(code, encoding="utf-8")
    subprocess.run([shutil.which("cc"), "-shared", "-fPIC", f"-Wl,-soname,{name}", "-Wl,--no-as-needed", "-o",
                    folder / name, folder / "code.c", *others], check=True)
    (folder / "code.c").unlink()


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    if sys.platform != "linux" or not shutil.which("cc"):
        pytest.skip("the stand-ins are built by a C compiler, on Linux")
    folder = tmp_path_factory.mktemp("nvidia")
    for name, place, needed in STAND_INS:
        build(folder / place, name, f"int {place}(void) {{ return 1; }}", needed)
    build(folder / "driver", cuda.DRIVER, DRIVER)
    return folder


@pytest.fixture
def loaded(libraries):
    """What the script prints, with a driver and some variables."""
    def loaded(driver: bool = True, **variables: str) -> str:
        path = {"LD_LIBRARY_PATH": str(libraries / "driver")} if driver else {}
        environment = {name: value for name, value in os.environ.items() if name != cuda.HIDDEN}
        return subprocess.run([sys.executable, "-c", SCRIPT, libraries, *PACKAGES], env=environment | path | variables,
                              capture_output=True, text=True, check=True).stdout.strip()

    return loaded


def test_libraries_are_found_by_name_once_they_are_loaded(loaded):
    assert loaded() == "[False, False, False] ['nvidia-cudnn-cu12'] [True, True, False]"


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_nothing_is_loaded_where_all_gpus_are_hidden(loaded, hidden):
    assert loaded(CUDA_VISIBLE_DEVICES=hidden) == "[False, False, False] [] [False, False, False]"


def test_nothing_is_loaded_without_a_driver(loaded):
    if cuda.driver_cuda():
        pytest.skip("this machine has a driver")
    assert loaded(driver=False) == "[False, False, False] [] [False, False, False]"


def test_the_driver_tells_its_version_and_why_it_does_not_start(libraries):
    script = "from auxiliary.core import cuda; print(cuda.driver_cuda(), cuda.driver_error())"
    done = subprocess.run([sys.executable, "-c", script], env=os.environ | {"LD_LIBRARY_PATH": libraries / "driver"},
                          capture_output=True, text=True, check=True)
    assert done.stdout == "(12, 4) other versions\n"


def test_what_cannot_be_loaded_is_missing_with_the_reason(tmp_path, monkeypatch):
    broken = tmp_path / "libcudnn.so.9"
    broken.write_bytes(b"no library")
    monkeypatch.delenv(cuda.HIDDEN, raising=False)
    monkeypatch.setattr(cuda.sys, "platform", "linux")
    monkeypatch.setattr(cuda, "driver_cuda", lambda: (12, 4))
    monkeypatch.setattr(cuda, "find_libraries", lambda: (["nvidia-nccl-cu12"], [broken]))
    package, library = cuda.load_libraries()
    assert package == "nvidia-nccl-cu12" and library.startswith("libcudnn.so.9 (")


def test_packages_are_those_of_the_extra_of_tensorflow(monkeypatch):
    def nothing(package):
        raise PackageNotFoundError

    monkeypatch.setattr(cuda, "files", nothing)
    missing, paths = cuda.find_libraries()
    assert {"nvidia-cublas-cu12", "nvidia-cudnn-cu12", "nvidia-cusolver-cu12"} <= {*missing} and not paths


def test_installed_libraries_load_without_a_path():
    """Where the extra `gpu` is installed, each library that TensorFlow opens is found by its name."""
    missing, paths = cuda.find_libraries()
    if missing:
        pytest.skip("the extra `gpu` is not installed")
    assert {cuda.FILE.fullmatch(path.name)[1] for path in paths} == {*cuda.LIBRARIES}
    script = ("import ctypes, sys; from auxiliary.core import cuda; cuda.driver_cuda = lambda: (12, 9); "
              "print(cuda.load_libraries()); [ctypes.CDLL(name) for name in sys.argv[1:]]")
    environment = {name: value for name, value in os.environ.items() if name not in (cuda.HIDDEN, "LD_LIBRARY_PATH")}
    done = subprocess.run([sys.executable, "-c", script, *(path.name for path in paths)], env=environment,
                          capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_nothing_happens_outside_linux(monkeypatch):
    monkeypatch.setattr(cuda.sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: pytest.fail("a library was loaded"))
    assert cuda.load_libraries() == []
