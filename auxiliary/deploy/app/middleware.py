"""What stands between the page and whoever asks for something: what is answered at all, and what a browser may do."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# All that the page asks for. Gradio has more: it fetches addresses for its users, hands out links, keeps histories.
SERVED = re.compile(
    r"/|/(config|theme\.css|favicon\.ico|manifest\.json)|/(assets|static)/.+"
    r"|/gradio_api/(info|startup-events|theme\.css|upload|upload_progress|file=/.+|run/predict|queue/(join|data)"
    r"|heartbeat/\w+|cancel|reset)/?")
PORT = re.compile(r":\d+$")
# Gradio's page consists of scripts and styles in the HTML; nothing may come from, or go to, anywhere else.
POLICY = ("default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
          "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
          "worker-src 'self' blob:; object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'; "
          "frame-ancestors 'none'")
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
           "Cross-Origin-Resource-Policy": "same-origin"}


class Guard:
    """Lets pass what the page needs, and adds headers that keep a browser from asking anybody else.

    Args:
        app: what answers.
        names: by which host names it may be asked, so that no other website can have its own name point here; any
            if None.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str] | None) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = scope["type"] == "http" and not self._admits(scope["path"], Headers(scope=scope))
        answer = PlainTextResponse("not here", 403) if refused else self._app
        await answer(scope, receive, send_guarded)

    def _admits(self, path: str, headers: Headers) -> bool:
        host = headers.get("host", "")
        known = self._names is None or PORT.sub("", host) in self._names
        # A browser says for which website it asks, unless it is to show a page.
        own = headers.get("origin", f"//{host}").endswith(f"//{host}")
        return known and own and SERVED.fullmatch(path) is not None
