"""Chromium in front of the whole desk, and windows that close when their test ends."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from infra.dev.services import Stack
from tests.browser.installed import chromium
from tests.browser.journey import Walked, walk
from tests.browser.walking import Walker

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser(desk: Stack) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield launched
        launched.close()


Opening = Callable[..., Walker]


@pytest.fixture(scope="package")
def walker(desk: Stack, browser: Browser) -> Iterator[Opening]:
    """Opens windows; they are closed at the end."""
    opened: list[Walker] = []

    def open_one(subject: str | None = None, **given: object) -> Walker:
        opened.append(Walker.at(browser, desk.address("api"), **given))  # type: ignore[arg-type]
        if subject is not None:
            opened[-1].sign_in(subject)
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture(scope="package")
def walked(walker: Opening, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """One application from the first click to its result."""
    return walk(walker, tmp_path_factory.mktemp("files"))
