"""How characters are written that the encoding of a terminal or a file lacks."""

import codecs

# The name of the error handler, for `str.encode` and for streams.
ESCAPED = "auxiliary-escaped"


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """An escape for each character, such as `\\u732b`; the `…` of a shortened text becomes `~`, which is as wide."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start:error.end].replace("…", "~")
    return lacking.encode("ascii", "backslashreplace").decode("ascii"), error.end


codecs.register_error(ESCAPED, _escaped)
