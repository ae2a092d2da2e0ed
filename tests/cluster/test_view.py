"""The view of all workers: lines in a log, bars in a terminal."""

import io

import pandas as pd
import pytest

from auxiliary.cluster.view import ClusterView
from auxiliary.core.console import PlainConsole
from auxiliary.reporting.timeline_figure import timeline_figure


def event(task, label, done, event="step", total=4, note=""):
    return 0.0, {"task": task, "worker": "tcp://one", "state": {
        "label": label, "done": done, "total": total, "unit": "epoch", "note": note, "event": event}}


def shown(terminal):
    out = io.StringIO()
    console = PlainConsole(file=out, width=100, force_terminal=terminal, force_interactive=terminal)
    with ClusterView(console, 3) as view:
        view.event(event("small", "small", 0, "begin"))
        view.event(event("features of Lite0", "Lite0 features", 0, "begin", 9))
        view.event(event("small", "small", 2, note="accuracy 0.9"))
        view.event((0.0, {"task": "small", "worker": "tcp://one", "message": "small was interrupted"}))
        if terminal:
            view._display.refresh()
        view.event(event("small", "small", 4, "end"))
        view.ended("small", "small: validation accuracy 0.9")
        view.ended("features of Lite0", "")
        view.event(event("large", "large", 0, "begin"))
    return out.getvalue()


def test_a_log_has_a_line_when_a_task_begins_and_its_messages():
    assert shown(terminal=False).splitlines() == [
        "  small", "  features of Lite0: Lite0 features", "  small was interrupted",
        "  small: validation accuracy 0.9", "  large"]


def test_a_terminal_has_a_bar_for_each_running_task_and_one_for_all():
    text = shown(terminal=True)
    for part in ("0 of 3 tasks", "2 of 4 epochs", "accuracy 0.9", "features of Lite0: Lite0", "small was interrupted"):
        assert part in text


@pytest.mark.parametrize("workers", [1, 3])
def test_the_timeline_has_a_line_per_worker_and_a_bar_per_task(workers):
    tasks = pd.DataFrame([{"name": f"task {number}", "features": number % 2 == 0, "worker": f"tcp://{number % workers}",
                           "began": 100.0 + number, "ended": 101.5 + number} for number in range(6)])
    axes = timeline_figure(tasks).axes[0]
    assert len(axes.get_yticklabels()) == workers
    # Two bars without a length are for the legend.
    assert [bar.get_width() for bar in axes.patches if bar.get_width()] == [1.5] * 6
