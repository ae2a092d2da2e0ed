"""Scheduling, outcomes and faults, with tasks that sleep on real processes."""

import os
import threading
import time
from contextlib import suppress
from itertools import pairwise

import psutil
import pytest

from auxiliary.cluster.execute import execute
from auxiliary.cluster.running import LOST
from auxiliary.cluster.task import TOPIC, Task
from auxiliary.core.errors import UserError
from tests.cluster.conftest import client_of, lines, workers_of
from tests.cluster.sleeping import Sleep

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


def task(name, *needs, seconds=0.0, ending="done", **values):
    return Task(name, Sleep(name, seconds, ending), needs, **values)


def eventually(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


def test_a_task_begins_when_those_are_done_that_it_needs(processes, run_tasks):
    outcomes = run_tasks(processes, [
        task("parent", seconds=0.3), task("other"), task("child", "parent"), task("grandchild", "child", "other")])
    by_name = {outcome.name: outcome for outcome in outcomes}
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert by_name["child"].began >= by_name["parent"].ended
    assert by_name["grandchild"].began >= by_name["child"].ended


def test_each_worker_does_one_task_at_a_time_in_one_process(processes, run_tasks, tmp_path):
    outcomes = run_tasks(processes, [task(f"task {number}", seconds=0.3) for number in range(6)])
    workers = {outcome.worker for outcome in outcomes}
    assert len(workers) == 2
    for worker in workers:
        spans = sorted((outcome.began, outcome.ended) for outcome in outcomes if outcome.worker == worker)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert len({process for number in range(6) for process in lines(tmp_path, f"task {number}")}) == 2


def test_a_mistake_skips_what_needs_it_and_the_others_finish(processes, run_tasks):
    outcomes = {outcome.name: outcome for outcome in run_tasks(processes, [
        task("wrong", ending="mistake"), task("child", "wrong"), task("grandchild", "child"),
        task("unstable", ending="diverged"), task("its child", "unstable"), task("broken", ending="bug"),
        task("fine")])}
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "wrong": "failed", "child": "skipped", "grandchild": "skipped", "unstable": "diverged", "its child": "skipped",
        "broken": "failed", "fine": "done"}
    assert outcomes["wrong"].reason == "there is no file of weights"
    assert "wrong" in outcomes["child"].reason
    assert "diverged in epoch 1 of 2" in outcomes["its child"].reason
    assert "ZeroDivisionError" in outcomes["broken"].reason


def test_a_process_that_is_killed_is_tried_again_and_then_given_up(processes, run_tasks, tmp_path):
    failed, = run_tasks(processes, [task("greedy", ending="killed")])
    assert failed.status == "failed"
    assert "memory" in failed.reason
    assert len(lines(tmp_path, "greedy")) == 3


def test_the_longest_chain_begins_first(processes, run_tasks):
    short = [task(f"short {number}", seconds=0.2) for number in range(8)]
    chain = [Task("first", Sleep("first", 0.2), seconds=1), Task("last", Sleep("last"), ("first",), seconds=50)]
    began = {outcome.name: outcome.began for outcome in run_tasks(processes, [*short, *chain])}
    assert sorted(began, key=began.get).index("first") < 4


def test_more_memory_than_a_worker_has_is_refused_before_any_work(processes, run_tasks, tmp_path):
    with pytest.raises(UserError, match="huge"):
        run_tasks(processes, [task("small"), task("huge", memory=1e15)])
    assert not lines(tmp_path, "small")


def test_progress_and_messages_reach_the_client(processes, project):
    seen = []
    with client_of(processes, project) as client:
        client.subscribe_topic(TOPIC, lambda event: seen.append(event[1]))
        list(execute(client, [task("watched", seconds=1)], workers_of(client, project)))
        eventually(lambda: any(record.get("state", {}).get("event") == "end" for record in seen))
    assert {"task": "watched", "message": "watched begins"}.items() <= seen[0].items()
    assert [record["state"]["done"] for record in seen[1:]] == sorted(record["state"]["done"] for record in seen[1:])


