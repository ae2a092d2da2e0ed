import pytest

from auxiliary.commands.reproduce_recipe import NEEDED, read_recipe
from auxiliary.core.errors import UserError
from auxiliary.runs.run import Run


def test_a_recipe_of_a_version_that_recorded_less(tmp_path, result):
    run = Run(tmp_path / "small")
    run.begin(dict.fromkeys(NEEDED) | {"seed": 0})
    run.finish(result)
    assert read_recipe(run)["seed"] == 0
    run.begin({"seed": 0})
    run.finish(result)
    with pytest.raises(UserError, match=f"^{run.recipe_file} lacks commit, dataset, "):
        read_recipe(run)
