"""Model files that try to run code of their own, wherever the software reads a model."""

import json
import zipfile
from pathlib import Path

import keras
import pytest

from auxiliary.commands.smoke_checks import check_runs
from auxiliary.training.job import Job
from auxiliary.training.setup import build_setup


def save_lambda(path: Path, marker: Path) -> None:
    """A model whose layer holds compiled Python, which makes `marker` as soon as the layer is built."""
    name = str(marker)
    inputs = keras.Input((32, 32, 3), name="images")
    outputs = keras.layers.Lambda(lambda x: (open(name, "w").close(), x)[1])(inputs)  # noqa: PTH123
    keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(outputs))).save(path)
    marker.unlink(missing_ok=True)


def put_in_config(path: Path, layer: dict) -> None:
    """Put what `layer` names in place of a layer of a saved model."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(files["config.json"])
    place = next(old for old in config["config"]["layers"] if old["class_name"] == "GlobalAveragePooling2D")
    place.update(layer)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (files | {"config.json": json.dumps(config)}).items():
            archive.writestr(name, content)


def named(module: str, name: str, kind: str = "function") -> dict:
    return {"module": module, "class_name": kind, "config": name, "registered_name": name}


def activation(function: object) -> dict:
    return {"module": "keras.layers", "class_name": "Activation", "registered_name": None,
            "config": {"name": "evil", "activation": function}}


@pytest.fixture
def marker(tmp_path) -> Path:
    return tmp_path / "marker"


@pytest.fixture
def project(copy_of):
    return copy_of("small", "small_on")


def problem_of(project, key: str) -> str:
    return "\n".join(next(problems for experiment, problems in check_runs(project) if experiment.key == key))


def test_compiled_python_in_a_model_is_refused(project, marker):
    run = Job(project.experiments["small"], 0, project).run
    save_lambda(run.model_file, marker)
    # With the right checksum, or the model would not even be looked at.
    run.finish(run.result)
    assert "its model cannot be built and read back" in (found := problem_of(project, "small"))
    assert "Lambda" in found and not marker.exists()
    # Of a parent only weights are read, and these have no place in the child: Keras warns of it, and gives up.
    with pytest.raises((ValueError, UserWarning)):
        build_setup(Job(project.experiments["small_on"], 0, project))
    assert not marker.exists()

    keras.models.load_model(run.model, safe_mode=False)
    assert marker.exists(), "this model must be able to do harm, or the test proves nothing"


@pytest.mark.parametrize("layer", [
    pytest.param(named("os", "system"), id="a function for a layer"),
    pytest.param(activation(named("os", "system")), id="os.system"),
    pytest.param(activation(named("builtins", "eval")), id="eval"),
    pytest.param(activation("os.system"), id="by name"),
    pytest.param(activation(named("keras.utils", "get_file")), id="download"),
    pytest.param(activation(named("keras.src.utils.file_utils", "os")), id="through keras"),
    pytest.param(activation(named("auxiliary.core.files", "remove_leftovers")), id="our own"),
    pytest.param({"module": "subprocess", "class_name": "Popen", "registered_name": "Popen",
                  "config": {"args": ["touch", "MARKER"]}}, id="Popen"),
    pytest.param({"module": "keras.src.utils.file_utils", "class_name": "pathlib", "registered_name": None,
                  "config": {}}, id="a module"),
    pytest.param({"module": "keras.layers", "class_name": "TFSMLayer", "registered_name": None,
                  "config": {"filepath": "MARKER"}}, id="another model"),
])
def test_names_of_other_code_in_a_model_are_refused(project, marker, layer):
    run = Job(project.experiments["small"], 0, project).run
    put_in_config(run.model_file, json.loads(json.dumps(layer).replace("MARKER", str(marker))))
    run.finish(run.result)
    assert "its model cannot be built and read back" in problem_of(project, "small")
    # A parent's weights are read without its configuration.
    build_setup(Job(project.experiments["small_on"], 0, project))
    assert not marker.exists()
