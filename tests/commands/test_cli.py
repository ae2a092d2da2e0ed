"""Mistakes in the arguments of `run`: each is reported on one line before a notebook runs."""

import sys

import click
import pytest

from auxiliary.__main__ import main
from auxiliary.commands import cli
from auxiliary.commands import run as run_module
from auxiliary.commands.cli_options import Command

PROFILE = """
dataset: demo
image_size: 32
scratch:
  - {model_id: conv4, learning_rate: 0.1, epochs: 1, net: conv(4) | gap}
transfer:
  - {model_id: lite0, backbone: EfficientNetLite0, head: gap, learning_rate: 0.1, epochs: 1}
"""


@pytest.fixture
def refusal(tmp_path, monkeypatch, capsys):
    """Runs the command with a mistake; returns its error message."""
    def run(*arguments: str, text: str = PROFILE) -> str:
        profile = tmp_path / "profile.yaml"
        profile.write_text(text, encoding="utf-8")
        command = [str(profile) if word == "PROFILE" else word for word in arguments]
        monkeypatch.setattr(run_module, "run_notebook", lambda *_: pytest.fail("a notebook was run"))
        monkeypatch.setattr(sys, "argv", ["auxiliary", "run", *command, "--root", str(tmp_path / "root")])
        with pytest.raises(SystemExit) as exit_:
            main()
        printed = capsys.readouterr()
        assert exit_.value.code == 1
        assert printed.out == ""
        assert printed.err.startswith("error: ") and printed.err.count("\n") == 1
        assert not (tmp_path / "root").exists()
        return printed.err

    return run


def test_unknown_profile(refusal):
    assert "unknown profile 'dem': did you mean 'demo'?" in refusal("dem")
    assert "there is no profile" in refusal("elsewhere.yaml")


def test_unknown_parameter(refusal):
    assert "unknown parameter 'epoch': did you mean 'epochs'?" in refusal("PROFILE", "-p", "epoch", "2")


@pytest.mark.parametrize(("name", "value"), [
    ("epochs", "many"), ("epochs", "-1"), ("epochs", "1.5"), ("seeds", "[]"), ("learning_rate", "0"),
    ("sampling", "middle"), ("image_size", "[32]"), ("split.fractions", "[0.7, 0.3]")])
def test_invalid_value(refusal, name, value):
    assert f"parameter {name!r}: " in refusal("PROFILE", "-p", name, value)


def test_value_that_is_not_yaml(refusal):
    assert "cannot read the value '[1'" in refusal("PROFILE", "-p", "seeds", "[1")


@pytest.mark.parametrize("option", ["-e", "--experiments"])
def test_unknown_experiment(refusal, option):
    assert "unknown experiment 'conv5': did you mean 'conv4'?" in refusal("PROFILE", option, "conv5")


def test_lists_may_be_given_in_parts(refusal):
    assert "unknown experiment 'conv5'" in refusal("PROFILE", "-e", "conv5", "-e", "lite0")
    assert "unknown notebook '04'" in refusal("PROFILE", "--only", "4", "--only", "2")


@pytest.mark.parametrize(("option", "value"), [("--root", "elsewhere"), ("--threads", "1")])
def test_an_option_of_one_value_that_is_given_twice(refusal, option, value):
    """Click would take the last one, and not say so."""
    assert f"{option} is given twice" in refusal("PROFILE", option, value, option, value)


def test_every_command_refuses_that():
    assert {type(each) for each in cli.command.commands.values()} == {Command}


PATHS = [(name, option) for name, each in cli.command.commands.items() for option in each.params
         if isinstance(option.type, click.Path)]


@pytest.mark.parametrize(("name", "option"), PATHS, ids=[f"{name} {option.name}" for name, option in PATHS])
def test_an_empty_path_is_not_the_current_folder(name, option):
    """It is what a shell makes of a variable that is not set."""
    with pytest.raises(click.BadParameter, match="it is empty: give it a value, or leave it out"):
        option.type_cast_value(click.Context(cli.command.commands[name]), "")


def test_a_parameter_and_a_part_of_it(refusal):
    message = refusal("PROFILE", "-p", "split.by", "seed", "-p", "split", "{by: group}")
    assert "parameter 'split.by' is a part of 'split', which is given too" in message


def test_a_parameter_that_is_given_twice(refusal):
    assert "parameter 'epochs' is given twice" in refusal("PROFILE", "-p", "epochs", "1", "-p", "epochs", "2")


def test_unknown_notebook(refusal):
    assert "unknown notebook '04'" in refusal("PROFILE", "--only", "4")


def test_unknown_operation(refusal):
    message = refusal("PROFILE", text=PROFILE.replace("conv(4)", "covn(4)"))
    assert "experiment 'conv4': unknown net operation 'covn': did you mean 'conv'?" in message


def test_misspelt_name_in_the_profile(refusal):
    message = refusal("PROFILE", text=PROFILE.replace("net:", "optimiser: sgd, net:"))
    assert "profile.yaml:5: " in message and "did you mean 'optimizer'?" in message


def test_missing_folder(refusal):
    assert "there is no folder 'nowhere'" in refusal("PROFILE", "-p", "dataset", "nowhere")


def test_misspelt_option(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["auxiliary", "run", "demo", "--experiment", "x"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert "--experiments" in capsys.readouterr().err


def test_installation_without_notebooks_is_refused(refusal, monkeypatch, tmp_path):
    """Such as one by `pip install .`, which copies the package alone."""
    monkeypatch.setattr(cli, "REPOSITORY", tmp_path)
    assert "no notebooks: clone the repository and run `pip install -e .`" in refusal("demo")
