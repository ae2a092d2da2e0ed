"""The console that commands print to: text comes out as it is."""

from typing import Any

from rich.console import Console
from rich.text import Text

from auxiliary.core.text import printable


class PlainConsole(Console):
    """A console for texts that hold names: brackets and colons mean nothing, and control characters are escaped.

    Rich takes `[x]` in a path for markup and `:smile:` for a picture. No other console is made in this project.

    Args:
        options: as for rich's `Console`, such as `soft_wrap=True`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Turn text into what is printed; rich calls this for all text, in tables too."""
        return super().render_str(printable(text), **options)
