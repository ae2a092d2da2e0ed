"""The REST endpoint of `serve --api`: predictions for programs, as JSON, on the server of the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil
from typing import Any

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from auxiliary.core.errors import ImageError, UserError, unknown
from auxiliary.deploy.app.models import Networks, full_name
from auxiliary.deploy.app.rate_limit import RateLimit
from auxiliary.deploy.app.request_image import image_in
from auxiliary.deploy.json_answers import number_json

PREFIX = "/api"
AT_ONCE, PER_SECOND = 100, 20  # requests of a client, see `RateLimit`
WAITING = 64                   # requests of all clients that are read or wait for their turn, each with its image
NETWORK = "network"            # the query that names one
HOW = f"POST an image to {PREFIX}/predict, or GET {PREFIX}/networks"


class Api:
    """Answers programs with the networks of the page.

    `POST /api/predict` takes an image, see `image_in`, and gives `Networks.answer`; the query `network` chooses another
    network than the first. `GET /api/networks` lists them. An error is JSON too, with the key `error`: those of
    `image_in`, 400 where there is no image, 404 for an unknown network or path, 405 for another method, 429 for too
    many requests, with the header Retry-After, 500 for a network that cannot be read.
    """

    def __init__(self, networks: Networks) -> None:
        self._networks, self._rate, self._waiting = networks, RateLimit(AT_ONCE, PER_SECOND), 0
        self._names = [_described(name, row) for name in networks.data_sets
                       for _, row in networks.ranked_results(name).iterrows()]
        self._first = full_name(networks.best(networks.data_set))
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
            data = await image_in(request)
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
    return {NETWORK: full_name(row["run"]), "dataset": data_set, "val_accuracy": number_json(row["val_accuracy"])}


def _check_query(request: Request, known: tuple[str, ...]) -> None:
    for name in request.query_params:
        if name not in known:
            raise HTTPException(400, str(unknown("query", name, known)))
        if len(request.query_params.getlist(name)) > 1:
            raise HTTPException(400, f"the query {name!r} is given twice: leave one out")


async def _error(request: Request, error: HTTPException) -> JSONResponse:
    """An error as JSON: its sentence, or how to ask in place of a mere name of the status."""
    plain = error.detail == HTTPStatus(error.status_code).phrase
    sentence = f"{request.method} {request.url.path} means nothing here: {HOW}" if plain else error.detail
    return JSONResponse({"error": sentence}, error.status_code, error.headers)
