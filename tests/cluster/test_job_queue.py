"""Files for dask-jobqueue: what is refused, and the job script that one gives."""

import pytest

from auxiliary.cluster.job_queue import queued_cluster, read_queue_file
from auxiliary.core.errors import UserError

pytest.importorskip("dask_jobqueue", reason="the extra `cluster` is not installed")

WHOLE = "jobs: 3\njobqueue:\n  slurm: {cores: 4, memory: 16GB}\n"


@pytest.fixture
def queue_file(tmp_path):
    def write(text):
        path = tmp_path / "slurm.yaml"
        path.write_text(text)
        return path

    return write


def test_a_whole_file(queue_file):
    assert read_queue_file(queue_file(WHOLE)) == (3, "slurm", {"cores": 4, "memory": "16GB"})


@pytest.mark.parametrize(("text", "named"), [
    ("", "jobs: N"),
    ("jobs: 3\n", "jobqueue"),
    (WHOLE.replace("jobs: 3", "jobs: many"), "'many'"),
    (WHOLE.replace("jobs: 3", "jobs: 0"), "0"),
    (WHOLE.replace("slurm", "slurn"), "did you mean 'slurm'"),
    (WHOLE.replace("cores", "cors"), "did you mean 'cores'"),
    (WHOLE.replace("cores: 4, ", ""), "cores"),
    (WHOLE + "  pbs: {cores: 1, memory: 1GB}\n", "one system"),
    (WHOLE + "workers: 3\n", "unknown setting 'workers'"),
])
def test_what_is_refused(queue_file, text, named):
    with pytest.raises(UserError) as raised:
        read_queue_file(queue_file(text))
    assert named in str(raised.value)
    assert "slurm.yaml" in str(raised.value)


def test_a_machine_without_the_queue(queue_file, capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="login node"), queued_cluster(queue_file(WHOLE)):
        pass
    assert "#SBATCH --cpus-per-task=4" in capsys.readouterr().out
