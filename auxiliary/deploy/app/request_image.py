"""The image in a request: as the body or in a form, and neither too large nor too slow."""

import anyio
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

FIELD = "file"
LARGEST_BODY = 20_000_000      # bytes
DISCARDED = 5 * LARGEST_BODY   # bytes of a larger request that are read and thrown away before it is refused
SECONDS = 60                   # a slow request holds a place that others wait for
TOO_LARGE = f"the request has more than {LARGEST_BODY // 10**6} MB: make the image smaller"


async def image_in(request: Request) -> bytes:
    """The bytes of the image in a request: its body, or the field `FIELD` of its form.

    Raises:
        HTTPException: 400 where the form has no such field, or the client hangs up; 408 where the request takes longer
            than `SECONDS`; 413 where it has more than `LARGEST_BODY`.
    """
    try:
        with anyio.fail_after(SECONDS):
            return await _image(request)
    except TimeoutError:
        raise HTTPException(408, f"the request took more than {SECONDS} seconds to arrive") from None
    except ClientDisconnect:
        raise HTTPException(400, "the request ended before its body did") from None


async def _image(request: Request) -> bytes:
    """The bytes of the image, without a limit of time."""
    limited = _limited(request)
    # Capitals do not matter in it.
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
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
