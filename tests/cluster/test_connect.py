"""Clusters that are not there: a sentence each, before any work."""

import socket

import pytest

from auxiliary.cluster import connect
from auxiliary.cluster.connect import VARIABLE, connected
from auxiliary.core.errors import UserError
from tests.cluster.processes import Processes

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


def refused(cluster):
    with pytest.raises(UserError) as raised, connected(cluster):
        pass
    return str(raised.value)


@pytest.mark.parametrize("cluster", ["local:0", "local:two", "local:", "local:1000", "local:٢"])
def test_a_wrong_number_of_processes(cluster):
    assert cluster in refused(cluster)


@pytest.mark.parametrize("cluster", ["demo", "tcp://", "head:", "tcp://head:port"])
def test_what_is_no_address(cluster):
    assert f"{cluster!r} is no cluster" in refused(cluster)


def test_no_address_at_all(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert VARIABLE in refused("")


def test_an_address_that_nobody_listens_on(monkeypatch):
    monkeypatch.setattr(connect, "SCHEDULER", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        assert f"no Dask scheduler answers at {address}" in refused(address)


def test_a_cluster_without_workers_and_its_address_in_the_environment(tmp_path, monkeypatch):
    with Processes(tmp_path) as running:
        monkeypatch.setenv(VARIABLE, running.address)
        assert f"the cluster at {running.address} has no workers" in refused("")


def test_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(connect, "find_spec", lambda _: None)
    assert "pip install -e '.[cluster]'" in refused("local:2")
