"""A cluster whose workers are jobs of a queue such as SLURM's, made by dask-jobqueue.

The file is dask-jobqueue's own configuration, and says how many jobs there shall be:

    jobs: 8
    jobqueue:
      slurm: {cores: 4, memory: 16GB, walltime: "04:00:00", worker-extra-args: ["--lifetime", "230m"]}
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auxiliary.config.yaml_text import plain, read_yaml_file
from auxiliary.core.errors import UserError, unknown
from auxiliary.core.progress import notify

if TYPE_CHECKING:
    from dask_jobqueue import JobQueueCluster

JOBS, QUEUES = "jobs", "jobqueue"
CLASSES = {"slurm": "SLURMCluster", "pbs": "PBSCluster", "lsf": "LSFCluster", "sge": "SGECluster",
           "oar": "OARCluster", "moab": "MoabCluster", "htcondor": "HTCondorCluster"}
NEEDED = ("cores", "memory")
MOST = 10_000    # jobs


@contextmanager
def queued_cluster(file: Path) -> Iterator["JobQueueCluster"]:
    """A scheduler in this process whose workers are jobs of a queue; they are cancelled at the end of the block.

    Raises:
        UserError: the file does not fit, or dask-jobqueue or the queue's own command is not installed.
    """
    jobs, queue, settings = read_queue_file(file)
    import dask
    import dask_jobqueue

    kind = getattr(dask_jobqueue, CLASSES[queue])
    with dask.config.set({f"{QUEUES}.{queue}": dask.config.get(f"{QUEUES}.{queue}") | settings}):
        try:
            script = kind.job_cls(name="worker", scheduler="tcp://SCHEDULER").job_script()
        except (ValueError, TypeError) as error:    # of dask-jobqueue, for values that do not fit
            raise UserError(f"{file}: {queue} cannot be given these settings ({error})") from error
        notify(f"{file} asks {queue} for {jobs:,} of these jobs:")
        # Not by `notify`, which makes one line of it.
        print(script, flush=True)
        if not shutil.which(command := kind.job_cls.submit_command.split()[0]):
            raise UserError(f"there is no {command} here, by which {queue} takes jobs: run this where it is installed, "
                            "usually on the login node")
        with kind() as made:
            made.scale(jobs=jobs)
            yield made


def read_queue_file(file: Path) -> tuple[int, str, Mapping[str, Any]]:
    """The number of jobs, the name of the queue's system and its settings, all of them checked.

    Raises:
        UserError: the file does not fit, or dask-jobqueue is not installed.
    """
    if not find_spec("dask_jobqueue"):
        raise UserError(f"--cluster {file} needs dask-jobqueue: .venv/bin/pip install -e '.[cluster]'")
    document = plain(read_yaml_file(file))
    if not isinstance(document, dict) or not isinstance(document.get(QUEUES), dict):
        raise UserError(f"{file} must hold `{JOBS}: N`, and `{QUEUES}:` with one system, such as slurm")
    for name in document:
        if name not in (JOBS, QUEUES):
            raise _at(file, unknown("setting", name, (JOBS, QUEUES)))
    if len(document[QUEUES]) != 1:
        raise UserError(f"{file}: `{QUEUES}` must hold one system: {', '.join(CLASSES)}")
    (queue, settings), = document[QUEUES].items()
    if queue not in CLASSES:
        raise _at(file, unknown("system", queue, CLASSES))
    _check_settings(file, queue, settings)
    jobs = document.get(JOBS)
    if isinstance(jobs, bool) or not isinstance(jobs, int) or not 1 <= jobs <= MOST:
        raise UserError(f"{file}: `{JOBS}` is {jobs!r}, and must be a number from 1 to {MOST:,}")
    return jobs, queue, settings


def _check_settings(file: Path, queue: str, settings: Any) -> None:
    """Check a system's settings against those that dask-jobqueue knows."""
    import dask
    import dask_jobqueue  # noqa: F401 (puts its settings into Dask's configuration)

    if not isinstance(settings, dict):
        raise UserError(f"{file}: `{queue}` must hold settings, such as `cores: 4`")
    known = dask.config.get(f"{QUEUES}.{queue}")
    for name in settings:
        if name not in known:
            raise _at(file, unknown(f"setting of {queue}", name, known))
    for name in NEEDED:
        if not settings.get(name):
            raise UserError(f"{file}: {queue} needs `{name}`, of one job")


def _at(file: Path, error: UserError) -> UserError:
    return UserError(f"{file}: {error}")
