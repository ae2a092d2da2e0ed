"""Names in encodings that are not recorded: which are told apart, and which are not."""

import pytest

from auxiliary.data.archives.name_encoding import name_encoding


def stored(names: str, encoding: str) -> list[bytes]:
    """The names of a few files in folders of these names."""
    return [f"images/{name}/{number}.jpg".encode(encoding) for name in names.split("|") for number in (1, 2)]


@pytest.mark.parametrize(("names", "encoding"), [
    ("é|Ü", "utf-8"), ("猫|狗", "utf-8"),
    ("猫|狗", "gbk"), ("苹果|香蕉|梨|VIP卡|T恤", "gbk"), ("正常|异常", "gbk"), ("猫（大）—1|狗·2", "gbk"),
    ("朱镕基|周恩来|毛泽东|邓小平", "gbk"),
    ("猫|犬", "cp932"), ("りんご|みかん", "cp932"), ("ネコ|イヌ", "cp932"), ("新しいフォルダー|表", "cp932"),
    ("café|thé", "cp437"), ("Crème brûlée|pâte", "cp437"), ("Köln|Übersicht", "cp437"), ("niño|mañana", "cp437"),
    ("Château|naïve", "cp437")])
def test_encodings_are_told_apart(names, encoding):
    assert name_encoding(stored(names, encoding)) == encoding


@pytest.mark.parametrize(("names", "encoding"), [
    ("кошка|собака", "cp866"), ("貓|狗", "big5"), ("正常|異常", "big5"), ("café", "latin-1"), ("Øl", "cp850"),
    ("檸檬", "cp932"), ("朱镕基", "gbk")])
def test_other_names_are_not_guessed(names, encoding):
    assert name_encoding(stored(names, encoding)) is None
