"""The web server of the page; by default only this machine can reach it."""

import errno
import os
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.paths import find_root, processed_folders
from auxiliary.runs.data_sets import data_sets
from auxiliary.runs.named import find_finished_or_best
from auxiliary.runs.run import Run

if TYPE_CHECKING:
    from fastapi import FastAPI

    from auxiliary.deploy.app.api import Api
    from auxiliary.deploy.app.label_tab import LabelTab
    from auxiliary.deploy.app.page import Page

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
HIGHEST_PORT = 65535
LARGEST_UPLOAD = "20mb"
# Without these, Gradio and its dependencies look for newer versions of themselves and report their use.
OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}


def serve_page(name: str, host: str, port: int, root: Path | None = None, dataset: str = "",
               with_api: bool = False) -> None:
    """Serve a page that classifies images, until interrupted.

    Args:
        name: the run to show first, see `find_finished`; empty for the data set's run of the best validation accuracy.
        host: host name or IP address to listen on.
        port: port to listen on; 0 for any free port.
        root: the folder that holds `models/`; the repository by default.
        dataset: the data set to show first; empty where there is only one, or the run's name tells it.
        with_api: whether it also answers programs, see `auxiliary.deploy.app.api`.

    Raises:
        UserError: Gradio is not installed, there is no such run, or the address is not available.
    """
    root = find_root(root)
    run = find_finished_or_best(name, root, dataset)
    with _listening(host, port) as listener, _temporary_folder() as uploads:
        _prepare(uploads)
        from auxiliary.deploy.app.api import Api
        from auxiliary.deploy.app.examples import examples_of
        from auxiliary.deploy.app.models import Networks
        from auxiliary.deploy.app.page import Page

        images = processed_folders(root)
        networks = Networks(run, _offered(run, root), images)
        page = Page(networks, examples_of(networks, images), uploads, _labels(host, root, networks.data_sets))
        _announce(host, listener.getsockname()[1], with_api)
        _run(_application(page, host, Api(networks) if with_api else None), listener)


def _offered(run: Run, root: Path) -> list[Path]:
    """The folders of the data sets to choose from: all of the root, or that of a run which lies elsewhere."""
    folders = [root / "models" / name for name in data_sets(root)]
    return folders if run.folder.parent in folders else [run.folder.parent]


def _labels(host: str, root: Path, data_sets: Collection[str]) -> "LabelTab | None":
    """The tab of suspect labels; None where others can reach the page, for what they choose there is written."""
    from auxiliary.deploy.app.label_tab import label_tab

    return label_tab(root, data_sets) if _is_local(host) else None


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; opened before anything slow, so that a wrong port is reported at once."""
    if not 0 <= port <= HIGHEST_PORT:
        raise UserError(f"there is no port {port}: choose one from 1024 to {HIGHEST_PORT} with --port")
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UserError(f"port {port} of {host} is in use: choose another one with --port") from None
        raise UserError(f"port {port} of {host} is not available ({error.strerror}): choose another address with "
                        "--host, or a port above 1023 with --port") from None
    with listener:
        yield listener


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder for uploads; that a file is still being written at the end is not an error."""
    with TemporaryDirectory(prefix="auxiliary-page-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def _prepare(uploads: Path) -> None:
    """Import Gradio and TensorFlow; `UserError` where Gradio is not installed."""
    os.environ.update(OFFLINE | {"GRADIO_TEMP_DIR": str(uploads), "GRADIO_EXAMPLES_CACHE": str(uploads / "examples")})
    try:
        import gradio  # noqa: F401
    except ModuleNotFoundError as error:
        raise UserError(f"the page needs the package {error.name}: "
                        "install it with .venv/bin/pip install -e '.[serve]'") from None
    runtime.load()


def _announce(host: str, port: int, with_api: bool) -> None:
    if not _is_local(host):
        print(f"warning: the page has no password, and everyone who can reach port {port} of this machine can use it")
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    in_url = f"[{address}]" if ":" in address else address
    if with_api:
        print(f"programs POST images to http://{in_url}:{port}/api/predict")
    print(f"the page is at http://{in_url}:{port}/ (Ctrl-C stops it)", flush=True)


def _is_local(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _application(page: "Page", host: str, api: "Api | None") -> "FastAPI":
    """The page as an application for the server, without the parts of Gradio that it does not need."""
    from fastapi import FastAPI
    from gradio import mount_gradio_app, themes
    from starlette.middleware import Middleware

    from auxiliary.deploy.app.api import PREFIX
    from auxiliary.deploy.app.middleware import RequestFilter
    from auxiliary.deploy.app.page import STYLE

    # System fonts: Gradio's font files have no bold for headings.
    theme = themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    hosts = LOCAL_HOSTS | {host.lower()} if _is_local(host) else None
    also = f"{PREFIX}/" if api else ""
    app = FastAPI(openapi_url=None, middleware=[Middleware(RequestFilter, hosts=hosts, also=also)])
    if api:
        # Before the page, which takes all other paths.
        app.mount(PREFIX, api.application)
    return mount_gradio_app(app, page, "/", theme=theme, css=STYLE, footer_links=[], run_history=False,
                            show_error=False, ssr_mode=False, mcp_server=False, enable_monitoring=False, pwa=False,
                            max_file_size=LARGEST_UPLOAD)


def _run(app: "FastAPI", listener: socket.socket) -> None:
    """Serve until interrupted, without waiting for browsers that still show the page."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    # The server shuts down by itself and then raises the interruption again.
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
