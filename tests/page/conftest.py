# SPDX-License-Identifier: MIT
"""A browser for all tests, visits that are looked over at their end, and collectors with something in them."""

import pathlib
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from page import demo
from page.browser import Visit, launch
from support.fixtures import factory
from support.gateway import Collector, Factory, url

__all__ = ["factory"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = launch(playwright)
        yield made
        made.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens browsers at a collector; none may have had an error or asked elsewhere."""
    visits: list[Visit] = []

    def make(collector: Collector, **named: object) -> Visit:
        visits.append(Visit(browser, url(collector.query), **named))
        return visits[-1]

    yield make
    for each in visits:
        each.close()
    for each in visits:
        each.check()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """A collector with a few thousand events of the last 65 days, whose sums are those of a hundred times as many."""
    folder = tmp_path_factory.mktemp("filled")
    made = Factory(folder)
    settings = {"STORE_URL": f"sqlite:{folder}/events.db"}
    first = made.collector(**settings)
    demo.fill(first.address, int(time.time() * 1000), count=6_000)
    first.daemon.stop()
    demo.multiply(str(folder / "events.db"), 100)
    yield made.collector(**settings)
    made.close()