def test_nothing_runs_on_when_the_outcomes_are_no_longer_wanted(processes, project, tmp_path):
    with client_of(processes, project) as client:
        tasks = [task("first"), task("long", seconds=60), *(task(f"{number}") for number in range(20))]
        running = execute(client, tasks, workers_of(client, project))
        next(running)
        eventually(lambda: lines(tmp_path, "long"))
        running.close()
        process = int(lines(tmp_path, "long")[0])
        eventually(lambda: not psutil.pid_exists(process))


def test_a_task_that_its_workers_die_with_has_failed(processes, tmp_path, project):
    processes.have_workers(4)
    with client_of(processes, project) as client:
        outcomes = execute(client, [task("long", seconds=60), task("fine")], workers_of(client, project))
        thread = threading.Thread(target=lambda: [_kill_its_worker(tmp_path, number) for number in range(3)])
        thread.start()
        by_name = {outcome.name: outcome for outcome in outcomes}
        thread.join()
    assert by_name["fine"].status == "done"
    assert by_name["long"].status == "failed"
    assert "3 workers died" in by_name["long"].reason


def test_workers_that_all_die_are_replaced_by_new_ones(processes, tmp_path, project):
    processes.have_workers(2)
    with client_of(processes, project) as client:
        outcomes = execute(client, [task("long", seconds=2), task("other", seconds=2)], workers_of(client, project))
        thread = threading.Thread(target=lambda: (eventually(lambda: lines(tmp_path, "long")),
                                                  processes.replace_workers()))
        thread.start()
        assert {outcome.status for outcome in outcomes} == {"done"}
        thread.join()
    assert len(lines(tmp_path, "long")) == 2


def test_a_worker_that_ends_as_it_should_does_not_count_as_a_death(processes, tmp_path, project, capsys):
    processes.have_workers(4)
    with client_of(processes, project) as client:
        outcomes = execute(client, [task("long", seconds=3)], workers_of(client, project))
        thread = threading.Thread(
            target=lambda: [_retire_its_worker(processes, tmp_path, number) for number in range(3)])
        thread.start()
        outcome, = outcomes
        thread.join()
    assert outcome.status == "done"
    assert capsys.readouterr().out.count("has ended after") == 3
    eventually(lambda: sum(not worker.is_alive() for worker in processes.workers) == 3)


def test_a_killed_worker_s_task_goes_to_another(processes, tmp_path, project, capsys):
    processes.have_workers(2)
    with client_of(processes, project) as client:
        outcomes = execute(client, [task("long", seconds=2)], workers_of(client, project))
        thread = threading.Thread(target=_kill_its_worker, args=(tmp_path,))
        thread.start()
        outcome, = outcomes
        thread.join()
        first, _ = lines(tmp_path, "long")
        assert outcome.status == "done"
        assert not psutil.pid_exists(int(first))
    assert "is gone after" in capsys.readouterr().out


def _its_worker(folder, deaths):
    """The process of the worker that does the long task, after so many others have died with it."""
    eventually(lambda: len(lines(folder, "long")) > deaths)
    return psutil.Process(int(lines(folder, "long")[deaths])).parent()


def _kill_its_worker(folder, deaths=0):
    _its_worker(folder, deaths).kill()


def _retire_its_worker(processes, folder, deaths):
    """End its worker as `--lifetime` does."""
    from distributed import Client

    with Client(processes.address, set_as_default=False) as client:
        of_address = client.run(os.getpid)
        worker = _its_worker(folder, deaths).pid
        client.retire_workers([address for address, process in of_address.items() if process == worker])


def test_a_lost_scheduler_is_a_sentence_and_the_same_tasks_go_on_with_a_new_one(processes, tmp_path, project):
    processes.have_workers(1)
    with client_of(processes, project) as client, suppress(OSError):
        outcomes = execute(client, [task("long", seconds=60)], workers_of(client, project))
        thread = threading.Thread(target=lambda: (eventually(lambda: lines(tmp_path, "long")),
                                                  processes.kill_scheduler()))
        thread.start()
        with pytest.raises(UserError) as raised:
            next(outcomes)
        assert str(raised.value) == LOST
        thread.join()
    process = int(lines(tmp_path, "long")[0])
    eventually(lambda: not psutil.pid_exists(process))
    processes.restart_scheduler()
    processes.replace_workers()
    with client_of(processes, project) as client:
        outcome, = execute(client, [task("long", seconds=0.1)], workers_of(client, project))
    assert outcome.status == "done"
