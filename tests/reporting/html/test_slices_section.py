"""Kinds of test images in the report."""

import pandas as pd

from auxiliary.project.open import open_dataset
from auxiliary.reporting.html.report_data import read_report_data
from auxiliary.reporting.html.slices_section import slice_blocks, worse_sentence

COLUMNS = ["network", "property", "slice", "accuracy", "rest", "p", "worse"]


def test_the_best_networks_stand_beside_each_other(farm):
    data = read_report_data(open_dataset("farm", farm.root))
    sentence, table, about = slice_blocks(data)
    assert sentence.text.startswith("On no kind of test images is a network worse")
    assert table.table.headings == ["property", "slice", "images", "pre-trained", "from scratch"]
    assert table.sentence == "pre-trained: frozen; from scratch: large."
    rows = [[cell.text for cell in row] for row in table.table.rows]
    assert {row[0] for row in rows} == {"brightness"} and sum(int(row[2]) for row in rows) == 6
    assert all(row[3].startswith("1.000 [") for row in rows)
    right = sum(float(row[4][:5]) * int(row[2]) for row in rows)
    assert round(right) == 4
    assert "Fisher" in about.text


def test_the_worst_kinds_are_named_first():
    rows = [("from scratch", "file format", "png", 0.5, 0.9, 0.03, True),
            ("pre-trained", "file format", "png", 0.7, 0.9, 0.2, False),
            ("from scratch", "brightness", "0.10 to 0.30", 0.4, 0.8, 0.0001, True)]
    assert worse_sentence(pd.DataFrame(rows, columns=COLUMNS)) == (
        "Worse than on the other test images, beyond chance: from scratch, brightness 0.10 to 0.30 (0.400 against "
        "0.800 on all others, p < 0.001); from scratch, file format png (0.500 against 0.900 on all others, p 0.03).")


def test_of_many_kinds_some_are_named():
    rows = [("from scratch", "file format", f"f{number}", 0.5, 0.9, 0.01, True) for number in range(6)]
    assert worse_sentence(pd.DataFrame(rows, columns=COLUMNS)).endswith(". And 2 more kinds.")
