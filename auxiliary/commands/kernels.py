"""Kernels for the notebooks of a run. Each starts while the notebook before it is executed."""

import ast
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from auxiliary.core.progress import PROGRESS_FILE


class Kernel(AsyncKernelManager):
    """A kernel that closes the connections of those who used it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._clients: list[AsyncKernelClient] = []

    def client(self, **options: Any) -> AsyncKernelClient:
        """Connect to the kernel."""
        self._clients.append(super().client(**options))
        return self._clients[-1]

    def end(self) -> None:
        """Kill the kernel, unless it has ended: nothing is lost, and a polite shutdown takes longer."""
        for client in self._clients:
            client.stop_channels()
        if self.has_kernel:
            run_sync(self.shutdown_kernel)(now=True)


@contextmanager
def kernels_ahead(notebooks: Sequence[Path], exchange: Path) -> Iterator[Iterator[tuple[Path, Kernel]]]:
    """Each notebook with a kernel of this environment that has loaded the notebook's imports, or is about to.

    When one notebook is handed out, the kernel of the next one starts: its imports take seconds, on another core.

    Args:
        notebooks: the notebooks, in order.
        exchange: a folder with a short path, for the kernels' sockets and their progress file.

    Yields:
        An iterator over pairs. All kernels are shut down at the end of the block.
    """
    started: list[Kernel] = []

    def pairs() -> Iterator[tuple[Path, Kernel]]:
        for number, notebook in enumerate(notebooks):
            for each in notebooks[len(started):number + 2]:
                # Before it starts, so that it is ended whenever an interruption comes.
                started.append(_kernel(each, exchange))
                _start(started[-1], each, exchange)
            yield notebook, started[number]
            started[number].end()

    try:
        yield pairs()
    finally:
        for kernel in started:
            kernel.end()


def progress_file(exchange: Path) -> Path:
    """The file in the exchange folder that kernels append their progress to."""
    return exchange / "progress"


def _kernel(notebook: Path, exchange: Path) -> Kernel:
    # Socket files instead of ports: parallel runs cannot take each other's, because each run has its own folder.
    # Of no folder: this environment's kernel, not one that the user installed under the same name.
    return Kernel(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
                  transport="ipc", ip=str(exchange / notebook.stem[:2]),
                  connection_file=str(exchange / f"{notebook.stem}.json"))


def _start(kernel: Kernel, notebook: Path, exchange: Path) -> None:
    environment = os.environ | {
        PROGRESS_FILE: str(progress_file(exchange)),
        "JUPYTER_RUNTIME_DIR": str(exchange),
    }
    # By then ipykernel watches its parent, and would not notice that it had been killed before.
    alive = f"__import__('os').getppid() == {os.getpid()} or __import__('os')._exit(1)"
    run_sync(kernel.start_kernel)(cwd=str(notebook.parent), env=environment,
                                  extra_arguments=[f"--IPKernelApp.code_to_run={alive}\n{_imports(notebook)}"])


def _imports(notebook: Path) -> str:
    """The import statements of a notebook."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    statements = [statement for cell in cells if cell["cell_type"] == "code"
                  for statement in ast.parse("".join(cell["source"])).body]
    return "\n".join(ast.unparse(each) for each in statements if isinstance(each, ast.Import | ast.ImportFrom))
