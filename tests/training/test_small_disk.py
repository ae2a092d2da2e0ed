"""Training on disks that become full at any moment: a sentence each time, and what was there before stays whole."""

import subprocess

import pytest

from auxiliary.core.errors import UserError
from auxiliary.runs.result import Result
from auxiliary.runs.results_csv import log_result, read_results
from auxiliary.training.train_all import train_all

# Units of 1024 bytes: no space for tables, the checkpoint, the model, an array, the result; and enough.
SIZES = [24, 44, 64, 84, 104, 124, 144, 4096]


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a small disk of some size in place of the last one, and returns its folder."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(size: int):
        unmount()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", folder], capture_output=True,
                              text=True, check=False)
        if done.returncode:
            pytest.skip(f"only the administrator may mount disks: {done.stderr.strip()}")
        return folder

    def unmount():
        while folder.is_mount():
            subprocess.run(["umount", folder], check=True)

    yield mount
    unmount()


def test_every_size_gives_a_sentence_or_a_result(make_project, small_disk, result: Result):
    outcomes = {}
    for size in SIZES:
        root = small_disk(size)
        try:
            log_result(result, root / "results.csv")
            before = (root / "results.csv").read_bytes()
            project = make_project(root)
            train_all(project.profile.scratch[:1], project)
            outcomes[size] = "trained"
        except UserError as error:
            outcomes[size] = str(error)
            assert "full" in str(error) or "are free on the disk" in str(error)
        assert (root / "results.csv").read_bytes().startswith(before)
        assert not list(root.rglob(".*.tmp*"))
        assert len(read_results(root / "results.csv")) == 1 + (outcomes[size] == "trained")
    assert outcomes[SIZES[-1]] == "trained"
    assert len(set(outcomes.values())) > 3, "different files met the end of the disk"
