import io

import pandas as pd
import pytest

from auxiliary.core.console import PlainConsole
from auxiliary.reporting.tables import ROWS, Cell, Table, styled_table

FRAME = pd.DataFrame({"network": ["conv(4) | <gap>", "res(8)"], "parameters": [1_234_567, 8],
                      "accuracy": [0.71239, None], "equal": [True, False]}, index=pd.Index(["a", "b"], name="key"))


def in_terminal(table: Table, width: int = 80, **options) -> str:
    file = io.StringIO()
    PlainConsole(file=file, width=width).print(table.to_rich(**options))
    return file.getvalue()


def test_cells_are_formatted_and_keep_the_value_to_sort_by():
    first, second = Table.from_frame(FRAME).rows
    assert first == [Cell("a", "a", False), Cell("conv(4) | <gap>", "conv(4) | <gap>", False),
                     Cell("1,234,567", 1_234_567, True), Cell("0.712", 0.71239, True), Cell("yes", "True", False)]
    assert second[3] == Cell("", "", False)
    assert Table.from_frame(FRAME, precision=4).rows[0][3].text == "0.7124"


def test_whole_numbers_with_gaps_stay_whole():
    frame = pd.DataFrame({"epochs": pd.array([3, None], dtype="Int64"), "rate": [0.5, 0.25]})
    assert [row[0].text for row in Table.from_frame(frame).rows] == ["3", ""]


def test_only_an_index_with_a_name_is_shown():
    assert Table.from_frame(FRAME).headings == ["key", "network", "parameters", "accuracy", "equal"]
    assert Table.from_frame(FRAME.reset_index(drop=True)).headings == ["network", "parameters", "accuracy", "equal"]
    by_two = FRAME.set_index("network", append=True)
    assert Table.from_frame(by_two).headings == ["key", "network", "parameters", "accuracy", "equal"]


def test_columns_of_numbers_are_aligned_to_the_right():
    table = Table.from_frame(FRAME)
    assert table.numeric == [False, False, True, True, False]
    html = table.to_html()
    assert '<th scope="col" class="number">accuracy</th>' in html and '<td class="number">0.712</td>' in html
    assert '<th scope="col">network</th>' in html


def test_html_escapes_names_and_sorts_by_the_value():
    html = Table.from_frame(FRAME, sortable=True).to_html()
    assert "conv(4) | &lt;gap&gt;" in html and "<gap>" not in html
    assert '<table class="styled sortable">' in html and 'data-order="0.71239"' in html
    assert "data-order" not in Table.from_frame(FRAME).to_html()


def test_markdown_escapes_its_separator():
    table = Table.from_frame(FRAME[["network", "parameters"]])
    assert table.to_markdown().splitlines() == [
        "| key | network | parameters |", "| --- | --- | --- |",
        "| a | conv(4) \\| <gap> | 1,234,567 |", "| b | res(8) | 8 |"]


def test_the_terminal_shows_brackets_as_they_are():
    table = Table.from_frame(pd.DataFrame({"name": ["[red]a[/red]", "b"]}))
    assert "[red]a[/red]" in in_terminal(table)


@pytest.mark.parametrize(("unwrapped", "whole"), [((), False), (("accuracy",), True)])
def test_a_column_can_be_kept_on_one_line(unwrapped, whole):
    table = Table.from_frame(pd.DataFrame({"name": ["a long name"], "accuracy": ["0.944 [0.930, 0.955]"]}))
    assert ("0.944 [0.930, 0.955]" in in_terminal(table, width=30, unwrapped=unwrapped)) == whole


def test_an_empty_frame_has_headings_alone():
    table = Table.from_frame(FRAME.head(0))
    assert table.to_markdown().count("\n") == 1 and "<tbody>" in table.to_html()


def test_a_notebook_shows_html_and_markdown_as_its_text():
    table = styled_table(FRAME)
    assert table._repr_html_().startswith("<style>table.styled") and ">0.712<" in table._repr_html_()
    assert repr(table) == table.to_markdown()


def test_a_long_table_of_a_notebook_ends_with_the_number_of_the_other_rows():
    frame = pd.DataFrame({"place": range(ROWS + 5)})
    table = styled_table(frame)
    assert len(table.rows) == ROWS
    assert table._repr_html_().endswith("<p>and 5 more rows</p>") and repr(table).endswith("\n\nand 5 more rows")
    whole = styled_table(frame.head(ROWS))
    assert len(whole.rows) == ROWS and not whole.note
    assert styled_table(frame, note="as read").note == "and 5 more rows; as read"
    assert styled_table(frame.head(ROWS), note="as read").note == "as read"
