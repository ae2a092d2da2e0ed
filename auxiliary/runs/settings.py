"""The settings of a run as a flat list, for those who look at one run."""

from collections.abc import Mapping
from typing import Any

# Of a recipe, besides its experiment.
OTHERS = ("seed", "parent", "dataset", "device", "precision")


def settings_of_recipe(recipe: Mapping[str, Any]) -> dict[str, str]:
    """What a run was made with: the fields of its experiment that have a value, and where it was trained.

    Args:
        recipe: see `auxiliary.training.metadata`.
    """
    fields = recipe["experiment"] | {name: recipe[name] for name in OTHERS} | recipe["versions"]
    fields |= {f"{split}_images": images["count"] for split, images in recipe["images"].items()}
    return {name: str(value) for name, value in fields.items() if value not in (None, "", [], ())}
