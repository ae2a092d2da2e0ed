"""How every table looks in a notebook, in one place."""

import pandas as pd
from pandas.io.formats.style import Styler

LEFT = "text-align: left"


def shown(table: pd.DataFrame, precision: int = 3) -> Styler:
    """A table made ready to be looked at: text on the left, numbers on the right, nothing where nothing is known.

    Args:
        table: with an index and columns that are unique.
        precision: decimals of numbers that are not whole.
    """
    text = list(table.select_dtypes(exclude="number").columns)
    look = table.style.format(precision=precision, thousands=",", na_rep="", escape="html").format_index(escape="html")
    look = look.set_properties(subset=text, **{"text-align": "left"})
    look = look.set_table_styles([{"selector": "th.row_heading, th.index_name", "props": LEFT}])
    return look.set_table_styles({name: [{"selector": "th.col_heading", "props": LEFT}] for name in text},
                                 overwrite=False)
