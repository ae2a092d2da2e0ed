"""Whether a run that was broken off can go on where it was, and what is written down about that."""

from collections.abc import Mapping
from typing import Any

from auxiliary.errors import UserError
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.run_folder import Run

# Where these differ, the epochs to come would not be those that a run never broken off would have had.
SURROUNDINGS = ("device", "precision", "settings", "versions")


def resume(run: Run, recipe: Mapping[str, Any], label: str, epochs: int) -> Checkpoint | None:
    """Where a run goes on, said aloud; None where it starts from the beginning.

    Args:
        run: which may have been broken off.
        recipe: what it is made with now; what it was made with before is in its folder.
        label: what the run is called.
        epochs: how many it will have at most.
    """
    if not run.checkpoint.is_file():
        return None
    try:
        checkpoint = Checkpoint.load(run.checkpoint)
        changed = [name for name in SURROUNDINGS if run.recipe.get(name) != recipe[name]]
    except (UserError, OSError, ValueError) as error:
        changed = [str(error)]
    if changed:
        print(f"{label}: was broken off, and starts from the beginning since these are not what they were: "
              f"{', '.join(changed)}")
        # Or a kill before the next checkpoint would leave this one to a recipe that it is not of.
        run.tidy()
        return None
    print(f"{label}: goes on after epoch {checkpoint.epochs} of {epochs}, where it was broken off")
    return checkpoint


def breaks(run: Run, checkpoint: Checkpoint | None) -> list[dict[str, Any]]:
    """After which epochs the run was broken off, this time and before, and the commit until then."""
    if not checkpoint:
        return []
    before = run.recipe
    return [*before["breaks"], {"epoch": checkpoint.epochs, "commit": before["commit"]}]
