"""The pages in a headless Chromium without a network."""

import nbformat
import pytest

from auxiliary.core.paths import REPOSITORY
from auxiliary.project.open import open_dataset
from auxiliary.reporting.html.notebooks import notebook_page
from auxiliary.reporting.html.write import write_report, write_slides
from tests.browser import PHONE, browser, complaints, requests, until

DESKTOP = 1280, 900
PROJECTOR = 1280, 720
# Charts that are shown: how large a unit of the drawing is in pixels, and where its right side lies.
CHARTS = """return [...document.querySelectorAll(".chart svg")]
  .map(svg => [svg.getBoundingClientRect(), svg.viewBox.baseVal]).filter(([box]) => box.width)
  .map(([box, drawn]) => [box.width / drawn.width, box.right])"""
# What overflows each slide, and the share of it that the content takes up.
SLIDES = """return [...document.querySelectorAll(".slide")].map(slide => {
  const page = slide.getBoundingClientRect();
  const range = document.createRange(), walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  const boxes = [...slide.querySelectorAll("svg, img")].map(it => it.getBoundingClientRect());
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    boxes.push(...range.getClientRects());
  }
  const [left, top] = ["left", "top"].map(side => Math.min(...boxes.map(box => box[side])));
  const [right, bottom] = ["right", "bottom"].map(side => Math.max(...boxes.map(box => box[side])));
  const boxed = [...slide.querySelectorAll(".scroll")].filter(box => box.scrollWidth > box.clientWidth + 1);
  return {title: slide.innerText.slice(0, 40), height: slide.scrollHeight, cut: boxed.length,
          right: right - page.left, used: (right - left) * (bottom - top) / (1280 * 720)};
})"""
SURFACE = "return getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def report(farm) -> str:
    return write_report(open_dataset("farm", farm.root)).as_uri()


@pytest.fixture(scope="module")
def crowded_report(crowded) -> str:
    return write_report(open_dataset("farm", crowded)).as_uri()


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


@pytest.mark.parametrize("page", ["report", "crowded_report"])
def test_letters_of_charts_are_nine_pixels_tall_on_a_phone(page, request):
    with browser(*PHONE) as driver:
        driver.get(request.getfixturevalue(page))
        # On a busy machine the browser lays out one after the other.
        charts = until(driver, lambda driver: len(found := driver.execute_script(CHARTS)) > 2 and found)
        # The smallest letters of a figure are 10 units tall, see `tests/reporting/test_narrow_figures.py`.
        assert min(scale for scale, _ in charts) >= 0.9
        assert max(right for _, right in charts) <= PHONE[0]


def test_a_phone_shows_experiment_accuracy_and_difference_at_once(crowded_report):
    with browser(*PHONE) as driver:
        driver.get(crowded_report)
        heads = driver.find_elements("css selector", "table.sortable th")[:4]
        assert [head.text.strip() for head in heads] == ["rank", "experiment", "test accuracy", "against the best"]
        assert heads[-1].rect["x"] + heads[-1].rect["width"] <= PHONE[0]


def test_the_leaderboard_fits_the_desktop_and_its_tail_is_folded(crowded_report):
    with browser(*DESKTOP) as driver:
        driver.get(crowded_report)
        table = driver.find_element("css selector", "table.sortable")
        box = table.find_element("xpath", "..")
        assert driver.execute_script("return arguments[0].scrollWidth <= arguments[0].clientWidth", box)
        shown = "return [...arguments[0].tBodies[0].rows].filter(row => row.offsetHeight).length"
        assert driver.execute_script(shown, table) == 20
        more = table.find_element("xpath", "../../details/summary")
        assert more.text == "27 more rows"
        more.click()
        assert driver.execute_script(shown, table) == 47


def test_the_leaderboard_sorts_by_a_click(report):
    with browser(*DESKTOP) as driver:
        driver.get(report)
        table = driver.find_element("css selector", "table.sortable")
        buttons = {button.text.strip(): button for button in table.find_elements("css selector", "th button")}
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


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_map_shows_the_image_that_is_pointed_at_or_stepped_to(report, size):
    with browser(*size) as driver:
        driver.get(report)
        plane = driver.find_element("css selector", ".map svg")
        words = driver.find_element("css selector", ".map .shown p")
        picture = driver.find_element("css selector", ".map .shown div")
        assert plane.rect["x"] + plane.rect["width"] <= size[0] and picture.rect["width"] >= 100
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", plane)
        # Mistakes first, then suspect labels.
        assert words.text.split("\n")[1] == "taken for cat 0.80"
        plane.send_keys("\ue014")    # arrow right
        assert "suspect label, suggested cat" in words.text
        place = "return getComputedStyle(arguments[0]).backgroundPosition"
        before = driver.execute_script(place, picture)
        last = driver.find_elements("css selector", ".map svg g")[0]
        last.click()
        assert words.text.split("\n")[-1].startswith("test image")
        assert driver.execute_script(place, picture) == "0% 0%" != before
        assert complaints(driver) == []


def test_subsections_are_unfolded_for_printing(report):
    with browser(*DESKTOP) as driver:
        driver.get(report)
        folded = "return document.querySelectorAll('details:not([open])').length"
        assert driver.execute_script(folded) == 1
        driver.execute_script("dispatchEvent(new Event('beforeprint'))")
        assert driver.execute_script(folded) == 0
        driver.execute_script("dispatchEvent(new Event('afterprint'))")
        assert driver.execute_script(folded) == 1


@pytest.mark.parametrize("few", [True, False])
def test_no_slide_overflows_or_is_nearly_empty(farm, crowded, few):
    deck = write_slides(open_dataset("farm", farm.root if few else crowded)).as_uri()
    with browser(*PROJECTOR) as driver:
        driver.get(deck)
        slides = driver.execute_script(SLIDES)
        assert len(slides) > 10
        for slide in slides:
            assert slide["height"] <= PROJECTOR[1] and not slide["cut"] and slide["right"] <= PROJECTOR[0], slide
            assert slide["used"] >= 1 / 3, slide


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
