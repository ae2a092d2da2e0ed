import re
import subprocess

import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.runs.results_csv import read_results
from tests.tools.markdown import lines
from tools import published_section
from tools.benchmark_tables import BENCHMARKS, file_of
from tools.update_readme import (
    FIGURES,
    GAINS,
    PAGES,
    PUBLISHED,
    all_figures,
    fill,
    markdown_results,
    markdown_summary,
    render,
)


@pytest.fixture
def committed(tmp_path):
    """A root with the last commit's pages and recorded runs: those in the working tree may be ahead of it."""
    figures = [f"{FIGURES}/{file.name}" for file in (REPOSITORY / FIGURES).glob("*.svg")]
    for name in (*PAGES, *figures, "results.csv", GAINS, *(file_of(name) for name, _ in BENCHMARKS.values())):
        done = subprocess.run(["git", "-C", str(REPOSITORY), "show", f"HEAD:{name}"], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"{name} is not committed here")
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(done.stdout)
    return tmp_path


def test_the_committed_tables_are_those_of_the_committed_results(committed):
    pages = render(committed, read_results(committed / "results.csv"))
    assert {page: page.read_text(encoding="utf-8") for page in pages} == pages


def test_the_committed_figures_are_those_of_the_committed_results(committed):
    said = {file.name: re.findall("<dc:description>(.*)</dc:description>", file.read_text("utf-8"))
            for file in (committed / FIGURES).glob("*.svg")}
    figures = all_figures(read_results(committed / "results.csv"))
    assert said == {name: [description] for name, (_, description) in figures.items()}, (
        "some are of other rows: python -m tools.update_readme")


def test_docs_show_all_figures_one_of_them_also_for_phones():
    text = (REPOSITORY / "docs/results.md").read_text(encoding="utf-8")
    shown = set(re.findall(rf"\.\./{FIGURES}/([\w-]+\.svg)", text))
    assert shown == {file.name for file in (REPOSITORY / FIGURES).glob("*.svg")}
    assert {name.format(PUBLISHED) for name in published_section.FIGURES} < shown


def test_only_the_text_between_the_markers_is_replaced():
    assert fill("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb"


def test_a_text_without_markers_is_an_error():
    with pytest.raises(UserError, match="<!-- x -->"):
        fill("a", "x", "new")


def test_the_summary_has_one_row_per_data_set(results, seeds):
    mine = seeds(0.70, 0.72, 0.71, dataset="mine")
    first, last = lines(markdown_summary(pd.concat([results, mine])))
    assert first["from scratch"].startswith("0.8") and first["pre-trained"] == "0.971 [0.958, 0.980]"
    assert first["difference"].endswith("points") and first["verdict"] == "pre-trained is better"
    assert last["from scratch"] == "0.710 (0.700 to 0.720, 3 seeds)"
    assert (last["pre-trained"], last["difference"], last["verdict"]) == ("", "", "nothing pre-trained yet")


def test_the_summary_has_no_winner_where_the_difference_is_noise(results):
    close = results.assign(accuracy=0.95, accuracy_low=0.93, accuracy_high=0.97)
    (row,) = lines(markdown_summary(close))
    assert (row["difference"], row["verdict"]) == ("+0.0 points", "too close to tell apart")


def test_seeds_share_a_row(results, seeds):
    first, *_, last = lines(markdown_results(pd.concat([results, seeds(0.70, 0.72, 0.71)])))
    accuracy = "test accuracy"
    assert (first["experiment"], first[accuracy]) == ("`lite0`", "0.971 [0.958, 0.980]")
    assert (last["experiment"], last[accuracy]) == ("`M3`", "0.710 (0.700 to 0.720, 3 seeds)")


def test_published_accuracy_is_shown_where_there_is_one(results):
    assert "published" not in lines(markdown_results(results))[0]
    table = lines(markdown_results(results.assign(published_accuracy=[0.6969, float("nan"), float("nan")])))
    assert [line["published"] for line in table if line["experiment"] == "`cnn_lucky`"] == ["0.697"]
    assert [line["published"] for line in table if line["experiment"] != "`cnn_lucky`"] == ["", ""]


def test_two_experiments_of_one_name_have_different_labels(results):
    row = results.tail(1)
    table = lines(markdown_results(pd.concat([row, row.assign(image_size=200, val_accuracy=0.5)])))
    assert [line["experiment"] for line in table] == ["`lite0, 100 px`", "`lite0, 200 px`"]


def test_each_row_is_compared_with_the_best_of_its_data_set(results, seeds):
    table = lines(markdown_results(pd.concat([
        results, results.head(1).assign(key="cnn_other", val_accuracy=0.9, accuracy=0.95, accuracy_low=0.93,
                                        accuracy_high=0.97),
        seeds(0.70, 0.72, key="M3", dataset="mine"), seeds(0.69, 0.71, key="M2", dataset="mine")])))
    assert {line["experiment"]: line["against the best"] for line in table} == {
        "`lite0`": "best", "`cnn_other`": "-2.1 points, noise", "`cnn_$best$`": "-13.1 points",
        "`cnn_lucky`": "-11.1 points", "`M3`": "best", "`M2`": "-1.0 points, noise"}


def test_accuracy_without_duplicates_is_shown_if_a_test_set_has_duplicates(results):
    assert "without duplicates" not in lines(markdown_results(results))[0]
    some = results.assign(test_duplicates=[35, 0, None], accuracy_without_duplicates=[0.8567, 0.84, None])
    assert [line["without duplicates"] for line in lines(markdown_results(some))] == ["", "0.840", "0.857"]
