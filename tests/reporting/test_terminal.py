import io

import pandas as pd
import pytest
from rich.console import Console

from auxiliary.reporting.seeds import over_seeds
from auxiliary.reporting.terminal import result_table


def printed(results: pd.DataFrame, predictions: dict[str, pd.DataFrame]) -> str:
    file = io.StringIO()
    Console(file=file, width=80).print(result_table(over_seeds(results), predictions))
    return file.getvalue()


@pytest.fixture
def wide(seeds) -> pd.DataFrame:
    """Lines as wide as they come: long names, and several seeds."""
    return pd.concat([seeds(0.9, 0.92, key="conv4invto128_dense256_upsamp_small_finetune").assign(run=["a-0", "a-1"]),
                      seeds(0.5, 0.91, key="b", stage="transfer").assign(run=["b-0", "b-1"])])


def test_no_figure_is_cut_at_80_characters(wide, answers):
    text = printed(wide, {"a-1": answers(0, 92), "b-1": answers(0, 91)})
    assert max(map(len, text.splitlines())) <= 80
    assert "0.910 (0.900 to 0.920, 2 seeds)" in text and "0.705 (0.500 to 0.910, 2 seeds)" in text
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if "│" in line]
    row, stage, _, against = ("".join(part) for part in zip(*cells, strict=True))
    assert row == "conv4invto128_dense256_upsamp_small_finetuneb"
    assert stage == "scratchtransfer"
    assert against.replace(" ", "") == "best-20.5points,noise(p1.00,bestseeds)"
    assert "…" not in text


def test_the_caption_says_what_noise_went_by(results, answers):
    assert "noise: could be luck, by McNemar" not in printed(results, {})
    assert "unpaired: judged by the interval" in printed(results, {})
    runs = results.assign(run=["a-1", "b-1", "c-1"])
    text = printed(runs, {"a-1": answers(0, 86), "b-1": answers(0, 84), "c-1": answers(0, 97)})
    assert "noise: could be luck, by McNemar" in text and "unpaired" not in text


def test_the_caption_says_that_seeds_overlap(wide, answers):
    lines = wide.assign(accuracy=[0.9, 0.92, 0.5, 0.91])
    said = " ".join(printed(lines, {"a-1": answers(0, 92), "b-1": answers(0, 70)}).split())
    assert "seeds overlap: noise, since with another seed the order might be another" in said
    assert "McNemar" not in said and "unpaired" not in said


def test_a_single_line_needs_no_caption(results):
    text = printed(results.head(1), {})
    assert "best" in text and "noise" not in text and "unpaired" not in text
