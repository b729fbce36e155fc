# SPDX-License-Identifier: MIT
"""Makes the pictures of docs/images anew, of a company that does not exist: tools/check pictures."""

import io
import json
import pathlib
import random
import sys
import tempfile
import time

from PIL import Image
from playwright.sync_api import sync_playwright

from page import demo
from page.browser import ROOT, Visit, launch
from support import wire
from support.gateway import Collector, Factory, url
from support.senders import post

IMAGES = ROOT / "docs" / "images"
MOST = 150_000  # bytes of one
VIEWS = {  # name: path, width, height, scheme
    "overview-light": ("/", 1280, 1010, "light"),
    "overview-dark": ("/", 1280, 1010, "dark"),
    "latency-light": ("/latency", 1280, 900, "light"),
    "live-dark": ("/live", 1280, 800, "dark"),
    "overview-narrow-dark": ("/", 390, 844, "dark"),
}


def packed(picture: bytes) -> bytes:
    """In its 256 most frequent colours; the others, edges of letters, become the nearest of these."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    frequent = sorted(image.getcolors(image.width * image.height), reverse=True)[:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in frequent for part in colour])
    out = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def started(factory: Factory, folder: pathlib.Path) -> tuple[Collector, str]:
    config = folder / "prices.json"
    config.write_text(demo.config())
    settings = {"STORE_URL": f"sqlite:{folder}/events.db", "GATEWAY_CONFIG": str(config)}
    first = factory.collector(**settings)
    price_id = wire.ask(first.query, "GET", "/api/v1/prices", [("Host", "localhost")], host=False).json()["price_id"]
    demo.fill(first.address, int(time.time() * 1000), price_id=price_id)
    first.daemon.stop()
    demo.multiply(str(folder / "events.db"), 60)
    return factory.collector(**settings), price_id


def traffic(collector: Collector, price_id: str, seconds: int, wait) -> None:
    """Calls as they come on a weekday, for a while."""
    randomness = random.Random(4)
    number = 10**6
    for _ in range(seconds * 4):
        now = int(time.time() * 1000)
        events = []
        for _ in range(randomness.choice((1, 1, 2, 3, 4))):
            number += 1
            events.append(demo.event(randomness, now - randomness.randrange(250), number, price_id))
        assert post(collector.address, b"".join(json.dumps(each).encode() + b"\n" for each in events)).status == 202
        wait(250)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = pathlib.Path(name)
        factory = Factory(folder)
        browser = launch(playwright)
        try:
            collector, price_id = started(factory, folder)
            for view, (path, width, height, scheme) in VIEWS.items():
                visit = Visit(browser, url(collector.query), width, height, scheme, scale=1.5 if width > 600 else 2)
                visit.open(path)
                visit.settle()
                if view.startswith("live"):
                    traffic(collector, price_id, 20, visit.page.wait_for_timeout)
                    rows = visit.page.locator("tr[data-event]")
                    next(row for row in rows.all() if "claude" in row.inner_text() and "$" in row.inner_text()).click()
                    visit.page.locator(".details .parts").wait_for()
                    visit.page.mouse.move(4, 4)
                visit.page.evaluate("document.activeElement.blur()")
                picture = packed(visit.page.screenshot())
                visit.close()
                visit.check()
                print(f"{view}: {len(picture):,} bytes")
                if len(picture) > MOST:
                    sys.exit(f"{view} is larger than {MOST} bytes")
                (IMAGES / f"{view}.png").write_bytes(picture)
        finally:
            browser.close()
            factory.close()


if __name__ == "__main__":
    main()
