"""Serves the page, on this machine alone unless told otherwise."""

import errno
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.paths import find_root
from auxiliary.runs.find import find_finished_or_best

if TYPE_CHECKING:
    from fastapi import FastAPI

    from auxiliary.deploy.app.page import Page

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
HIGHEST_PORT = 65535
LARGEST_UPLOAD = "20mb"
# Gradio and what it is built on would ask for newer versions of themselves, and report that they are used.
SILENT = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}


def serve_page(name: str, host: str, port: int, root: Path | None = None) -> None:
    """Serve a page on which images are dropped and named, until interrupted.

    Args:
        name: the run to show first, see `find_finished`; empty for the one of the best validation accuracy.
        host: name or IP address to listen on.
        port: to listen on; 0 for any that is free.
        root: the folder that holds `models/`; the repository unless given.

    Raises:
        UserError: when Gradio is not installed, there is no such run, or the address cannot be listened on.
    """
    run = find_finished_or_best(name, find_root(root))
    with _listening(host, port) as door, _folder() as uploads:
        _prepare(uploads)
        from auxiliary.deploy.app.models import Networks
        from auxiliary.deploy.app.page import Page, examples

        page = Page(Networks(run), examples(run.predictions), uploads)
        _announce(host, door.getsockname()[1])
        _run(_guarded(page, host), door)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens; taken before anything slow is done, so that a wrong port is said at once."""
    if not 0 <= port <= HIGHEST_PORT:
        raise UserError(f"there is no port {port}: name one from 1024 to {HIGHEST_PORT} with --port")
    try:
        door = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UserError(f"port {port} of {host} is taken: name another one with --port") from None
        raise UserError(f"port {port} of {host} cannot be listened on ({error.strerror}): name another address with "
                        "--host, or a port above 1023 with --port") from None
    with door:
        yield door


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder for what users upload; a file that is still being written at the end is no reason to fail."""
    with TemporaryDirectory(prefix="auxiliary-page-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def _prepare(uploads: Path) -> None:
    """Import what the page is made with; `UserError` where it is not installed."""
    os.environ.update(SILENT | {"GRADIO_TEMP_DIR": str(uploads), "GRADIO_EXAMPLES_CACHE": str(uploads / "examples")})
    try:
        import gradio  # noqa: F401
    except ModuleNotFoundError as error:
        raise UserError(f"the page needs the package {error.name}: .venv/bin/pip install -e '.[serve]'") from None
    runtime.load()


def _announce(host: str, port: int) -> None:
    if not _is_local(host):
        print(f"everyone who can reach port {port} of this machine can use the page: it asks for no password")
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    shown = f"[{reached}]" if ":" in reached else reached
    print(f"the page is at http://{shown}:{port}/ (Ctrl-C ends it)", flush=True)


def _is_local(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _guarded(page: "Page", host: str) -> "FastAPI":
    """The page as a server's application, with nothing of Gradio's that it does not need."""
    from fastapi import FastAPI
    from gradio import mount_gradio_app, themes
    from starlette.middleware import Middleware

    from auxiliary.deploy.app.middleware import Guard

    # Fonts that every system has, instead of files that lack the bold of headings.
    theme = themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    names = LOCAL_NAMES | {host.lower()} if _is_local(host) else None
    app = FastAPI(openapi_url=None, middleware=[Middleware(Guard, names=names)])
    return mount_gradio_app(app, page, "/", theme=theme, footer_links=[], run_history=False, show_error=False,
                            ssr_mode=False, mcp_server=False, enable_monitoring=False, pwa=False,
                            max_file_size=LARGEST_UPLOAD)


def _run(app: "FastAPI", door: socket.socket) -> None:
    """Serve until interrupted or told to end; a page that is open in a browser is not waited for."""
    import uvicorn

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    # It ends by itself, and then hands the interruption on.
    with suppress(KeyboardInterrupt):
        server.run(sockets=[door])
