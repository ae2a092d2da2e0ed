"""What is kept and what is said, without a notebook being run; test_command.py runs them."""

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
def quick(opened, tmp_path, monkeypatch):
    """Runs the profile quickly, with something else in place of the notebooks and the checks."""
    def run(notebooks=lambda *_: None, found=(), **arguments):
        def check(project):
            return [(experiment, list(found)) for experiment in project.profile.experiments]

        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        monkeypatch.setattr(session, "run_notebooks", lambda *given: iter([notebooks(*given)]))
        monkeypatch.setattr(checks, "check_experiments", check)
        session.run_smoke_test(str(opened.paths.root / "profile.yaml"), {}, **{"root": tmp_path / "mine"} | arguments)

    return run


def kept(said: object) -> Path:
    return Path(re.search(r"is kept in (\S+)", str(said))[1])


def test_nothing_is_left_when_all_is_well(quick, tmp_path, capsys):
    quick()
    said = capsys.readouterr().out
    assert "5 rows of colours, an epoch each on 14 images a class" in said
    assert "  tuned: ok" in said
    assert said.endswith("5 of 5 rows of colours train, reload and go on as they should "
                         "(figures mean nothing; nothing was added to results.csv)\n")
    assert list(tmp_path.iterdir()) == []


def test_notebooks_get_a_root_a_profile_and_images_of_their_own(quick, opened, tmp_path):
    def look(_console, project, notebooks, values):
        assert [notebook.name[:2] for notebook in notebooks] == ["01", "02", "03"]
        root = Path(values["root"])
        assert root.parent == tmp_path and project.paths.root == root
        assert project.paths.raw.is_relative_to(root)
        assert len(list(project.paths.raw.rglob("*.png"))) == 3 * 14
        assert [experiment.epochs for experiment in load_profile(values["profile"]).experiments] == [1, 1, 0, 1, 1]
        assert project.paths.dataset == opened.paths.dataset

    quick(look)


def test_rows_may_be_chosen_and_notebooks_without_any_are_left_out(quick, capsys):
    quick(lambda _console, _lab, notebooks, _values: [notebook.name[:2] for notebook in notebooks] == ["01", "02"]
          or pytest.fail("another notebook is run"), experiments="small_on")
    said = capsys.readouterr().out
    assert "03-transfer-learning is left out" in said
    assert "2 of 2 rows of colours" in said


def test_a_failing_notebook_leaves_its_folder(quick):
    def fail(_console, project, *_):
        (project.paths.root / "trace").touch()
        raise UserError("the notebook failed")

    with pytest.raises(UserError, match=r"^the notebook failed\nall that was made is kept in /") as caught:
        quick(fail)
    assert (kept(caught.value) / "trace").exists()


def test_a_mistake_of_ours_leaves_it_too(quick):
    with pytest.raises(ZeroDivisionError) as caught:
        quick(lambda *_: 1 / 0)
    assert kept(caught.value.__notes__[0]).is_dir()


def test_interrupted_it_leaves_nothing(quick, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quick(interrupt)
    assert list(tmp_path.iterdir()) == []


def test_all_that_is_wrong_is_listed(quick, capsys):
    with pytest.raises(UserError) as caught:
        quick(found=["its loss is nan", "its model is gone"], experiments="small*")
    said = str(caught.value).splitlines()
    assert said[:5] == ["2 of 2 rows are not as they should be", "experiment 'small': its loss is nan",
                        "experiment 'small': its model is gone", "experiment 'small_on': its loss is nan",
                        "experiment 'small_on': its model is gone"]
    assert kept(said[5]).is_dir()
    assert "  small: 2 wrong" in capsys.readouterr().out


def test_random_weights_are_said_aloud(quick, monkeypatch, capsys):
    monkeypatch.setattr(session, "missing_weights", lambda _: {"MobileNetV2_035": "the network is down"})
    quick()
    said = " ".join(capsys.readouterr().out.split())
    assert "MobileNetV2_035 starts from random weights: what it reaches means nothing" in said
    assert "the network is down" in said


def test_only_some_notebooks_cannot_be_tried(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["auxiliary", "run", "demo", "--smoke-test", "--only", "02"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err.startswith("error: --smoke-test runs every notebook: leave out --only")
