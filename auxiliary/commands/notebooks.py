"""Runs a profile's notebooks, one after the other, with papermill."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.files import remove_leftovers, write_atomically
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.progress import PROGRESS_FILE, Log, State, Terminal, View
from auxiliary.project.project import Project

NOTEBOOKS = REPOSITORY / "notebooks"
HOUR = 3600


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


def run_notebook(notebook: Path, project: Project, parameters: Mapping[str, Any], exchange: Path) -> Path:
    """Execute a notebook in a kernel of this environment.

    An executed notebook of an earlier run stays until this one has come to its end, or to a cell that fails.

    Args:
        notebook: one of `find_notebooks`.
        project: the open profile, whose assets folder gets the executed notebook.
        parameters: values of the notebook's parameters.
        exchange: a folder with a short path, for the sockets and the progress file of the kernel, and for the notebook
            while it is executed.

    Returns:
        The executed notebook.

    Raises:
        UserError: when a cell fails or the kernel dies, with the cell's own error and the notebook to look at.
        OSError: the executed notebook cannot be written; the earlier one stays.
    """
    output = project.paths.assets / notebook.name
    output.parent.mkdir(parents=True, exist_ok=True)
    for folder in (project.paths.root, project.paths.data, project.paths.features, output.parent):
        # Others may be writing here at this moment.
        remove_leftovers(folder, age=HOUR)
    # Written after every cell, so not where the earlier one is; nor beside it, where a killed process would leave it
    # and two that run the same profile would meet.
    unfinished = exchange / notebook.name
    failure = _execute(notebook, unfinished, parameters, exchange)
    write_atomically(output, unfinished.read_bytes())
    if failure:
        raise UserError(f"{failure}\nWhat it did until then is in {output}")
    return output


def progress_file(exchange: Path) -> Path:
    """Where in the exchange folder kernels say how far they are."""
    return exchange / "progress"


def _execute(notebook: Path, unfinished: Path, parameters: Mapping[str, Any], exchange: Path) -> str:
    """Execute into `unfinished`; what went wrong in a sentence, or nothing."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from traitlets.config import Config

    environment = {
        PROGRESS_FILE: str(progress_file(exchange)),
        "JUPYTER_RUNTIME_DIR": str(exchange),
        # Without it a kernel that the user once installed under the same name would be taken.
        "JUPYTER_PREFER_ENV_PATH": "1",
        # What joblib's helper says in the terminal when a kernel is gone before it.
        "PYTHONWARNINGS": "ignore:resource_tracker",
    }
    # Files instead of ports: runs side by side cannot take each other's, if each has a folder of its own. Left to
    # itself the client puts them into the working folder, which all runs share.
    sockets = Config(KernelManager={"transport": "ipc", "ip": str(exchange / "kernel")})
    with _environment(environment):
        try:
            papermill.execute_notebook(notebook, unfinished, dict(parameters), kernel_name="python3",
                                       cwd=notebook.parent, progress_bar=False, config=sockets,
                                       # Asked to leave, a kernel that used joblib stays for seconds.
                                       shutdown_kernel="immediate")
        except papermill.PapermillExecutionError as error:
            return _failed_cell(error, notebook)
        except RuntimeError as error:
            # The client has no error of its own for a kernel that dies before it first answers.
            if not isinstance(error, DeadKernelError) and "Kernel died" not in str(error):
                raise
            return (f"the kernel that ran {notebook.name} died, which usually means that memory ran out; a smaller "
                    f"batch_size or image_size needs less")
    return ""


def _failed_cell(error: Any, notebook: Path) -> str:
    # A user's mistake needs its sentence only; anything else is named by its kind.
    what = error.evalue if error.ename == UserError.__name__ else f"{error.ename}: {error.evalue}"
    return f"{what}\n(cell {error.exec_count} of {notebook.name})"


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Environment variables that kernels started meanwhile inherit."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Watch:
    """The notebook that runs, and the work inside it: drawn into a terminal, else in plain lines now and then.

    Args:
        console: where to show it.
        file: where the kernels' `auxiliary.core.progress` writes.
        notebooks: how many notebooks will run.
    """

    def __init__(self, console: Console, file: Path, notebooks: int) -> None:
        self._console, self._file, self._notebooks = console, file, notebooks
        self._terminal = Terminal(console) if console.is_interactive else None
        self._view: View = self._terminal or Log(lambda line: self._print(f"  {line}"))
        self._begun = 0
        self._read = 0

    def begin(self, name: str) -> None:
        """A notebook starts."""
        self._begun += 1
        if self._terminal:
            self._terminal.head(f"{name} (notebook {self._begun} of {self._notebooks})")
        else:
            self._print(name)

    @contextmanager
    def shown(self) -> Iterator["Watch"]:
        """Show it until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._follow, args=(stop,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join()
            self._update()
            self._view.close()

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(0.2):
            self._update()

    def _update(self) -> None:
        if not self._file.exists():
            return
        with self._file.open(encoding="utf-8") as file:
            file.seek(self._read)
            lines = file.read()
        # A line that is being written has no end yet: it is read the next time.
        whole = lines[:lines.rfind("\n") + 1]
        self._read += len(whole.encode())
        for line in whole.splitlines():
            self._view.show(State(**json.loads(line)))

    def _print(self, line: str) -> None:
        # Long lines stay lines: nobody folds a log file.
        self._console.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)
