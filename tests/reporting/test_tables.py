import pandas as pd

from auxiliary.reporting.tables import shown

TABLE = pd.DataFrame({"network": ["conv(4) | <gap>", "res(8)"], "parameters": [1_234_567, 8],
                      "accuracy": [0.71239, None]}, index=pd.Index(["a", "b"], name="key"))


def test_numbers_are_readable_and_what_is_not_known_is_empty():
    html = shown(TABLE).to_html()
    assert ">1,234,567<" in html
    assert ">0.712<" in html
    assert "nan" not in html
    assert ">0.7124<" in shown(TABLE, precision=4).to_html()


def test_what_a_table_holds_is_text_and_not_markup():
    html = shown(TABLE.rename(index={"a": "<b>"})).to_html()
    assert "conv(4) | &lt;gap&gt;" in html and "&lt;b&gt;" in html


def test_text_stands_on_the_left_numbers_do_not():
    table = shown(TABLE)
    left = {column for (_, column), styles in table._compute().ctx.items() if ("text-align", "left") in styles}
    assert left == {0}
