"""The command `serve` where it cannot serve, and what it says where it can."""

import socket
import sys

import pytest

from auxiliary.core.errors import UserError
from auxiliary.deploy.app import serve


def test_a_port_that_is_taken_is_named(trained_root):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} of 127.0.0.1 is taken: name another one with --port"):
            serve.serve_page("", "127.0.0.1", port, trained_root.root)


@pytest.mark.parametrize(("host", "port", "answer"), [
    ("192.0.2.1", 0, "port 0 of 192.0.2.1 cannot be listened on"), ("no.invalid", 0, "--host"),
    ("127.0.0.1", 65536, "there is no port 65536")])
def test_an_address_that_cannot_be_listened_on(trained_root, host, port, answer):
    with pytest.raises(UserError, match=answer):
        serve.serve_page("", host, port, trained_root.root)


def test_without_gradio_the_way_to_it_is_said(trained_root, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    for name in (*serve.SILENT, "GRADIO_TEMP_DIR", "GRADIO_EXAMPLES_CACHE"):
        monkeypatch.setenv(name, "")    # and so what it was is put back
    with pytest.raises(UserError, match=r"needs the package gradio: \.venv/bin/pip install -e '\.\[serve\]'"):
        serve.serve_page("small", "127.0.0.1", 0, trained_root.root)


@pytest.mark.parametrize(("host", "said"), [
    ("127.0.0.1", "the page is at http://127.0.0.1:80/ (Ctrl-C ends it)\n"),
    ("::1", "the page is at http://[::1]:80/ (Ctrl-C ends it)\n"),
    ("0.0.0.0", "everyone who can reach port 80 of this machine can use the page: it asks for no password\n"
                "the page is at http://127.0.0.1:80/ (Ctrl-C ends it)\n")])
def test_the_address_is_said_and_who_can_use_the_page(capsys, host, said):
    serve._announce(host, 80)
    assert capsys.readouterr().out == said
