"""Chromium in front of the whole desk, and windows that close when their test ends."""

from collections.abc import Callable, Iterator
from typing import Any

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
    """Opens windows. A person who has one goes on in it, as people do: a new one takes a second of a core."""
    own: dict[tuple[str, bool], Walker] = {}
    strangers: list[Walker] = []

    def open_one(subject: str | None = None, *, scripts: bool = True, **given: Any) -> Walker:
        if subject is None:
            strangers.append(Walker.at(browser, desk.address("api"), scripts=scripts, **given))
            return strangers[-1]
        if (subject, scripts) not in own:
            own[subject, scripts] = Walker.at(browser, desk.address("api"), scripts=scripts)
            own[subject, scripts].sign_in(subject)
        own[subject, scripts].begin_anew()
        return own[subject, scripts]

    yield open_one
    for each in (*own.values(), *strangers):
        each.close()


@pytest.fixture(scope="package")
def walked(walker: Opening, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """One application from the first click to its result."""
    return walk(walker, tmp_path_factory.mktemp("files"))
