import pandas as pd
import pytest

from auxiliary.reporting.suspect_sheet import suspect_sheet


@pytest.fixture
def suspicious(pictures) -> pd.DataFrame:
    return pd.DataFrame({"filepath": pictures, "category": ["cat", "$cash_1^2$"],
                         "suggested": ["a_class_name_of_thirty_letters", "cat"], "self_confidence": [0.01, 0.2],
                         "confidence": [0.97, 0.6], "part": "train"})


def captions(fig) -> list[str]:
    fig.draw_without_rendering()
    return [axes.get_xlabel() for axes in fig.axes if axes.images]


def test_each_picture_says_its_label_and_what_it_looks_like(suspicious):
    fig = suspect_sheet(suspicious)
    assert fig.get_suptitle() == "2 suspect labels"
    assert captions(fig) == ["labelled cat\nlooks like a_clas…etters 0.97", "labelled $cash_1^2$\nlooks like cat 0.60"]


def test_the_most_suspicious_come_first(suspicious):
    fig = suspect_sheet(suspicious, n=1)
    assert fig.get_suptitle() == "The most suspicious 1 of 2 suspect labels"
    assert len(captions(fig)) == 1


def test_an_empty_table(suspicious):
    fig = suspect_sheet(suspicious.head(0))
    assert fig.get_suptitle() == "No suspect labels to look at"
    assert captions(fig) == []
