"""A headless Chromium, for tests that look at a page as its user does."""

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
# How addresses begin that lie in the page or the browser itself.
INSIDE = "data:", "blob:", "chrome:", "chrome-untrusted:", "about:"
# The last: no name is looked up and nothing but this machine is reached, whatever a page asks for.
SWITCHES = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-sync",
            "disable-background-networking", "disable-component-update", "disable-extensions",
            "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


@contextmanager
def browser(width: int = 1280, height: int = 900, *, dark: bool = False) -> Iterator["Chrome"]:
    """A browser with a window of `width` by `height` pixels; skips the test where there is none.

    Args:
        width: of the page; below 600 it is that of a phone.
        height: of what is seen of the page without scrolling.
        dark: whether its user prefers light on dark.
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
        # With the path of the driver given, selenium looks for none, and downloads none.
        driver = webdriver.Chrome(options, webdriver.ChromeService(programs["chromedriver"]))
        try:
            _show(driver, width, height, dark)
            yield driver
        finally:
            driver.quit()


def _show(driver: "Chrome", width: int, height: int, dark: bool) -> None:
    # A window has a frame, and is never as narrow as a phone.
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def requests(driver: "Chrome") -> list[str]:
    """The addresses that pages asked for since this was last called, also those that were refused or not found."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith(INSIDE)]


def complaints(driver: "Chrome") -> list[str]:
    """What the browser complained of since this was last called: errors of scripts, and what a policy forbade."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
