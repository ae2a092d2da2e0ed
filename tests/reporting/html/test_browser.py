"""The pages in a headless Chromium without a network."""

import nbformat
import pytest

from auxiliary.core.paths import REPOSITORY
from auxiliary.project.open import open_dataset
from auxiliary.reporting.html.notebooks import notebook_page
from auxiliary.reporting.html.write import write_report, write_slides
from tests.browser import PHONE, browser, complaints, requests

DESKTOP = 1280, 900
SURFACE = "return getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def report(farm) -> str:
    return write_report(open_dataset("farm", farm.root)).as_uri()


def rows(driver) -> list[str]:
    return driver.execute_script(
        "return [...document.querySelector('table.sortable').tBodies[0].rows].map(row => row.cells[1].textContent)")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("dark", [False, True])
def test_the_report_fits_the_window_and_its_colour_scheme(report, size, dark):
    with browser(*size, dark=dark) as driver:
        driver.get(report)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= size[0]
        red, *_ = driver.execute_script(SURFACE).removeprefix("rgb(").split(",")
        assert (int(red) < 64) == dark
        assert requests(driver) == [report] and complaints(driver) == []


def test_the_leaderboard_sorts_by_a_click(report):
    with browser(*DESKTOP) as driver:
        driver.get(report)
        buttons = {button.text.strip(): button for button in driver.find_elements("css selector", "th button")}
        assert rows(driver) == ["frozen", "large", "small"]
        buttons["experiment"].click()
        assert rows(driver) == ["frozen", "large", "small"]
        buttons["experiment"].click()
        assert rows(driver) == ["small", "large", "frozen"]
        # Only one row has a value: the others stay at the end in both orders.
        buttons["published"].click()
        assert rows(driver)[0] == "large"
        buttons["published"].click()
        assert rows(driver)[0] == "large"


def test_subsections_are_unfolded_for_printing(report):
    with browser(*DESKTOP) as driver:
        driver.get(report)
        folded = "return document.querySelectorAll('details:not([open])').length"
        assert driver.execute_script(folded) == 1
        driver.execute_script("dispatchEvent(new Event('beforeprint'))")
        assert driver.execute_script(folded) == 0
        driver.execute_script("dispatchEvent(new Event('afterprint'))")
        assert driver.execute_script(folded) == 1


def test_keys_turn_the_slides(farm):
    deck = write_slides(open_dataset("farm", farm.root)).as_uri()
    with browser(*DESKTOP) as driver:
        driver.get(deck)
        driver.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
        top = "return [...document.querySelectorAll('.slide')][1].getBoundingClientRect().top"
        assert driver.execute_script(top) > 0
        driver.find_element("tag name", "body").send_keys("\ue014")    # arrow right
        assert abs(driver.execute_script(top)) < 2
        assert requests(driver) == [deck] and complaints(driver) == []


def test_an_executed_notebook_opens_without_a_network(tmp_path):
    page = tmp_path / "page.html"
    notebook = nbformat.read(REPOSITORY / "notebooks" / "02-scratch-cnns.ipynb", as_version=4)
    page.write_text(notebook_page(notebook, "02"), encoding="utf-8")
    with browser(*DESKTOP) as driver:
        driver.get(page.as_uri())
        assert "A convolution by hand" in driver.find_element("tag name", "body").text
        assert "∑" in driver.execute_script("return document.querySelector('math[display=block]').textContent")
        assert requests(driver) == [page.as_uri()] and complaints(driver) == []
