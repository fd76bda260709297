"""No page has a serious barrier or runs over its edge: in both languages, on a desk and on a phone, light and dark."""

from collections.abc import Callable

import pytest

from tests.browser.journey import CLIENT, HANDLER, MANAGER, REVIEWER, Walked
from tests.browser.walking import DESKTOP, PHONE, Walker

Opening = Callable[..., Walker]


def pages_of(walked: Walked) -> dict[str, list[tuple[str, str]]]:
    """Every page, by who opens it."""
    case = f"/applications/{walked.number}"
    filing = f"/filings/{walked.number}.filing.1"
    return {
        CLIENT: [
            ("applications", "/applications"),
            ("own-case", case),
            ("answers", f"{case}/edit"),
            ("person", f"{case}/persons/{walked.person}/edit"),
            ("documents", f"{case}/documents?person={walked.person}"),
            ("own-history", f"{case}/timeline"),
            ("not-found", "/applications/T26-00000000"),
        ],
        REVIEWER: [("inbox", "/tasks"), ("review", f"/tasks/{walked.number}.task.1")],
        HANDLER: [("filings", "/filings?state=confirmed"), ("filing", filing)],
        MANAGER: [
            ("board", "/board?state=all"),
            ("case", case),
            ("history", f"{case}/timeline"),
            ("engine", f"{case}/engine"),
            ("all-tasks", "/tasks?box=all"),
        ],
    }


@pytest.mark.parametrize(
    ("size", "locale", "dark"),
    [(DESKTOP, "ja", False), (DESKTOP, "en", True), (PHONE, "ja", True), (PHONE, "en", False)],
    ids=["desktop-ja", "desktop-en-dark", "phone-ja-dark", "phone-en"],
)
def test_no_page_has_a_serious_barrier(
    walker: Opening, walked: Walked, *, size: tuple[int, int], locale: str, dark: bool
) -> None:
    found: dict[str, list[str]] = {}
    over: dict[str, int] = {}
    for subject, pages in pages_of(walked).items():
        person = walker(subject, size=size, dark=dark)
        person.speak(locale)
        for name, path in pages:
            person.go(path)
            person.picture(f"{locale}-{size[0]}-{name}")
            found[name] = person.barriers()
            over[name] = person.overflow_px()
        person.speak("ja")

    assert len(found) == 16
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert {name: width for name, width in over.items() if width > 0} == {}


def test_the_welcome_and_the_error_summary_have_no_barrier(walker: Opening) -> None:
    stranger, client = walker(), walker(CLIENT)
    stranger.go("/")
    client.go("/applications")
    client.page.fill("#f-persons", "1000")
    client.press("/applications")

    summary = client.page.locator("#trouble")
    summary.wait_for()

    assert stranger.barriers() == []
    assert client.barriers() == []
    assert client.page.evaluate("document.activeElement.id") == "trouble"
    assert "申請人の数が上限を超えています" in summary.inner_text()


def test_a_barrier_is_found_where_there_is_one(walker: Opening) -> None:
    stranger = walker()
    stranger.go("/")

    stranger.page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<input type=text>')"
    )

    assert any(each.startswith("label") for each in stranger.barriers())


def test_the_keyboard_reaches_the_content_first(walker: Opening) -> None:
    client = walker(CLIENT)
    client.go("/applications")

    client.page.keyboard.press("Tab")
    client.page.keyboard.press("Enter")

    assert client.page.evaluate("document.activeElement.id") == "main"
