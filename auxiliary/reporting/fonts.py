"""The fonts of figures: one for most letters, and those that the system has for others."""

from contextlib import suppress
from functools import cache

from matplotlib import font_manager

from auxiliary.core.text import printable

# Matplotlib's own font, then fonts for Chinese, Japanese, Korean, Arabic and other letters, and for emoji without
# colours, which come with systems or are often installed.
FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP",
    "Noto Sans KR", "Source Han Sans SC", "Source Han Sans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Droid Sans Fallback", "PingFang SC", "Hiragino Sans", "Hiragino Sans GB", "Apple SD Gothic Neo",
    "Arial Unicode MS", "Microsoft YaHei", "SimHei", "Yu Gothic", "Meiryo", "Malgun Gothic", "Noto Sans Arabic",
    "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai", "Leelawadee UI", "Nirmala UI",
    "Noto Emoji", "Segoe UI Emoji", "Symbola",
)
FOLDERS = [*font_manager.X11FontDirectories, *font_manager.OSXFontDirectories]


@cache
def families() -> list[str]:
    """Those of `FAMILIES` that this system has."""
    manager = font_manager.fontManager
    # Matplotlib keeps a list of fonts in a file, and does not look for those that were installed later.
    known = {str(font.fname) for font in manager.ttflist}
    # Without folders, it would wait for seconds for a program of macOS.
    for file in font_manager.findSystemFonts(FOLDERS):
        if file not in known:
            # Some fonts, such as emoji in colour, it cannot use.
            with suppress(OSError, RuntimeError, ValueError):
                manager.addfont(file)
    installed = set(manager.get_font_names())
    return [name for name in FAMILIES if name in installed]


def can_draw(text: str) -> bool:
    """Whether the fonts of this system have all letters of a text, and none of them steers what follows."""
    return printable(text) == text and all(_has_glyph(ord(letter)) for letter in text)


def _has_glyph(code: int) -> bool:
    return any(code in _codes(family) for family in families())


@cache
def _codes(family: str) -> frozenset[int]:
    """The codes of all letters of a font."""
    return frozenset(font_manager.get_font(font_manager.findfont(family)).get_charmap())
