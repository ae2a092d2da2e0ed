"""How far the figures of a run that is not deterministic may lie from those of its new training."""

import pandas as pd
import pytest

from auxiliary.commands.reproduce_conclusion import beyond_tolerance, conclude_nearly
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError

# A figure of a result on 1,000 images, then and again, and whether that is too far apart.
CASES = [
    ("accuracy", "0.9", "0.9", False), ("accuracy", "0.9", "0.919", False), ("accuracy", "0.9", "0.93", True),
    ("ece", "0.03", "0.01", False), ("test_loss", "0.5", "0.6", False), ("test_loss", "0.5", "0.7", True),
    ("train_loss", "0.001", "0.004", False), ("epochs", "7", "9", False), ("test_duplicates", "0", "0", False),
    ("diverged", "", "in epoch 2", True), ("accuracy", "0.9", "nan", True), ("val_accuracy", "nan", "nan", False),
    ("accuracy", "-", "0.9", True)]


@pytest.mark.parametrize(("figure", "then", "again", "far"), CASES)
def test_a_figure_may_differ_by_so_much(figure, then, again, far):
    table = pd.DataFrame({"figure": [figure], "then": [then], "again": [again]})
    assert beyond_tolerance(table, 1000).tolist() == [far]


def test_of_few_images_three_may_be_judged_differently():
    table = pd.DataFrame({"figure": ["accuracy"] * 2, "then": ["0.5"] * 2, "again": ["0.64", "0.67"]})
    assert beyond_tolerance(table, 20).tolist() == [False, True]


def test_epochs_and_images_do_not_count(capsys):
    table = pd.DataFrame({"figure": ["accuracy", "epoch 1 loss"], "of": ["result", "epoch"], "then": ["0.90", "1.0"],
                          "again": ["0.91", "9.0"]})
    conclude_nearly(PlainConsole(), {"run": table}, [], 1000)
    printed = capsys.readouterr().out
    assert "0.91" in printed and "all 1 figures agree" in printed and "0.02" in printed and "epoch 1" not in printed
    with pytest.raises(UserError, match=r"^1 of 1 figures lie too far apart .* changes: device$"):
        conclude_nearly(PlainConsole(), {"run": table.assign(again="0.5")}, ["device"], 1000)
