"""Worker processes, and what becomes of them."""

import operator
import os
import signal
import subprocess
import sys

import psutil
import pytest

from auxiliary.core.parallel import Processes, in_batches
from auxiliary.core.worker import Worker, WorkerKilled

# Begins a call that takes minutes, prints the worker's process id, and waits.
OWNER = """
import os, threading, time
from auxiliary.core.worker import Worker
worker = Worker()
print(worker.call(os.getpid), flush=True)
worker.call(time.sleep, 600)
"""


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.kill()
    worker.close()


def test_results_and_errors_come_back(worker):
    assert worker.call(operator.add, 1, 2) == 3
    with pytest.raises(ZeroDivisionError):
        worker.call(operator.truediv, 1, 0)
    assert worker.call(os.getpid) not in (os.getpid(), worker.call(os.getppid))


def test_a_killed_worker_is_noticed(worker):
    with pytest.raises(WorkerKilled):
        worker.call(signal.raise_signal, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_busy_worker_dies_with_its_owner(number):
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as owner:
        process = psutil.Process(int(owner.stdout.readline()))
        owner.send_signal(number)
    assert not psutil.wait_procs([process], timeout=60)[1]


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_no_worker_is_left_when_the_work_is_done_or_given_up():
    before = children()
    results = in_batches(list, range(100), "count", size=5, pool=Processes(2))
    assert next(results) == 0
    assert len(children() - before) == 2
    assert list(results) == list(range(1, 100))
    assert children() == before
    given_up = in_batches(list, range(100), "count", size=5, pool=Processes(2))
    next(given_up)
    given_up.close()
    assert children() == before
