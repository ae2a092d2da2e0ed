"""The recipe of a run that is reproduced."""

from typing import Any

from auxiliary.runs.result_file import unusable
from auxiliary.runs.run import Run

# What a recipe must hold.
NEEDED = {"experiment", "seed", "parent", "pipeline", "dataset", "image_size", "split", "images", "device",
          "precision", "settings", "versions", "commit"}


def read_recipe(run: Run) -> dict[str, Any]:
    """The recipe of a finished run; `UserError` where it is damaged, or of a version that recorded less."""
    recipe = run.recipe
    if missing := sorted(NEEDED - recipe.keys()):
        raise unusable(run.recipe_file, f"lacks {', '.join(missing)}")
    return recipe
