"""No page has a serious barrier or runs over its edge: in both languages, on a desk and on a phone, light and dark."""

from collections.abc import Callable, Iterator

import pytest

from infra.dev.demo.day import People
from infra.dev.services import Stack
from tests.browser.journey import CLIENT, HANDLER, MANAGER, REVIEWER, Walked, begin
from tests.browser.pages import FILES, OPEN_TO_ALL, PAGES, page_routes, stopped, things
from tests.browser.walking import DESKTOP, PHONE, Walker

Opening = Callable[..., Walker]
OPEN_EVERY = (
    "nth => document.querySelectorAll('details').forEach((each, place) => { each.open = place % nth === 0 })"
)
"""All are told by one template; looked through each by each they would take as long as thirty pages."""


@pytest.fixture(scope="module")
def named(desk: Stack, people: People, walker: Opening, walked: Walked) -> Iterator[dict[str, str]]:
    """What the pages are about; lodging of something is stopped meanwhile."""
    with stopped(people):
        yield things(desk, people, walked, begin(walker(CLIENT)))


def test_no_page_is_forgotten() -> None:
    listed = {each.route.replace("{draft}", "{number}") for each in PAGES}

    assert page_routes() - listed - FILES == OPEN_TO_ALL
    assert len(FILES - page_routes()) == 0


@pytest.mark.parametrize("who", [CLIENT, REVIEWER, HANDLER, MANAGER])
def test_no_page_has_a_serious_barrier(walker: Opening, named: dict[str, str], who: str) -> None:
    """Each page twice: in one language wide or narrow, light or dark, and in the other the other way round."""
    person, own = walker(who), [each for each in PAGES if each.who == who]
    found: dict[str, list[str]] = {}
    over: dict[str, int] = {}
    for locale in ("ja", "en"):
        person.go("/")
        person.speak(locale)
        for place, each in enumerate(own):
            again = locale == "en"
            size = DESKTOP if (place + again) % 2 else PHONE
            person.look(size, dark=(place // 2 + again) % 2 == 1)
            person.go((each.route + each.query).format_map(named))
            name = f"{locale}-{size[0]}-{each.route.strip('/').replace('/', '-')}-{who}"
            person.picture(name)
            over[name] = person.overflow_px()
            found[name] = person.barriers()
    person.go("/")
    person.speak("ja")

    assert len(found) == 2 * len(own) > 8
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


def test_the_reference_of_the_api_has_no_barrier_and_fits_a_phone(walker: Opening) -> None:
    stranger = walker(size=PHONE)
    stranger.go("/docs")
    stranger.page.evaluate(OPEN_EVERY, 1)
    over = stranger.overflow_px()
    stranger.page.evaluate(OPEN_EVERY, 10)

    assert stranger.page.locator(".example pre").count() > 30
    assert over <= 0
    assert stranger.barriers() == []


def test_a_field_that_is_asked_under_long_conditions_stays_within_the_page(walker: Opening) -> None:
    reader = walker(REVIEWER)
    reader.go("/")
    reader.speak("en")
    reader.go("/catalogue/procedures/otit.change.accreditation")
    over = reader.overflow_px()
    reader.speak("ja")

    assert over <= 0


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
