"""The command `serve`: errors of its address, and what it prints."""

import socket
import sys

import pytest

from auxiliary.core.errors import UserError
from auxiliary.deploy.app import serve


def test_a_port_in_use(trained_root):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} of 127.0.0.1 is in use: choose another one with --port"):
            serve.serve_page("", "127.0.0.1", port, trained_root.root)


@pytest.mark.parametrize(("host", "port", "message"), [
    ("192.0.2.1", 0, "port 0 of 192.0.2.1 is not available"), ("no.invalid", 0, "--host"),
    ("127.0.0.1", 65536, "there is no port 65536")])
def test_an_address_that_is_not_available(trained_root, host, port, message):
    with pytest.raises(UserError, match=message):
        serve.serve_page("", host, port, trained_root.root)


def test_without_gradio_its_installation_is_named(trained_root, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    for name in (*serve.OFFLINE, "GRADIO_TEMP_DIR", "GRADIO_EXAMPLES_CACHE"):
        monkeypatch.setenv(name, "")    # restores the old value after the test
    with pytest.raises(UserError, match=r"package gradio: install it with \.venv/bin/pip install -e '\.\[serve\]'"):
        serve.serve_page("small", "127.0.0.1", 0, trained_root.root)


@pytest.mark.parametrize(("host", "with_api", "printed"), [
    ("127.0.0.1", False, "the page is at http://127.0.0.1:80/ (Ctrl-C stops it)\n"),
    ("::1", False, "the page is at http://[::1]:80/ (Ctrl-C stops it)\n"),
    ("::1", True, "programs POST images to http://[::1]:80/api/predict\n"
                  "the page is at http://[::1]:80/ (Ctrl-C stops it)\n"),
    ("0.0.0.0", False, "warning: the page has no password, and everyone who can reach port 80 of this machine can use "
                       "it\nthe page is at http://127.0.0.1:80/ (Ctrl-C stops it)\n")])
def test_the_address_is_printed_and_a_warning_where_it_is_public(capsys, host, with_api, printed):
    serve._announce(host, 80, with_api)
    assert capsys.readouterr().out == printed
