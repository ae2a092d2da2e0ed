"""What is answered at all, and what a browser is told with every answer."""

import asyncio

import pytest

from auxiliary.deploy.app.serve import LOCAL_NAMES

pytest.importorskip("starlette", reason="gradio is not installed")


async def _asked(path: str, headers: dict[str, str], names: frozenset[str] | None) -> tuple[int, dict[str, str]]:
    """Status and headers of what a guarded application answers."""
    from starlette.responses import PlainTextResponse

    from auxiliary.deploy.app.middleware import Guard

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path,
             "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    await Guard(PlainTextResponse("fine"), names)(scope, None, send)
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize(("path", "headers", "status"), [
    ("/", {}, 200), ("/assets/index.js", {}, 200), ("/gradio_api/file=/tmp/a.png", {}, 200),
    ("/gradio_api/queue/join", {"origin": "http://localhost:7860"}, 200),
    ("/gradio_api/queue/join", {"origin": "http://elsewhere.org"}, 403),
    ("/gradio_api/queue/join", {"origin": "null"}, 403), ("/", {"host": "elsewhere.org:7860"}, 403),
    ("/gradio_api/file=https://elsewhere.org/a.png", {}, 403), ("/gradio_api/proxy=https://a.hf.space", {}, 403),
    ("/gradio_api/deep_link", {}, 403), ("/gradio_api/component_server", {}, 403), ("/monitoring", {}, 403)])
def test_nothing_is_answered_that_the_page_does_not_need(path, headers, status):
    from auxiliary.deploy.app.middleware import HEADERS

    given, sent = asyncio.run(_asked(path, {"host": "localhost:7860"} | headers, LOCAL_NAMES))
    assert given == status
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= sent.items()


def test_a_page_for_everyone_is_asked_by_any_name():
    assert asyncio.run(_asked("/", {"host": "project.example.org"}, None))[0] == 200
