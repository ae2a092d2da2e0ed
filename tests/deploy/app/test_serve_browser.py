"""The page served by its own process: requested directly, and used in a browser."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from auxiliary.core.paths import REPOSITORY
from tests.browser import PHONE, TIMEOUT, browser, complaints, found, requests, until
from tests.deploy.app.served import choose, served

pytest.importorskip("gradio", reason="gradio is not installed")

NETWORK = "Network, with its validation accuracy"
PREDICTED = "[data-testid='label-output-value']"


@pytest.fixture(scope="module")
def address(two_data_sets, tmp_path_factory) -> Iterator[str]:
    """The URL of the page, which shows `small` of colours first."""
    with served(two_data_sets, tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest.fixture(scope="module")
def chromium(address):
    with browser() as driver:
        yield driver


@pytest.fixture
def page(chromium, address):
    """The page, newly opened."""
    chromium.get(address)
    return chromium


def drop(driver, file: Path) -> None:
    until(driver, found("input[type=file]"))[0].send_keys(str(file))


def prediction(driver) -> str:
    """The predicted class, and the probabilities below it."""
    until(driver, lambda driver: [each for each in found(PREDICTED)(driver) if each.text])
    return driver.find_element("css selector", PREDICTED).find_element("xpath", "..").text


def status(address: str, path: str) -> int:
    try:
        with urllib.request.urlopen(address + path) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_html_links_to_no_other_host(address):
    with urllib.request.urlopen(address) as reply:
        html, policy = reply.read().decode(), reply.headers["Content-Security-Policy"]
    links = re.findall(r"""(?:src|srcset|data|action|href)=["'](.*?)["']""", html)
    assert links and not [url for url in links if "//" in url]
    assert "default-src 'self'" in policy and "http" not in policy


@pytest.mark.parametrize("path", ["README.md", str(REPOSITORY / "README.md"), "/etc/hostname", "../results.csv"])
def test_no_other_file_is_served(address, path):
    assert status(address, f"gradio_api/file={path}") == 403


def test_programs_are_not_answered_unless_asked_for(address):
    assert status(address, "api/networks") == status(address, "api/predict") == 403


def test_a_file_that_was_not_uploaded_is_refused(address, tested):
    with urllib.request.urlopen(f"{address}config") as reply:
        functions = json.load(reply)["dependencies"]
    number = next(each["id"] for each in functions if each["api_name"] == "respond")
    body = {"data": [{"path": tested["filepath"]}, "small"], "fn_index": number, "session_hash": "a"}
    request = urllib.request.Request(f"{address}gradio_api/queue/join", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()
    with urllib.request.urlopen(f"{address}gradio_api/queue/data?session_hash=a", timeout=TIMEOUT) as events:
        last = next(json.loads(line[6:]) for line in events if b"process_completed" in line)
    assert last["success"] is False and "not uploaded here" in last["output"]["error"]


def test_an_image_is_classified(page, tested):
    drop(page, tested["filepath"])
    assert prediction(page).startswith(f"{tested['predicted']}\n")
    assert until(page, found("img[src*='image.png']"))
    assert page.title == "What is this?"


def test_the_evidence_is_shown_in_the_chosen_way(page, tested):
    drop(page, tested["filepath"])
    before = until(page, found("img[src*='image.png']"))[0].get_attribute("src")
    until(page, found("input[type=radio][value=occlusion]"))[0].click()
    assert until(page, lambda page: any(each.get_attribute("src") != before
                                        for each in found("img[src*='image.png']")(page)))
    assert until(page, lambda page: "the odds of the class" in page.find_element("css selector", "body").text)


def test_another_network_makes_another_prediction(page, tested):
    drop(page, tested["filepath"])
    before = prediction(page)
    choose(page, NETWORK, "frozen")
    assert until(page, lambda page: prediction(page) != before)


def test_another_data_set_has_its_own_networks_classes_and_examples(page, tested, flowers):
    drop(page, tested["filepath"])
    assert prediction(page).startswith(f"{tested['predicted']}\n")
    before = until(page, examples)
    choose(page, "Data set", "flowers")
    until(page, lambda page: prediction(page).startswith(f"{flowers[tested['predicted']]}\n"))
    assert "of flowers know 3 classes: iris, fern, rose." in page.find_element("css selector", "body").text
    page.find_element("css selector", f"input[aria-label='{NETWORK}']").click()
    assert len(until(page, found("[role=option]"))) == 1
    after = until(page, examples)
    assert len(after) == 3 and not set(after) & set(before)


def examples(driver) -> list[str]:
    """The addresses of the examples that can be seen."""
    return [each.get_attribute("src") for each in found(".gallery-item img")(driver) if each.is_displayed()]


def test_an_example_of_another_data_set_is_classified(page, flowers):
    choose(page, "Data set", "flowers")
    until(page, lambda page: "of flowers know" in page.find_element("css selector", "body").text)
    until(page, lambda page: [item for item in found(".gallery-item")(page) if item.is_displayed()])[0].click()
    assert until(page, lambda page: prediction(page).partition("\n")[0] in flowers.values())


def test_a_file_that_is_not_an_image_is_reported_and_the_page_goes_on(page, tested, tmp_path):
    (tmp_path / "text.jpg").write_text("hello")
    drop(page, tmp_path / "text.jpg")
    until(page, lambda page: "cannot be used as an image (not an image)" in page.page_source)
    page.find_element("css selector", "button[aria-label='Remove Image']").click()
    drop(page, tested["filepath"])
    assert prediction(page).startswith(f"{tested['predicted']}\n")


def test_an_example_is_classified(page):
    until(page, found(".gallery-item"))[0].click()
    assert prediction(page)


def test_the_browser_sends_no_request_to_other_hosts(page, address, tested):
    drop(page, tested["filepath"])
    prediction(page)
    urls = requests(page)
    assert len(urls) > 10 and not [url for url in urls if not url.startswith(address)]
    assert not [text for text in complaints(page) if "Security Policy" in text]


# Labels of images that a button covers, and lists whose text reaches below their arrow.
COVERED = """
const box = element => element.getBoundingClientRect();
const labels = [...document.querySelectorAll("[data-testid=block-label]")].filter(label => {
    const buttons = [...label.parentElement.querySelectorAll(".icon-button-wrapper button")].map(box);
    return buttons.some(button => button.left < box(label).right && button.top < box(label).bottom);
});
const lists = [...document.querySelectorAll("input[role=combobox]")].filter(list =>
    box(list).right - parseFloat(getComputedStyle(list).paddingRight)
    > box(list.parentElement.querySelector(".dropdown-arrow")).left);
return [...labels.map(each => each.innerText), ...lists.map(each => each.value)];
"""


@pytest.mark.parametrize("width", [320, PHONE[0], 1280])
def test_no_label_is_covered(address, tested, width):
    with browser(width, PHONE[1]) as driver:
        driver.get(address)
        drop(driver, tested["filepath"])
        until(driver, found("img[src*='image.png']"))
        assert len(until(driver, found("input[role=combobox]"))) == 2
        assert len(until(driver, found(".icon-button-wrapper button"))) >= 2
        assert driver.execute_script(COVERED) == []


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(address, dark):
    with browser(*PHONE, dark=dark) as phone:
        phone.get(address)
        until(phone, found("input[type=file]"))
        assert phone.execute_script("return document.documentElement.scrollWidth") == PHONE[0]
        background = phone.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", background)[:3])) < 384) == dark
