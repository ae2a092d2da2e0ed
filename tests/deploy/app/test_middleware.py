"""Allowed requests, and the headers of every response."""

import asyncio

import pytest

from auxiliary.deploy.app.serve import LOCAL_HOSTS

pytest.importorskip("starlette", reason="gradio is not installed")


async def _request(path: str, headers: dict[str, str], hosts: frozenset[str] | None,
                   also: str = "") -> tuple[int, dict[str, str]]:
    """Status and headers of the response of a filtered application."""
    from starlette.responses import PlainTextResponse

    from auxiliary.deploy.app.middleware import RequestFilter

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path,
             "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    await RequestFilter(PlainTextResponse("fine"), hosts, also)(scope, None, send)
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize(("path", "headers", "status"), [
    ("/", {}, 200), ("/assets/index.js", {}, 200), ("/gradio_api/file=/tmp/a.png", {}, 200),
    ("/gradio_api/queue/join", {"origin": "http://localhost:7860"}, 200),
    ("/gradio_api/queue/join", {"origin": "http://elsewhere.org"}, 403),
    ("/gradio_api/queue/join", {"origin": "null"}, 403), ("/", {"host": "elsewhere.org:7860"}, 403),
    ("/gradio_api/file=https://elsewhere.org/a.png", {}, 403), ("/gradio_api/proxy=https://a.hf.space", {}, 403),
    ("/gradio_api/deep_link", {}, 403), ("/gradio_api/component_server", {}, 403), ("/monitoring", {}, 403)])
def test_only_requests_that_the_page_needs_are_allowed(path, headers, status):
    from auxiliary.deploy.app.middleware import HEADERS

    given, sent = asyncio.run(_request(path, {"host": "localhost:7860"} | headers, LOCAL_HOSTS))
    assert given == status
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= sent.items()


def test_a_public_page_has_any_host_name():
    assert asyncio.run(_request("/", {"host": "project.example.org"}, None))[0] == 200


@pytest.mark.parametrize(("also", "status"), [("/api/", 200), ("", 403)])
def test_further_paths_are_allowed_only_where_they_are_named(also, status):
    assert asyncio.run(_request("/api/predict", {"host": "localhost"}, LOCAL_HOSTS, also))[0] == status
    assert asyncio.run(_request("/apis", {"host": "localhost"}, LOCAL_HOSTS, also))[0] == 403
    assert asyncio.run(_request("/api/predict", {"host": "elsewhere.org"}, LOCAL_HOSTS, also))[0] == 403
