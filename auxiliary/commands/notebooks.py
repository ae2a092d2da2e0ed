"""Executes a notebook with papermill."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auxiliary.core.disk import DiskError, disk_errors, explained
from auxiliary.core.errors import Diverged, NotTrained, OutOfMemory, UserError, quoted_error, unknown
from auxiliary.core.files import remove_leftovers, write_atomically
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.text import duration
from auxiliary.project.project import Project

if TYPE_CHECKING:
    from auxiliary.commands.kernels import Kernel

NOTEBOOKS = REPOSITORY / "notebooks"
# Seconds that a kernel may take to start: on a busy machine TensorFlow's import alone may take a minute.
START = 600
# Errors after which a notebook ends and the others go on; the command ends with an error for them, after its results.
NONE_TRAINED = {error.__name__ for error in (Diverged, NotTrained, OutOfMemory)}


def find_notebooks(only: str = "") -> list[Path]:
    """The notebooks to run, in order.

    Args:
        only: numbers of notebooks, separated by commas, such as `"02"` or `"01,03"`; all unless given.

    Raises:
        UserError: for a number that no notebook has.
    """
    notebooks = sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))
    numbers = {notebook.name[:2]: notebook for notebook in notebooks}
    wanted = [number.strip().zfill(2) for number in only.split(",") if number.strip()] or list(numbers)
    for number in wanted:
        if number not in numbers:
            raise unknown("notebook", number, numbers)
    return [numbers[number] for number in sorted(set(wanted))]


def run_notebook(notebook: Path, kernel: "Kernel", project: Project, parameters: Mapping[str, Any],
                 exchange: Path) -> Path:
    """Execute a notebook.

    The executed notebook of an earlier run is replaced at the end, or when a cell fails.

    Args:
        notebook: one of `find_notebooks`.
        kernel: where to execute it; one of `kernels_ahead`.
        project: the open profile, whose assets folder gets the executed notebook.
        parameters: values of the notebook's parameters.
        exchange: a folder for the notebook while it is executed.

    Returns:
        The executed notebook.

    Raises:
        UserError: when a cell fails or the kernel dies, with the cell's error and the path of the notebook.
        OSError: the executed notebook cannot be written; the earlier one stays.
    """
    output = project.paths.assets / notebook.name
    with disk_errors(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
    paths = project.paths
    for folder in (paths.root, paths.data, paths.processed, paths.tables, paths.features, paths.activations,
                   output.parent):
        remove_leftovers(folder)
    # papermill writes it after every cell: neither over the earlier one, nor beside it, where a killed process would
    # leave it and a second run of the same profile would overwrite it.
    unfinished = exchange / notebook.name
    failure = _execute(notebook, kernel, unfinished, parameters)
    write_atomically(output, unfinished.read_bytes())
    if failure:
        raise UserError(f"{failure}\nThe notebook so far is in {output}")
    return output


def _execute(notebook: Path, kernel: "Kernel", unfinished: Path, parameters: Mapping[str, Any]) -> str:
    """Execute a notebook into `unfinished`; the error message, empty if there is none.

    Where none of its experiments could be trained, it ends after their training without one: the others go on.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError

    try:
        papermill.execute_notebook(_escaped(notebook), _escaped(unfinished), dict(parameters), kernel_name="python3",
                                   km=kernel, cwd=notebook.parent, progress_bar=False, start_timeout=START)
    except papermill.PapermillExecutionError as error:
        return "" if error.ename in NONE_TRAINED else _failed_cell(error, notebook)
    except RuntimeError as error:
        # The client has no error class for a kernel that dies before its first answer, or does not give one.
        if "Kernel didn't respond" in str(error):
            return (f"the kernel that runs {notebook.name} has not started within {duration(START)}: give the command "
                    "again when this machine has less to do")
        if not isinstance(error, DeadKernelError) and "Kernel died" not in str(error):
            raise
        return (f"the kernel that ran {notebook.name} died, usually because memory ran out: choose a smaller "
                "batch_size or image_size")
    return ""


def _escaped(path: Path) -> str:
    """A path in which papermill finds no parameters, as it would in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _failed_cell(error: Any, notebook: Path) -> str:
    # A user's mistake is explained by its message alone; other errors need their type.
    message = error.evalue
    if error.ename not in (UserError.__name__, DiskError.__name__):
        cause = quoted_error(message) or explained(Exception(message))
        message = str(cause) if cause else f"{error.ename}: {message}"
    return f"{message}\n(cell {error.exec_count} of {notebook.name})"
