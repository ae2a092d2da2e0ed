"""The REST endpoint of `serve --api`: predictions for programs, as JSON, on the server of the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil
from typing import Any

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message

from auxiliary.core.errors import ImageError, UserError, unknown
from auxiliary.deploy.app.models import Networks, network_name
from auxiliary.deploy.app.rate_limit import RateLimit
from auxiliary.deploy.json_answers import number_json

PREFIX = "/api"
LARGEST_BODY = 20_000_000      # bytes of a request
DISCARDED = 5 * LARGEST_BODY   # bytes of a larger request that are read and thrown away before it is refused
AT_ONCE, PER_SECOND = 100, 20  # requests of a client, see `RateLimit`
WAITING = 64                   # requests of all clients that are read or wait for their turn, each with its image
SECONDS = 60                   # for a request to arrive
FIELD, NETWORK = "file", "network"
HOW = (f"POST an image to {PREFIX}/predict, or GET {PREFIX}/networks")
TOO_LARGE = f"the request has more than {LARGEST_BODY // 10**6} MB: make the image smaller"


class Api:
    """Answers programs with the networks of the page.

    `POST /api/predict` takes an image as the body, or as the field `file` of a form, and gives `Networks.answer`; the
    query `network` chooses another network than the first. `GET /api/networks` lists them. An error is JSON too, with
    the key `error`: 400 where there is no image, 404 for an unknown network or path, 405 for another method, 408 for
    more than `SECONDS`, 413 for more than `LARGEST_BODY`, 429 for too many requests, with the header Retry-After, 500
    for a network that cannot be read.

    Args:
        networks: the networks.
    """

    def __init__(self, networks: Networks) -> None:
        self._networks, self._rate, self._waiting = networks, RateLimit(AT_ONCE, PER_SECOND), 0
        self._names = [_described(name, row) for name in networks.data_sets
                       for _, row in networks.ranked_results(name).iterrows()]
        self._first = network_name(networks.best(networks.data_set))
        # Networks take turns anyway, and the page needs the other threads.
        self._one = anyio.CapacityLimiter(1)

    @property
    def application(self) -> Starlette:
        """The application to mount at `PREFIX`."""
        routes = [Route("/predict", self.predict, methods=["POST"]), Route("/networks", self.list, methods=["GET"])]
        return Starlette(routes=routes, exception_handlers={HTTPException: _error})

    async def list(self, request: Request) -> JSONResponse:
        """The networks, those of the first data set and the best first; `first` is used where none is named."""
        _check_query(request, ())
        return JSONResponse({"first": self._first, "networks": self._names})

    async def predict(self, request: Request) -> JSONResponse:
        """The answer of a network for an image."""
        _check_query(request, (NETWORK,))
        name = request.query_params.get(NETWORK, self._first)
        if name not in (known := [each["network"] for each in self._names]):
            raise HTTPException(404, str(unknown("network", name, known)))
        with self._turn(request):
            data = await _in_time(request)
            try:
                return JSONResponse(await run_sync(self._networks.answer, data, name, limiter=self._one))
            except ImageError as error:
                raise HTTPException(400, f"this cannot be used as an image ({error})") from error
            except UserError as error:
                raise HTTPException(500, str(error)) from error

    @contextmanager
    def _turn(self, request: Request) -> Iterator[None]:
        """Count a request while it is answered; refuse it where there are too many."""
        wait = 1.0 if self._waiting >= WAITING else self._rate.wait(request.client.host if request.client else "")
        if wait:
            raise HTTPException(429, "too many requests: wait as long as the header Retry-After says, in seconds",
                                {"Retry-After": str(ceil(wait))})
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


def _described(data_set: str, row: Any) -> dict[str, Any]:
    return {NETWORK: network_name(row["run"]), "dataset": data_set, "val_accuracy": number_json(row["val_accuracy"])}


def _check_query(request: Request, known: tuple[str, ...]) -> None:
    for name in request.query_params:
        if name not in known:
            raise HTTPException(400, str(unknown("query", name, known)))


async def _in_time(request: Request) -> bytes:
    """The image in a request, or an error where it does not arrive: it holds a place that others wait for."""
    try:
        with anyio.fail_after(SECONDS):
            return await _image(request)
    except TimeoutError:
        raise HTTPException(408, f"the request took more than {SECONDS} seconds to arrive") from None
    except ClientDisconnect:
        raise HTTPException(400, "the request ended before its body did") from None


async def _image(request: Request) -> bytes:
    """The bytes of the image in a request's body or form, of which no more than `LARGEST_BODY` are read."""
    limited = _limited(request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await limited.body()
    async with limited.form() as form:
        upload = form.get(FIELD)
        if not isinstance(upload, UploadFile) or len(form.getlist(FIELD)) > 1:
            raise HTTPException(400, f"the form must have one file, called {FIELD!r} (curl -F {FIELD}=@IMAGE)")
        return await upload.read()


def _limited(request: Request) -> Request:
    """The same request, whose body ends with an error where it is too large, also if it does not say its length."""
    length, read = request.headers.get("content-length", ""), 0
    stated = int(length) if length.isdecimal() else 0

    async def receive() -> Message:
        nonlocal read
        message = await request.receive()
        read += len(message.get("body", b""))
        if max(read, stated) <= LARGEST_BODY:
            return message
        # A client that is still sending may miss the answer.
        while message.get("more_body") and read < DISCARDED:
            message = await request.receive()
            read += len(message.get("body", b""))
        raise HTTPException(413, TOO_LARGE)

    return Request(request.scope, receive)


async def _error(request: Request, error: HTTPException) -> JSONResponse:
    """An error as JSON: its sentence, or how to ask in place of a mere name of the status."""
    plain = error.detail == HTTPStatus(error.status_code).phrase
    sentence = f"{request.method} {request.url.path} means nothing here: {HOW}" if plain else error.detail
    return JSONResponse({"error": sentence}, error.status_code, error.headers)
