"""The filter between the page and its clients: allowed requests, and headers that restrict the browser."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# All paths that the page uses. Gradio has more: it downloads URLs for its users, creates links, stores histories.
ALLOWED_PATHS = re.compile(
    r"/|/(config|theme\.css|favicon\.ico|manifest\.json)|/(assets|static)/.+"
    r"|/gradio_api/(info|startup-events|theme\.css|upload|upload_progress|file=/.+|run/predict|queue/(join|data)"
    r"|heartbeat/\w+|cancel|reset)/?")
PORT = re.compile(r":\d+$")
# Gradio's page has scripts and styles in its HTML. The browser may load nothing from, and send nothing to, other hosts.
POLICY = ("default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
          "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
          "worker-src 'self' blob:; object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'; "
          "frame-ancestors 'none'")
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
           "Cross-Origin-Resource-Policy": "same-origin"}


class RequestFilter:
    """Passes on the requests that the page needs, refuses all others, and adds `HEADERS` to every response.

    Args:
        app: the application behind the filter.
        hosts: allowed values of the Host header without the port, so that no other website can point its own name
            here; None for any.
        also: the beginning of further paths that are allowed; empty without any.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, also: str = "") -> None:
        self._app, self._hosts, self._also = app, hosts, also

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = scope["type"] == "http" and not self._is_allowed(scope["path"], Headers(scope=scope))
        handler = PlainTextResponse("not allowed", 403) if refused else self._app
        await handler(scope, receive, send_with_headers)

    def _is_allowed(self, path: str, headers: Headers) -> bool:
        host = headers.get("host", "")
        known_host = self._hosts is None or PORT.sub("", host) in self._hosts
        # Browsers send the website that makes a request, except when they open a page.
        same_origin = headers.get("origin", f"//{host}").endswith(f"//{host}")
        known_path = ALLOWED_PATHS.fullmatch(path) is not None or (self._also and path.startswith(self._also))
        return known_host and same_origin and bool(known_path)
