"""The trackers that `--log` names; tests/training/test_trackers.py logs to them."""

import pytest

from auxiliary.core import trackers
from auxiliary.core.errors import UserError


def test_none_unless_they_are_named(monkeypatch):
    monkeypatch.delenv(trackers.VARIABLE, raising=False)
    assert trackers.used_trackers() == []
    with trackers.stated_trackers(["tensorboard", "tensorboard"]), trackers.stated_trackers([]):
        assert trackers.used_trackers() == ["tensorboard"]
    assert trackers.used_trackers() == []


def test_an_unknown_name_in_the_variable(monkeypatch):
    monkeypatch.setenv(trackers.VARIABLE, "mlflo")
    with pytest.raises(UserError, match="unknown tracker in AUXILIARY_LOG 'mlflo': did you mean 'mlflow'"):
        trackers.used_trackers()


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setitem(trackers.TRACKERS, "mlflow", ("no_such_package",))
    with pytest.raises(UserError, match=r"\(no_such_package\): run .venv/bin/pip install -e '.\[mlflow\]'"), \
            trackers.stated_trackers(["mlflow"]):
        pass
