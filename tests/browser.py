"""A headless Chromium for tests of web pages."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PHONE = 390, 844
TIMEOUT = 120       # seconds, for a busy machine
# Beginnings of addresses inside the page or the browser.
INSIDE = "data:", "blob:", "chrome:", "chrome-untrusted:", "about:"
# The last switch blocks all hosts but this machine.
SWITCHES = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-sync",
            "disable-background-networking", "disable-component-update", "disable-extensions",
            "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


@contextmanager
def browser(width: int = 1280, height: int = 900, *, dark: bool = False) -> Iterator["Chrome"]:
    """A browser with a window of `width` by `height` pixels; skips the test if no browser is installed.

    Args:
        width: width of the page; below 600 it is a phone.
        height: height of the part that is visible without scrolling.
        dark: whether the user prefers a dark page.
    """
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if missing := [name for name, path in programs.items() if path is None]:
        pytest.skip(f"{' and '.join(missing)} not installed")
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = programs["chromium"]
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        for switch in (*SWITCHES, f"user-data-dir={profile}", f"window-size={width},{height}"):
            options.add_argument(f"--{switch}")
        # With the driver's path selenium downloads none.
        driver = webdriver.Chrome(options, webdriver.ChromeService(programs["chromedriver"]))
        try:
            _show(driver, width, height, dark)
            yield driver
        finally:
            driver.quit()


def _show(driver: "Chrome", width: int, height: int, dark: bool) -> None:
    # A real window cannot be as narrow as a phone.
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def requests(driver: "Chrome") -> list[str]:
    """The addresses that pages requested since the last call, also those refused or not found."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith(INSIDE)]


def complaints(driver: "Chrome") -> list[str]:
    """The browser's error messages since the last call: script errors and violations of a policy."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


def until(driver, condition):
    """Wait until a function of the browser returns something, and return that; parts of the page may be redrawn."""
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.wait import WebDriverWait

    return WebDriverWait(driver, TIMEOUT, 0.1, [StaleElementReferenceException]).until(condition)


def found(selector: str):
    return lambda driver: driver.find_elements("css selector", selector)
