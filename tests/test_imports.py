"""What an import or a command does not load: TensorFlow takes six seconds, pandas half of one."""

import subprocess
import sys

import pytest

from auxiliary.commands.cli import command
from auxiliary.core.paths import REPOSITORY

TENSORFLOW = {"tensorflow", "keras"}
REPORTING = ("comparison", "comparison_figures", "convolution_figure", "heat_map_figures", "image_grids",
             "image_properties", "model_tables", "prediction_figures", "published_figure", "robustness_figure",
             "tradeoff_figure", "training_curves")
COMMAND = """
import sys
from auxiliary.__main__ import main
sys.argv[1:] = {words}
try: main()
except SystemExit: pass
"""


def loaded(code: str, names: set[str]) -> tuple[set[str], subprocess.CompletedProcess]:
    """Those of some modules that code loads in a new process, and the process."""
    code += f"\nimport sys; print(*({names} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return set(done.stdout.splitlines()[-1].split()), done


@pytest.mark.parametrize(("modules", "names"), [
    (["auxiliary"], TENSORFLOW | {"pandas", "numpy"}),
    (["auxiliary.data.reading.inspect_files", "auxiliary.data.processing.convert"],
     TENSORFLOW | {"pandas", "sklearn", "numpy", "pillow_heif"}),
    (["auxiliary.data.augmentation.augment_batch", "auxiliary.data.augmentation.registry"], TENSORFLOW),
    (["auxiliary.data.fetch", "auxiliary.data.sampling", "auxiliary.data.splitting.split",
      "auxiliary.project.prepare"], TENSORFLOW),
    (["auxiliary.networks.backbones"], TENSORFLOW),
    (["auxiliary.networks.costs"], TENSORFLOW),
    (["auxiliary.evaluation.predictions", "auxiliary.evaluation.occlusion"], TENSORFLOW),
    (["auxiliary.training.label_audit", "auxiliary.training.image_places", "auxiliary.training.robustness",
      "auxiliary.training.held_out_classes"],
     TENSORFLOW | {"cleanlab"}),
    ([f"auxiliary.reporting.{name}" for name in REPORTING], TENSORFLOW),
], ids=lambda value: value[0] if isinstance(value, list) else "")
def test_modules_do_not_load(modules, names):
    assert loaded(f"import {', '.join(modules)}", names)[0] == set()


@pytest.mark.parametrize("code", [
    "from auxiliary.core import runtime; runtime.versions()",
    "from auxiliary.data.providers import demo; demo.package_folder()",
    "from auxiliary.commands.models import list_models; list_models('cifar10', {}, 'M*')"])
def test_calls_need_no_tensorflow(code):
    assert loaded(code, TENSORFLOW)[0] == set()


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in command.commands)])
def test_help_needs_neither_tensorflow_nor_pandas(words):
    found, done = loaded(COMMAND.format(words=words), TENSORFLOW | {"pandas", "numpy", "sklearn"})
    assert found == set()
    assert done.stdout.startswith("Usage: python -m auxiliary")


def test_mistake_is_reported_before_the_modules_of_a_run_are_loaded(tmp_path):
    words = ["run", "demo", "--experiments", "nothing", "--root", str(tmp_path)]
    found, done = loaded(COMMAND.format(words=words), TENSORFLOW | {"sklearn", "nbformat", "papermill"})
    assert found == set()
    assert done.stderr.startswith("error: unknown experiment 'nothing'")


def test_the_command_reads_notebooks_without_a_grammar_that_takes_seconds_to_compile():
    found, _ = loaded(COMMAND.format(words=["results"]) + "\nimport nbformat, papermill", {"lark", "nbformat"})
    assert found == {"nbformat"}


def test_results_need_no_tensorflow():
    found, done = loaded(COMMAND.format(words=["results"]), TENSORFLOW | {"sklearn", "papermill"})
    assert found == set()
    assert "animals10" in done.stdout and done.stderr == ""
