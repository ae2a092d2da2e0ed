"""A worker process at the end of a pipe. It dies with the process that started it, also when that is killed."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

# The child finds this package as its parent does.
START = """
import sys
from multiprocessing.connection import Connection
connection = Connection(int(sys.argv[1]))
sys.path[:] = connection.recv()
from auxiliary.core.worker import serve
serve(connection)
"""


class WorkerKilled(Exception):
    """The process of a worker is gone."""


class Worker:
    """A process that calls functions, one after the other.

    It is not from `multiprocessing`, whose processes run the caller's script again and whose queues need semaphores,
    which stay in the system when everything is killed.

    Args:
        environment: variables that the process has besides those of this one.
        quiet: whether what it prints on standard output goes nowhere.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, quiet: bool = False) -> None:
        self._connection, far_end = Pipe()
        with far_end:
            number = far_end.fileno()
            self._process = subprocess.Popen([sys.executable, "-c", START, str(number)], pass_fds=[number],
                                             stdin=subprocess.DEVNULL,
                                             stdout=subprocess.DEVNULL if quiet else None,
                                             env={**os.environ, **(environment or {})})
        self._connection.send(sys.path)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function in the process, and return its result or raise its exception.

        Args:
            function: a function of a module, or a `functools.partial` of one. The process imports its module.
            arguments: anything that can be pickled, like the result.

        Raises:
            WorkerKilled: the process was killed.
        """
        try:
            self._connection.send((function, arguments))
            succeeded, answer = self._connection.recv()
        except (EOFError, ConnectionError) as error:
            raise WorkerKilled from error
        if succeeded:
            return answer
        raise answer

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill the process; a `call` in another thread then raises `WorkerKilled`."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the pipe, once nothing calls any more."""
        self._connection.close()


@contextmanager
def ctrl_c_blocked() -> Iterator[None]:
    """Processes started in the block ignore Ctrl-C, so that they print no tracebacks; this process ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve(connection: Connection) -> None:
    """Answer calls until the pipe is closed; what a worker process does."""
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    while True:
        function, arguments = connection.recv()
        try:
            answer = True, function(*arguments)
        except Exception as error:    # whatever it is, the caller gets it
            answer = False, error
        connection.send(answer)


def _end_with(connection: Connection) -> None:
    """End this process as soon as the other end of the pipe is closed, whatever it is doing."""
    hang_up = select.poll()
    hang_up.register(connection.fileno(), 0)
    hang_up.poll()
    os._exit(1)
