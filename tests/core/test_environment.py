"""Variables that hold for a block, and numbers in them; tests/core/test_threads.py has the texts that are refused."""

import os

import pytest

from auxiliary.core import gpus
from auxiliary.core.environment import stated
from auxiliary.core.errors import UserError


def test_a_text_holds_for_the_block(monkeypatch):
    monkeypatch.setenv("NAMED", "before")
    monkeypatch.delenv("OTHER", raising=False)
    with stated("NAMED", "now"), stated("OTHER", "here"), stated("NAMED", ""):
        assert (os.environ["NAMED"], os.environ["OTHER"]) == ("now", "here")
    assert os.environ["NAMED"] == "before" and "OTHER" not in os.environ


def test_the_number_of_gpus_is_one_unless_stated(monkeypatch):
    monkeypatch.delenv(gpus.VARIABLE, raising=False)
    assert gpus.used_gpus() == 1
    with gpus.stated_gpus(4):
        assert gpus.used_gpus() == 4
    monkeypatch.setenv(gpus.VARIABLE, "many")
    with pytest.raises(UserError, match=f"{gpus.VARIABLE} is 'many': it must be a number from 1 to 64"):
        gpus.used_gpus()
