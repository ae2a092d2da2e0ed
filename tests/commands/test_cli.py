"""The command as its user meets it: what it accepts, and what it says of what it does not."""

import sys

import pytest

from auxiliary.__main__ import main
from auxiliary.commands import run as session

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
    """Runs a command that must fail before any notebook does; returns what it says."""
    def run(*arguments: str, text: str = PROFILE) -> str:
        profile = tmp_path / "profile.yaml"
        profile.write_text(text, encoding="utf-8")
        command = [str(profile) if word == "PROFILE" else word for word in arguments]
        monkeypatch.setattr(session, "run_notebook", lambda *_: pytest.fail("a notebook was run"))
        monkeypatch.setattr(sys, "argv", ["auxiliary", "run", *command, "--root", str(tmp_path / "root")])
        with pytest.raises(SystemExit) as exit_:
            main()
        said = capsys.readouterr()
        assert exit_.value.code == 1
        assert said.out == ""
        assert said.err.startswith("error: ") and said.err.count("\n") == 1
        assert not (tmp_path / "root").exists()
        return said.err

    return run


def test_a_profile_that_does_not_exist(refusal):
    assert "unknown profile 'dem': did you mean 'demo'?" in refusal("dem")
    assert "there is no profile" in refusal("elsewhere.yaml")


def test_a_parameter_that_does_not_exist(refusal):
    assert "unknown parameter 'epoch': did you mean 'epochs'?" in refusal("PROFILE", "-p", "epoch", "2")


@pytest.mark.parametrize(("name", "value"), [
    ("epochs", "many"), ("epochs", "-1"), ("epochs", "1.5"), ("seeds", "[]"), ("learning_rate", "0"),
    ("sampling", "middle"), ("image_size", "[32]"), ("split.fractions", "[0.7, 0.3]")])
def test_a_value_of_the_wrong_kind(refusal, name, value):
    assert f"parameter {name!r}: " in refusal("PROFILE", "-p", name, value)


def test_a_value_that_is_no_yaml(refusal):
    assert "cannot read the value '[1'" in refusal("PROFILE", "-p", "seeds", "[1")


def test_a_row_that_does_not_exist(refusal):
    assert "unknown experiment 'conv5': did you mean 'conv4'?" in refusal("PROFILE", "--experiments", "conv5")


def test_a_notebook_that_does_not_exist(refusal):
    assert "unknown notebook '04'" in refusal("PROFILE", "--only", "4")


def test_an_operation_that_does_not_exist(refusal):
    said = refusal("PROFILE", text=PROFILE.replace("conv(4)", "covn(4)"))
    assert "experiment 'conv4': unknown net operation 'covn': did you mean 'conv'?" in said


def test_a_misspelt_name_in_the_file(refusal):
    said = refusal("PROFILE", text=PROFILE.replace("net:", "optimiser: sgd, net:"))
    assert "profile.yaml:5: " in said and "did you mean 'optimizer'?" in said


def test_a_folder_that_does_not_exist(refusal):
    assert "there is no folder 'nowhere'" in refusal("PROFILE", "-p", "dataset", "nowhere")


def test_an_option_that_does_not_exist(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["auxiliary", "run", "demo", "--experiment", "x"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert "--experiments" in capsys.readouterr().err
