import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from auxiliary.config.parameters import check_parameters, read_overrides, read_parameters, read_value
from auxiliary.core.errors import UserError
from tests.names import NAMES

NOTEBOOK = ["profile", "experiments", "overrides", "root"]


@pytest.fixture
def run_cells(tmp_path, monkeypatch):
    """Runs cells in a real IPython, as a notebook does."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])    # a shell puts its own there
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    yield lambda *cells: [shell.run_cell(cell, store_history=True) for cell in cells]
    InteractiveShell.clear_instance()


def test_parameters_that_the_notebook_has_pass(run_cells):
    run_cells("profile = 'demo'", "# Parameters\nprofile = 'animals10'\nexperiments = 'conv*'\n", "wibble = 3")
    check_parameters(NOTEBOOK)


def test_parameters_that_papermill_adds_itself_pass(run_cells):
    run_cells("# Parameters\nprofile = 'demo'\nPAPERMILL_OUTPUT_PATH = 'out.ipynb'\n")
    check_parameters(NOTEBOOK)


def test_a_parameter_that_papermill_only_warns_of_is_refused(run_cells):
    run_cells("profile = 'demo'", "# Parameters\nprofile = 'animals10'\nexperiment = 'conv*'\n")
    with pytest.raises(UserError, match="unknown parameter 'experiment': did you mean 'experiments'"):
        check_parameters(NOTEBOOK)


def test_outside_a_notebook_there_is_nothing_to_check(monkeypatch):
    check_parameters([])
    monkeypatch.delitem(sys.modules, "IPython")
    check_parameters([])


def test_overrides_come_as_a_mapping_or_as_text():
    assert read_overrides({"epochs": 1}) == {"epochs": 1}
    assert read_overrides("{epochs: 1, split.random_state: 7}") == {"epochs": 1, "split.random_state": 7}
    assert read_overrides(None) == read_overrides({}) == {}


@pytest.mark.parametrize("text", ["epochs", "[epochs, 1]", ""])
def test_overrides_that_are_not_a_mapping_are_refused(text):
    with pytest.raises(UserError, match="overrides must be a mapping such as "):
        read_overrides(text)


@pytest.mark.parametrize(("text", "value"), [
    ("3", 3), ("7e-4", 0.0007), ("[0, 1]", [0, 1]), ("NO", "NO"), ("flip | shift(0.1)", "flip | shift(0.1)")])
def test_a_value_is_written_as_in_a_profile(text, value):
    assert read_value(text) == value


def test_text_that_is_not_yaml_is_refused():
    with pytest.raises(UserError, match="cannot read the value"):
        read_value("[0, 1")


@pytest.mark.parametrize("parameter", ["dataset", "name", "source", "label_fixes"])
def test_a_path_or_a_name_is_taken_as_typed(parameter):
    assert [read_parameters({parameter: name}) for name in NAMES] == [{parameter: name} for name in NAMES]


def test_other_parameters_are_written_in_yaml():
    assert read_parameters({"epochs": "2", "seeds": "[0, 1]", "name": "2"}) == {
        "epochs": 2, "seeds": [0, 1], "name": "2"}
    with pytest.raises(UserError, match="parameter 'seeds': cannot read the value"):
        read_parameters({"seeds": "[0"})


@pytest.mark.parametrize("parameter", ["dataset", "name", "source", "label_fixes"])
def test_an_empty_path_is_not_the_current_folder(parameter):
    with pytest.raises(UserError, match=f"parameter '{parameter}' is empty"):
        read_parameters({parameter: ""})
