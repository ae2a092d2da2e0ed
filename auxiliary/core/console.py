"""The console that commands print to: text comes out as it is."""

from typing import Any

from rich.console import Console
from rich.text import Text

from auxiliary.core.escapes import ESCAPED
from auxiliary.core.text import printable

# Characters: a console so wide folds no line, as is right for a file or another program.
ENDLESS = 10_000


class PlainConsole(Console):
    """A console for texts that hold names: brackets and colons mean nothing.

    Rich takes `[x]` in a path for markup and `:smile:` for a picture. Control characters are escaped, and so are those
    that the encoding lacks: here, because rich aligns the columns of a table by what is printed. No other console is
    made in this project.

    Args:
        options: as for rich's `Console`, such as `soft_wrap=True`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Turn text into what is printed; rich calls this for all text, in tables too."""
        shown = printable(text).encode(self.encoding, ESCAPED).decode(self.encoding)
        return super().render_str(shown, **options)
