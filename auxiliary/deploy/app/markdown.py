"""Text that is shown as it is, in the page's Markdown."""

import re


def escaped(text: str) -> str:
    """Markdown that shows `text` literally."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
