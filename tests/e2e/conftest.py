"""A real server in a process of its own, and a real browser: the system's Chromium.

Screenshots of every page go to ``tests/e2e/screenshots`` (ignored), so that a person can look at them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci_guard import in_ci

SCREENSHOTS = Path(__file__).parent / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser():
    """Chromium; closed with the module, as its event loop would be in the way of Django elsewhere."""
    if chromium() is None:
        message = "LOUD: no Chromium on this machine: the browser tests do not run (apt-get install chromium)"
        pytest.fail(message) if in_ci() else pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield running
        running.close()


class Served:
    """A server that runs."""

    def __init__(self, process, told):
        self.process = process
        self.address, self.link, self.home = told["address"], told["administrator"], Path(told["home"])


@pytest.fixture(scope="module")
def served(tmp_path_factory, browser):
    """The hall on a home of its own, with its worker, as ``qinglian serve`` starts it."""
    home = tmp_path_factory.mktemp("served") / "hall"
    command = [sys.executable, "-m", "qinglian", "serve", "--home", str(home), "--port", "0", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QINGLIAN_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield Served(process, json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


class Visitor:
    """A person at a browser; whatever the console complains of is kept."""

    def __init__(self, browser, address, **settings):
        self.context = browser.new_context(base_url=address, locale="en-GB", **settings)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message):
        if message.type in {"error", "warning"} and "40" not in message.text.split("status of ")[-1][:2]:
            self.complaints.append(message.text)

    def shot(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def wait_for_job(self):
        """Wait until the page of a job says how it ended: htmx renews it."""
        self.page.wait_for_selector("#job:not([hx-get])", timeout=120_000)


@pytest.fixture
def visitor(browser, served):
    made = []

    def visit(**settings):
        made.append(Visitor(browser, served.address, **settings))
        return made[-1]

    yield visit
    for one in made:
        one.context.close()


@pytest.fixture(scope="session")
def axe():
    """The accessibility checker, which comes in a wheel with its script."""
    from axe_playwright_python.sync_playwright import Axe

    return Axe()
