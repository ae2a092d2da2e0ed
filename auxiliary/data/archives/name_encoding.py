"""Names in an encoding that an archive does not record, read as the one that they fit.

Windows writes names in the encoding of its own language. Chinese, Japanese and the languages of Western Europe are told
apart by what the bytes would be in each.
"""

import re
from collections.abc import Iterable, Sequence

COMMON = 0.9    # share of the characters of Chinese or Japanese names that are common ones
LATIN = re.compile("[ -~ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜáíóúñÑß\\s]*")   # the letters of the encoding of MS-DOS
IN_A_WORD = re.compile("[a-z][^\0-\x7f]|[^\0-\x7f][a-z]")


def name_encoding(names: Sequence[bytes]) -> str | None:
    """The encoding of all names of an archive that does not record it.

    Args:
        names: the names as they are stored, some of them not ASCII.

    Returns:
        `utf-8`, which macOS writes; `gbk` for Chinese; `cp932` (Shift-JIS) for Japanese; `cp437` (that of MS-DOS) for
        Western European letters; None where the names fit none of them. Korean, and Japanese in half-width kana,
        may be taken for Chinese.
    """
    joined = b"\n".join(names)
    if _decoded(joined, "utf-8"):
        return "utf-8"
    if _is_chinese(_decoded(joined, "gbk")):
        return "gbk"
    japanese = _decoded(joined, "cp932")
    is_japanese = _is_japanese(japanese)
    # The è and m of `crème` are one character in Japanese, which would then stand within a word.
    if LATIN.fullmatch(joined.decode("cp437")) and not (is_japanese and not IN_A_WORD.search(japanese)):
        return "cp437"
    return "cp932" if is_japanese else None


def _decoded(text: bytes, encoding: str) -> str:
    """The text; empty if it is not in that encoding."""
    try:
        return text.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_chinese(text: str) -> bool:
    """Whether nearly all characters are of GB 2312, a part of GBK."""
    return _are_common(min(character.encode("gbk")) >= 0xA1 for character in text if not character.isascii())


def _is_japanese(text: str) -> bool:
    """Whether nearly all characters are kana or of the first level of JIS; half-width kana are Chinese misread."""
    codes = (character.encode("cp932") for character in text if not character.isascii())
    return _are_common(len(code) == 2 and code[0] <= 0x98 for code in codes)


def _are_common(found: Iterable[bool]) -> bool:
    common = list(found)
    return sum(common) >= max(1, COMMON * len(common))
