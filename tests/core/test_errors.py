import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from auxiliary.core.errors import UserError, unknown

OPERATIONS = {"pool", "conv", "dense"}


def test_message_has_the_most_similar_and_all_valid_names():
    error = unknown("operation", "covn", OPERATIONS)
    assert isinstance(error, UserError)
    assert str(error) == "unknown operation 'covn': did you mean 'conv'? (valid: conv, dense, pool)"


def test_without_a_similar_name_only_the_valid_ones_are_listed():
    assert str(unknown("operation", "xyz", OPERATIONS)) == "unknown operation 'xyz' (valid: conv, dense, pool)"


def test_name_need_not_be_text():
    assert str(unknown("backbone", 5, iter(["lite0"]))) == "unknown backbone '5' (valid: lite0)"


@pytest.fixture
def run_cell(tmp_path, monkeypatch, capsys):
    """Runs a cell in a real IPython, and returns what it prints."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])    # a shell puts its own there
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))

    def run(cell: str) -> str:
        assert not shell.run_cell(cell).success
        return capsys.readouterr().out

    yield run
    InteractiveShell.clear_instance()


def test_in_a_notebook_a_user_error_is_one_line(run_cell):
    cell = "from auxiliary.core.errors import UserError\nraise UserError('no such file: name another')"
    assert run_cell(cell).splitlines() == ["error: no such file: name another"]


def test_in_a_notebook_an_interruption_is_one_line(run_cell):
    cell = "from auxiliary.core.errors import Interrupted\nraise Interrupted('interrupted; run the cell again')"
    assert run_cell(cell).splitlines() == ["interrupted; run the cell again"]


def test_control_characters_in_an_error_do_not_reach_the_output(run_cell):
    cell = "from auxiliary.core.errors import UserError\nraise UserError('no a\\x1b[31m\\rb: [/red]\\nname it')"
    assert run_cell(cell).splitlines() == [r"error: no a\x1b[31m\rb: [/red]", "name it"]
