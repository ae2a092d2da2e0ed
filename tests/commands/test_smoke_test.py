"""A smoke test's folder and messages, without running a notebook; test_smoke_command.py runs them."""

import re
import sys
import tempfile
from pathlib import Path

import pytest

from auxiliary.__main__ import main
from auxiliary.commands import smoke_checks as checks
from auxiliary.commands import smoke_test as session
from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError


@pytest.fixture
def smoke_test(opened, tmp_path, monkeypatch):
    """Runs the smoke test of the profile, with something else in place of the notebooks and the checks."""
    def run(notebooks=lambda *_: None, found=(), **arguments):
        def check(project):
            return [(experiment, list(found)) for experiment in project.profile.experiments]

        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        monkeypatch.setattr(session, "run_notebooks", lambda *given: iter([notebooks(*given)]))
        monkeypatch.setattr(checks, "check_runs", check)
        session.run_smoke_test(str(opened.paths.root / "profile.yaml"), {}, **{"root": tmp_path / "mine"} | arguments)

    return run


def kept(message: object) -> Path:
    return Path(re.search(r"is kept in (\S+)", str(message))[1])


def test_nothing_is_left_without_problems(smoke_test, tmp_path, capsys):
    smoke_test()
    printed = capsys.readouterr().out
    assert "7 experiments of colours, one epoch each, 14 images per class" in printed
    assert "  tuned: ok" in printed
    assert printed.endswith("7 of 7 experiments of colours train, reload and go on as they should "
                         "(the accuracies mean nothing; nothing was added to results.csv)\n")
    assert list(tmp_path.iterdir()) == []


def test_notebooks_get_a_root_a_profile_and_images_of_their_own(smoke_test, opened, tmp_path):
    def check(_console, project, notebooks, values):
        assert [notebook.name[:2] for notebook in notebooks] == ["01", "02", "03"]
        root = Path(values["root"])
        assert root.parent == tmp_path and project.paths.root == root
        assert project.paths.raw.is_relative_to(root)
        assert len(list(project.paths.raw.rglob("*.png"))) == 3 * 14
        shortened = load_profile(values["profile"]).experiments
        assert [experiment.epochs for experiment in shortened] == [1, 1, 0, 1, 1, 0, 0]
        assert project.paths.dataset == opened.paths.dataset

    smoke_test(check)


def test_notebooks_without_a_chosen_experiment_are_left_out(smoke_test, capsys):
    def check(_console, _project, notebooks, _values):
        assert [notebook.name[:2] for notebook in notebooks] == ["01", "02"]

    smoke_test(check, experiments="small_on")
    printed = capsys.readouterr().out
    assert "03-transfer-learning is left out" in printed
    assert "2 of 2 experiments of colours" in printed


def test_a_failing_notebook_leaves_its_folder(smoke_test):
    def fail(_console, project, *_):
        (project.paths.root / "trace").touch()
        raise UserError("the notebook failed")

    with pytest.raises(UserError, match=r"^the notebook failed\neverything is kept in /") as caught:
        smoke_test(fail)
    assert (kept(caught.value) / "trace").exists()


def test_an_unexpected_error_leaves_it_too(smoke_test):
    with pytest.raises(ZeroDivisionError) as caught:
        smoke_test(lambda *_: 1 / 0)
    assert kept(caught.value.__notes__[0]).is_dir()


def test_interrupted_it_leaves_nothing(smoke_test, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        smoke_test(interrupt)
    assert list(tmp_path.iterdir()) == []


def test_every_problem_is_listed(smoke_test, capsys):
    with pytest.raises(UserError) as caught:
        smoke_test(found=["its loss is nan", "its model is gone"], experiments="small*")
    lines = str(caught.value).splitlines()
    assert lines[:5] == ["2 of 2 experiments have problems", "experiment 'small': its loss is nan",
                        "experiment 'small': its model is gone", "experiment 'small_on': its loss is nan",
                        "experiment 'small_on': its model is gone"]
    assert kept(lines[5]).is_dir()
    assert "  small: 2 problems" in capsys.readouterr().out


def test_random_weights_are_announced(smoke_test, monkeypatch, capsys):
    monkeypatch.setattr(session, "missing_weights", lambda _: {"Tiny": "the network is down"})
    smoke_test()
    printed = " ".join(capsys.readouterr().out.split())
    assert "Tiny starts from random weights, because the network is down" in printed


def test_only_some_notebooks_cannot_be_tried(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["auxiliary", "run", "demo", "--smoke-test", "--only", "02"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err.startswith("error: --smoke-test runs every notebook here: leave out --only")
