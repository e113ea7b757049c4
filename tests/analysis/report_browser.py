"""What the browser tests of the report share: opening a page, its log, screenshots."""

import base64
import json
import time
from pathlib import Path

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "report-screenshots"


def show(browser, path, theme="light", width=1280):
    """Open the page and wait until all charts are drawn."""
    preference = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": preference})
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(path.as_uri())
    wait_for_charts(browser)


def wait_for_charts(browser):
    end = time.monotonic() + 30
    while browser.execute_script("return document.documentElement.dataset.charts") != "drawn":
        assert time.monotonic() < end, "charts were not drawn in time"
        time.sleep(0.02)


def screenshot(browser, name, width):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    height = browser.execute_script("return document.documentElement.scrollHeight")
    metrics = {"width": width, "height": min(height, 15_000), "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    time.sleep(0.1)
    image = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(image["data"]))


def requests_of(browser):
    """The addresses that the page asked for, from the log since it was last read."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]


def complaints(browser):
    return [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
