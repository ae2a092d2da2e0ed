"""What libraries would compile when they are imported, and nobody needs here."""

import sys


def skip_iri_grammar() -> None:
    """Let this process import jsonschema, and with it nbformat and papermill, without a grammar of web addresses.

    It takes three seconds to compile. Only texts of the format `iri` are checked with it, and notebooks have none.
    """
    # An import of a module that is None here fails as if it were not installed, which jsonschema is prepared for.
    sys.modules.setdefault("rfc3987_syntax", None)
