import pandas as pd

from auxiliary.reporting.data_tables import (
    class_counts,
    format_table,
    problem_table,
    size_tables,
)


def test_class_counts_leave_out_broken_files_but_no_class(overview):
    broken_class = overview.tail(1).assign(category="all broken")
    counts = class_counts(pd.concat([overview, broken_class]))
    assert counts.to_dict() == {"$cash_1^2$": 2, "a_class_name_of_thirty_letters": 1, "all broken": 0}


def test_format_table(overview):
    assert format_table(overview)["pictures"].to_dict() == {("jpg", 1): 1, ("png", 3): 2}


def test_size_tables_list_the_commonest(overview):
    table = size_tables(overview, most=1)
    assert table["pictures"].to_dict() == {("width", 2, 28): 2, ("height", 2, 28): 2}


def test_problem_table_counts_and_gives_an_example(overview):
    assert problem_table(overview).to_dict("index") == {"truncated": {"files": 1, "example": "b.jpg"}}
    assert problem_table(overview.head(2)).empty
