"""The tab of suspect labels in a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from auxiliary.data.fixes.fixes_file import read_fixes
from auxiliary.data.splitting.split_files import copy_tables
from auxiliary.project.open import open_newest
from tests.browser import PHONE, browser, complaints, found, until
from tests.deploy.app.served import choose, served

pytest.importorskip("gradio", reason="gradio is not installed")

from auxiliary.deploy.app.label_tab import CLASS, KEEP, RELABEL, SUSPECTS


@pytest.fixture(scope="module")
def root(two_data_sets, tmp_path_factory) -> Path:
    """A root in which the labels of colours were judged: two are suspect."""
    root = tmp_path_factory.mktemp("judged") / "root"
    shutil.copytree(two_data_sets, root)
    project = open_newest("colours", root)
    images = project.test.head(2)
    suspects = pd.DataFrame({
        "original": ["red/first.png", "red/second.png"], "category": images["category"], "suggested": "blue",
        "self_confidence": 0.1, "confidence": 0.8, "split": "test", "group": [1, 2], "filepath": images["filepath"],
        "original_hash": ["h1", "h2"]})
    project.save_table(suspects, "suspects")
    copy_tables(project.paths)
    return root


@pytest.fixture(scope="module")
def address(root, tmp_path_factory) -> Iterator[str]:
    with served(root, tmp_path_factory.mktemp("served")) as url:
        yield url


def open_tab(driver, address: str) -> None:
    driver.get(address)
    tabs = until(driver, lambda driver: [tab for tab in found("button[role=tab]")(driver) if tab.text == SUSPECTS])
    tabs[0].click()
    until(driver, lambda driver: "1 of 2" in text(driver))


def text(driver) -> str:
    return driver.find_element("css selector", "body").text


def press(driver, name: str) -> None:
    until(driver, lambda driver: [each for each in found("button")(driver) if each.text == name])[0].click()


def test_a_label_is_chosen_and_written(address, root):
    path = root / "data" / "colours" / "label-fixes.csv"
    with browser() as driver:
        open_tab(driver, address)
        assert "red/first.png" in text(driver) and until(driver, found("img[src*='image.png']"))
        choose(driver, CLASS, "green")
        press(driver, RELABEL)
        until(driver, lambda driver: "2 of 2" in text(driver))
        assert [fix[:3] for fix in read_fixes(path).rows] == [("red/first.png", "green", "h1")]
        assert f"label_fixes: {path}" in text(driver)
        press(driver, KEEP)
        until(driver, lambda driver: "1 of 2" in text(driver) and "chosen: green" in text(driver))
        assert len(read_fixes(path).rows) == 2
        assert complaints(driver) == []
        # A page that is opened anew knows what was chosen before.
        open_tab(driver, address)
        until(driver, lambda driver: "chosen: green" in text(driver) and "2 chosen, in" in text(driver))


@pytest.mark.parametrize("width", [PHONE[0], 1280])
def test_it_fits_the_page(address, width):
    with browser(width, PHONE[1]) as driver:
        open_tab(driver, address)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
