"""Training a finished run anew: the old one stays whole, and is read, until the new one is finished.

The new one is trained in a folder of its own, `models/<dataset>/.retrain/<run>`. That this folder is there says that
the run is to be trained anew, also after a kill.
"""

import shutil
from contextlib import suppress

from auxiliary.core.files import write_atomically
from auxiliary.runs.run import Run

FOLDER = ".retrain"
# In a run's folder, the `run_id` of each earlier training, one a line: their rows stay in results.csv.
EARLIER = "earlier-runs.txt"


def replacement(run: Run) -> Run:
    """The run that will take the place of another one, finished or not."""
    return Run(run.folder.parent / FOLDER / run.id)


def is_replaced(run: Run) -> bool:
    """Whether a run is to be trained anew."""
    return replacement(run).folder.is_dir()


def is_unfinished(run: Run) -> bool:
    """Whether a run is to be trained: for the first time, to its end, or anew."""
    return not run.finished or is_replaced(run)


def current(run: Run) -> Run:
    """Where a run is trained: in its own folder, or in that of its replacement."""
    return replacement(run) if is_replaced(run) else run


def replace_later(run: Run) -> None:
    """Let a finished run be trained anew when it is trained the next time."""
    replacement(run).folder.mkdir(parents=True, exist_ok=True)


def replace_now(run: Run) -> None:
    """Put the finished replacement in the place of a run; call it with the run's lock held.

    Between its two steps a kill leaves neither in that place: then `replace_now` is to be called again.
    """
    new, old = replacement(run), _old(run)
    if run.finished:
        _keep_others(run, new)
        _note(run.result.run_id, new)
        shutil.rmtree(old.folder, ignore_errors=True)
        run.folder.rename(old.folder)
    new.folder.rename(run.folder)


def remove_old(run: Run) -> None:
    """Remove what is left of a run that was replaced."""
    shutil.rmtree(_old(run).folder, ignore_errors=True)
    with suppress(OSError):    # it is not there, or others are in it
        (run.folder.parent / FOLDER).rmdir()


def earlier_trainings(run: Run) -> list[str]:
    """The `run_id` of each training of a run that was replaced, the oldest first."""
    path = run.folder / EARLIER
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _note(run_id: str, new: Run) -> None:
    """Note in a replacement what it replaces; a killed process may have done so."""
    lines = dict.fromkeys([*earlier_trainings(new), run_id])
    write_atomically(new.folder / EARLIER, "".join(f"{line}\n" for line in lines))


def _old(run: Run) -> Run:
    return Run(run.folder.parent / FOLDER / f"{run.id}.old")


def _keep_others(run: Run, new: Run) -> None:
    """Move what training did not write, such as notes, to the replacement; exports are named after the old run."""
    exports = f"export-{run.result.finished_at:%Y%m%dT%H%M%S}"
    for path in list(run.folder.iterdir()):
        if not run.is_written(path.name):
            path.rename(new.folder / (exports if path.name == "export" else path.name))
