"""Limits of memory for groups of processes, in trees of files like those of Linux."""

from pathlib import Path

import pytest

from auxiliary.core.cgroups import free_in_groups

V2, V1 = "30 24 0:26 {root} {mount} rw,nosuid - cgroup2 cgroup2 rw", (
    "35 31 0:32 {root} {mount} rw,relatime shared:9 - cgroup cgroup rw,memory")
NO_LIMIT = 2**63 - 4096


@pytest.fixture
def system(tmp_path):
    """Makes a process's folder and a tree of groups: `system(V2, "0::/job", {"job": (limit, used, cached)})`."""
    def make(mount: str, own: str, groups: dict[str, tuple], root: str = "/") -> Path:
        (tmp_path / "cgroup").write_text(own + "\n")
        (tmp_path / "mountinfo").write_text(
            f"22 1 254:0 / / rw - ext4 /dev/vda rw\n{mount.format(root=root, mount=tmp_path / 'groups')}\n")
        names = (("memory.max", "memory.current", "inactive_file") if mount == V2 else
                 ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))
        for path, (limit, used, cached) in groups.items():
            folder = tmp_path / "groups" / path
            folder.mkdir(parents=True, exist_ok=True)
            if limit is not None:
                (folder / names[0]).write_text(f"{limit}\n")
                (folder / names[1]).write_text(f"{used}\n")
                (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {cached}\nactive_file 7\n")
        return tmp_path

    return make


@pytest.mark.parametrize(("mount", "own"), [(V2, "0::/slurm/job/step"), (V1, "5:cpu,memory:/slurm/job/step\n0::/")])
def test_the_tightest_group_counts_and_cached_files_are_free(system, mount, own):
    process = system(mount, own, {"": (None, 0, 0), "slurm": (9000, 1000, 0), "slurm/job": (3000, 1500, 500),
                                  "slurm/job/step": (8000, 1000, 0), "other": (10, 10, 0)})
    assert free_in_groups(process) == 2000


def test_without_a_limit_there_is_none(system):
    assert free_in_groups(system(V2, "0::/job", {"": (None, 0, 0), "job": ("max", 1000, 0)})) is None


def test_the_first_versions_huge_number_is_no_limit(system):
    assert free_in_groups(system(V1, "4:memory:/", {"": (NO_LIMIT, 1000, 0)})) is None


def test_within_a_container_the_mount_is_the_group(system):
    # The path of the process is that on the host; the mount shows only the container's own part.
    assert free_in_groups(system(V2, "0::/docker/abc", {"": (3000, 1000, 0)})) == 2000
    assert free_in_groups(system(V1, "4:memory:/docker/abc/job", {"": (3000, 1000, 0), "job": (2500, 1000, 0)},
                                 root="/docker/abc")) == 1500


def test_more_than_allowed_leaves_nothing(system):
    assert free_in_groups(system(V2, "0::/", {"": (3000, 4000, 0)})) == 0


def test_other_systems_have_no_groups(tmp_path):
    assert free_in_groups(tmp_path / "not there") is None


def test_this_machine_can_be_asked():
    free = free_in_groups()
    assert free is None or free >= 0
