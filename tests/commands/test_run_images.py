"""The real command on a folder of images in place of a profile; at 32 pixels and one epoch it takes seconds."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from auxiliary.core.paths import REPOSITORY
from auxiliary.project.open import open_dataset
from auxiliary.reporting.html.report_data import read_report_data
from auxiliary.runs.results_csv import read_results

# A terminal that knows no other characters, and the names of files in another encoding.
ASCII = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
MADE = "máde"
OPTIONS = ["-e", "resnet*", "-p", "epochs", "1", "-p", "image_size", "32"]


@pytest.fixture(scope="module")
def root(image_folder, tmp_path_factory) -> Path:
    """What the command makes of two classes in the folder `pets`, in a terminal that is only ASCII."""
    root = tmp_path_factory.mktemp("root")
    image_folder({"cat": 20, "dog": 20}, size=40).rename(root / "pets")
    command = [sys.executable, "-m", "auxiliary", "run", "pets", *OPTIONS, "--root", MADE]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="ascii", env=os.environ | ASCII)
    assert done.returncode == 0, done.stderr
    assert "pets: the images in" in done.stdout
    assert r"/m\xe1de/" in done.stdout and "UnicodeEncodeError" not in done.stdout + done.stderr
    return root


def test_its_experiments_are_trained_and_reported(root):
    results = read_results(root / MADE / "results.csv", "pets")
    assert results["key"].tolist() == ["resnet8_small"]
    assert (root / MADE / "assets" / "pets" / "report.html").is_file()


def test_notebooks_and_the_report_name_the_folder(root):
    notebook = nbformat.read(root / MADE / "assets" / "pets" / "02-scratch-cnns.ipynb", as_version=4)
    assert notebook.metadata.papermill.parameters.profile == str(root / "pets")
    command = read_report_data(open_dataset("pets", root / MADE)).command
    assert command.startswith(f"python -m auxiliary run {root / 'pets'} --experiments 'resnet*' -p epochs 1")


def test_the_same_command_reads_the_run_back(root):
    command = [sys.executable, "-m", "auxiliary", "run", root / "pets", *OPTIONS, "--plan", "--root", root / MADE]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert "finished" in printed
    assert "About" not in printed
