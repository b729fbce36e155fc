# SPDX-License-Identifier: MIT
"""Debian's Chromium with the page in it, and what must hold whatever a test does with it."""

import json
import pathlib
import shutil

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from support.process import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
AXE = ROOT / "collector" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 15_000  # ms


def launch(playwright: Playwright) -> Browser:
    """The machine's own browser: none is fetched."""
    program = shutil.which("chromium") or "/usr/bin/chromium"
    return playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])


class Visit:
    """A browser of one's own at the page of a collector."""

    def __init__(self, browser: Browser, origin: str, width: int = 1280, height: int = 900, scheme: str = "light",
                 zone: str = "UTC", scale: float = 1) -> None:
        self.origin = origin
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB", timezone_id=zone,
            device_scale_factor=scale, reduced_motion="reduce")
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.may_fail = False  # whether requests that fail are expected
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.context.on("request", self._look)

    def _note(self, message) -> None:
        is_failure = message.text.startswith("Failed to load resource") and self.may_fail
        if message.type in ("error", "warning") and not is_failure:
            self.faults.append(f"{message.type}: {message.text}")

    def _look(self, request) -> None:
        if not request.url.startswith(self.origin + "/") and not request.url.startswith("data:"):
            self.faults.append(f"a request elsewhere: {request.url}")

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.origin + path)
        return self.page

    def settle(self) -> None:
        """Until nothing is asked any more."""
        self.page.wait_for_selector("main .view[aria-busy=false], main .view.live, main .empty, main.door")
        self.until("!document.querySelector('[aria-busy=true]')")

    def until(self, expression: str) -> None:
        """Polls from here: what Playwright polls with inside the page is code that its policy forbids."""
        wait_until(lambda: self.page.evaluate(expression), expression)

    def figure(self, label: str) -> str:
        """The number below a label of the first row."""
        return self.page.locator(".figure", has=self.page.get_by_text(label, exact=True)).locator(".value").inner_text()

    def table(self, selector: str) -> list[list[str]]:
        """The texts of a table's cells, its head first."""
        return self.page.locator(selector).evaluate(
            "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()))")

    def axe(self) -> list[str]:
        """What axe finds serious; by way of the debugger, for the page lets no other script in."""
        session = self.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text()})
        done = session.send("Runtime.evaluate", {
            "expression": "axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))",
            "awaitPromise": True})
        return [f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for each in json.loads(done["result"]["value"])
                if each["impact"] in ("serious", "critical") for node in each["nodes"]]

    def sideways(self) -> int:
        """How many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")

    def close(self) -> None:
        self.context.close()

    def check(self) -> None:
        assert not self.faults, self.faults
