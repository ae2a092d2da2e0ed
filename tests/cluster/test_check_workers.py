"""Workers that cannot work on the project are named."""

import os

import pytest

from auxiliary.cluster import check_workers as checking
from auxiliary.cluster.check_workers import Seen, check_workers, look, scheduler_of, versions
from auxiliary.core.errors import UserError
from tests.cluster.conftest import client_of

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


class Answers:
    """A client whose workers give these answers."""

    def __init__(self, **answers):
        self._answers = answers

    def run(self, *_, **__):
        return self._answers


def refused(client, paths):
    with pytest.raises(UserError) as raised:
        check_workers(client, paths)
    return str(raised.value)


def test_workers_that_see_everything(processes, project):
    with client_of(processes, project) as client:
        check_workers(client, project.paths)
    assert not list(project.paths.root.iterdir())


def test_a_worker_that_sees_another_root(project, tmp_path):
    (tmp_path / "token").write_text("something else")
    assert "sees another folder" in look(tmp_path / "token", None).problem
    assert "does not see" in look(tmp_path / "elsewhere" / "token", None).problem
    assert "the worker worker does not see /root" in refused(
        Answers(worker=Seen(versions(), "does not see /root")), project.paths)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_worker_that_cannot_write(tmp_path):
    token = tmp_path / "token"
    token.write_text(tmp_path.name)
    tmp_path.chmod(0o500)
    assert "cannot write" in look(token, None).problem


def test_a_worker_that_does_not_see_the_user_s_images(tmp_path):
    (tmp_path / "token").write_text(tmp_path.name)
    assert "does not see the images in" in look(tmp_path / "token", tmp_path / "images").problem
    assert look(tmp_path / "token", tmp_path).problem == ""


def test_other_versions_are_named(project):
    other = versions() | {"keras": "2.0"}
    sentence = refused(Answers(worker=Seen(other, "")), project.paths)
    assert "keras (2.0 in place of" in sentence
    assert "numpy" not in sentence


def test_a_worker_without_this_package(project):
    error = ModuleNotFoundError("No module named 'auxiliary'", name="auxiliary")
    assert "has no module 'auxiliary'" in refused(Answers(worker=error), project.paths)
    assert "OSError" in refused(Answers(worker=OSError("gone")), project.paths)


def test_the_token_is_gone_whatever_happens(project, monkeypatch):
    monkeypatch.setattr(checking, "versions", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        check_workers(Answers(), project.paths)
    assert not list(project.paths.root.iterdir())


def test_all_workers_are_seen_whatever_dask_fetches_in_the_background(processes, project, monkeypatch):
    with client_of(processes, project) as client:
        sync = client.sync

        def fetched_in_between(*arguments, **options):
            """On a busy machine Dask's own answer, which has no workers, comes before the main thread goes on."""
            found = sync(*arguments, **options)
            sync(client._update_scheduler_info)
            return found

        monkeypatch.setattr(client, "sync", fetched_in_between)
        assert len(scheduler_of(client)["workers"]) == 2
