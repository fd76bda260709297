"""Temporal's own pages: only a manager signed in at the desk reads contents there, and each read is recorded."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from infra.dev.demo.day import People
from tests.browser.journey import MANAGER, REVIEWER, Walked
from tests.browser.walking import Walker

OPENED_WORD = "map_version"
"""Stands in what the workflow was started with, and nowhere in the open."""
SEALED = re.compile("[A-Za-z0-9+/]{200}")
STATUS = "[data-testid^=data-encoder-status]"


def ask_the_codec_server(walker: Walker, address: str) -> Locator:
    """Open a history in the engine's own pages and set them up as the desk's page says; answers where contents stand."""
    page = walker.page
    page.goto(address, wait_until="networkidle")
    page.locator(STATUS).first.click(no_wait_after=True)
    setting = page.locator("#data-encoder-settings")
    setting.get_by_label("Use my browser setting").check(force=True)
    setting.get_by_placeholder("Paste your endpoint here").fill(f"{walker.base}/codec")
    setting.get_by_text("Include cross-origin credentials", exact=True).click()
    setting.get_by_role("button", name="Apply").click()
    with page.expect_request(f"{walker.base}/codec/decode*"):
        page.reload()
    return page.get_by_test_id("input-and-result")


def test_only_a_signed_in_manager_reads_contents_and_each_read_is_recorded(
    walker: Callable[..., Walker], walked: Walked, people: People
) -> None:
    reviewer, manager = walker(REVIEWER), walker(MANAGER)
    manager.go(f"/applications/{walked.number}/engine")
    told = manager.page.locator("main").inner_text()
    address = str(manager.page.locator("main a.button").get_attribute("href"))

    sealed = ask_the_codec_server(reviewer, address)
    expect(reviewer.page.locator(f"{STATUS}[data-testid$=error]").first).to_be_visible()
    expect(sealed).to_contain_text(SEALED)
    before = payload_readers(people, walked.number)
    opened = ask_the_codec_server(manager, address)
    expect(opened).to_contain_text(OPENED_WORD)
    manager.picture("12-engine-pages")

    assert f"{manager.base}/codec" in told
    assert OPENED_WORD not in reviewer.page.locator("body").inner_text()
    assert (before, payload_readers(people, walked.number)) == (set(), {MANAGER})


def payload_readers(people: People, number: str) -> set[str]:
    """Who has read contents of this application's history, as the desk has recorded it."""
    reads = people.manager.get(f"/v1/applications/{number}/reads")["items"]
    return {each["reader"]["id"] for each in reads if each["what"] == "payloads"}
