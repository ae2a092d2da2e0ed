"""A finished run with the runs that it goes on from."""

from auxiliary.errors import UserError
from auxiliary.training.find import read_recipe, read_result
from auxiliary.training.run_folder import Run


def find_chain(run: Run) -> list[Run]:
    """A finished run and those that it goes on from, the first of them first.

    Raises:
        UserError: when one of them is gone, or was not written by this version.
    """
    parent = read_recipe(run)["parent"]
    read_result(run)
    if parent is None:
        return [run]
    before = Run(run.folder.with_name(parent))
    if not before.finished:
        raise UserError(f"{run.id} goes on from {parent}, which is not in {run.folder.parent}: it cannot be repeated "
                        "without what that was made with")
    return [*find_chain(before), run]
