"""The main path through the pages, in the steps people take: hand-in, review, correction, lodging, result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from infra.dev.demo.contents import EXTENSION, application_answers, person_answers
from infra.dev.demo.files import sample_pdf, sample_photo
from schemas.calendar import japan_date
from tests.browser.walking import Walker

CLIENT, REVIEWER, HANDLER, MANAGER = "supervising-01-1", "reviewer-1", "handler-1", "manager-1"
FOUND = "旅券の写しと氏名のつづりが違います。旅券のとおりに直してください。"
REPLIED = "旅券のとおりに直しました。"


@dataclass(frozen=True)
class Walked:
    """What the path left behind. `complaints` are what browsers said was wrong on our pages."""

    number: str
    person: str
    receipt: str
    complaints: list[str]
    told_before: bool
    told_after: str
    kept: tuple[str, int, int]
    """What a reload left: the reply that was typed, and the findings chosen before and after it."""


def walk(opened: Callable[..., Walker], folder: Path) -> Walked:
    """Walk the whole path in Chromium, with pictures on the way."""
    client, today = opened(CLIENT), japan_date(datetime.now(UTC))
    number = begin(client)
    client.picture("01-draft")
    fill_forms(client, number, today)
    client.picture("02-form")
    send_documents(client, number, folder)
    client.picture("03-documents")
    hand_in(client, number)
    client.picture("04-receipt")
    reviewer = opened(REVIEWER)
    path = claim(reviewer, number)
    client.go(f"/applications/{number}")
    told_before = client.page.locator(".live").is_visible()
    person = find(reviewer, path)
    told_after = client.page.locator(".live:visible").inner_text()
    reply = correct(client, number)
    chosen = approve(reviewer, number)
    handler = opened(HANDLER)
    receipt = lodge(handler, number, person)
    decide(handler, number, person, receipt, today)
    walkers = (client, reviewer, handler)
    complaints = [each for one in walkers for each in one.complaints]
    return Walked(number, person, receipt, complaints, told_before, told_after, (reply, *chosen))


def begin(client: Walker, procedure: str = EXTENSION) -> str:
    """A new draft with one person; answers its number."""
    client.go("/applications")
    client.page.select_option("#f-procedure", procedure)
    client.press("/applications")
    client.page.wait_for_url("**/applications/T*")
    return client.page.url.rpartition("/")[2].partition("?")[0]


def links_to_forms(client: Walker, number: str) -> list[str]:
    """The addresses of the draft's forms: the application's first, then each person's."""
    client.go(f"/applications/{number}")
    links = client.page.locator('.steps a[href$="/edit"]')
    return [str(links.nth(place).get_attribute("href")) for place in range(links.count())]


def fill_forms(client: Walker, number: str, today: date, procedure: str = EXTENSION) -> None:
    """Every form, saved with its button."""
    for place, path in enumerate(links_to_forms(client, number)):
        of_whole = application_answers(procedure, today)
        client.go(path)
        client.fill_in(person_answers(procedure, today, place) if place else of_whole)
        client.press(path)
        assert client.done()


def send_documents(client: Walker, number: str, folder: Path) -> None:
    """Every needed document, by the way the window offers."""
    for place in range(len(links_to_forms(client, number))):
        client.go(f"/applications/{number}")
        client.page.locator('.steps a[href*="/documents"]').nth(place).click()
        client.page.wait_for_url("**/documents*")
        while (kind := _next_missing(client)) is not None:
            send_one(client, kind, folder)


def _next_missing(client: Walker) -> str | None:
    missing = client.page.locator("li.paper:has(.paper-head .chip.todo)")
    return (missing.first.get_attribute("id") or "").removeprefix("k-") if missing.count() else None


def send_one(client: Walker, kind: str, folder: Path) -> None:
    """One file for one line of the list, until the line says that it is there."""
    is_photo = kind == "photo"
    file = folder / f"{kind}.{'jpg' if is_photo else 'pdf'}"
    file.write_bytes(sample_photo(1) if is_photo else sample_pdf(kind))
    client.page.set_input_files(f"#u-{kind}", file)
    client.page.locator(f"#k-{kind} .upload button").click()
    client.page.wait_for_selector(f"#k-{kind} .paper-head .chip.ok")


def hand_in(client: Walker, number: str) -> None:
    """Hand in and hold the receipt."""
    client.go(f"/applications/{number}")
    client.press(f"/applications/{number}/hand-in")
    assert client.done()


def claim(reviewer: Walker, number: str) -> str:
    """Take the task of this application from the inbox; answers the task's path."""
    button = f'form[action^="/tasks/{number}.task."][action$="/claim"] button'
    reviewer.wait_for(f"/tasks?search={number}", button)
    reviewer.page.locator(button).first.click()
    reviewer.page.wait_for_url("**/tasks/T*")
    return reviewer.page.url.partition("?")[0].removeprefix(reviewer.base)


def find(reviewer: Walker, path: str) -> str:
    """Look at a document, write down one finding at a field, ask for a correction; answers the person."""
    reviewer.page.locator(".paper-list a").first.click()
    reviewer.page.wait_for_selector(".page-frame img")
    reviewer.picture("05-review")
    reviewer.page.locator("a.point[href*='place=field:name_latin']").click()
    reviewer.page.wait_for_selector("#add[open]")
    person = reviewer.page.locator("#f-person_id").input_value()
    reviewer.page.fill("#f-words", FOUND)
    reviewer.press(f"{path}/drafts")
    assert reviewer.done()
    reviewer.press(f"{path}/complete")
    assert reviewer.done()
    return person


def correct(client: Walker, number: str) -> str:
    """Answer the finding and hand in the next round; in between the page is reloaded. Answers the reply it keeps."""
    client.wait_for(f"/applications/{number}", ".attention")
    client.picture("06-correction")
    reply = client.page.locator("textarea[name^='reply.']").first
    client.rest()
    reply.fill(REPLIED)
    client.reload()
    kept = reply.input_value()
    client.press(f"/applications/{number}/corrections")
    assert client.done()
    return kept


def approve(reviewer: Walker, number: str) -> tuple[int, int]:
    """Round two: everything is in order; in between the page is reloaded. Answers how many are chosen before and after."""
    path = claim(reviewer, number)
    choices = reviewer.page.locator("input[value=verified]")
    reviewer.rest()
    for place in range(choices.count()):
        choices.nth(place).check()
    reviewer.picture("07-round-two")
    chosen = reviewer.page.locator("input[value=verified]:checked")
    before = chosen.count()
    reviewer.reload()
    after = chosen.count()
    reviewer.press(f"{path}/complete")
    assert reviewer.done()
    return before, after


def lodge(handler: Walker, number: str, person: str) -> str:
    """Record the intent, take the package, record the receipt number."""
    path, receipt = f"/filings/{number}.filing.1", f"R-{number}"
    handler.wait_for("/filings", f'a[href="{path}"]')
    handler.go(path)
    handler.press(f"{path}/begin")
    assert handler.done()
    handler.picture("08-filing")
    with handler.page.expect_download() as package:
        handler.page.locator(f'a[href="{path}/package"]').click()
    assert package.value.suggested_filename == f"{number}.filing.1.zip"
    handler.page.fill(f"[id='f-receipt-{person}']", receipt)
    handler.press(f"{path}/end")
    assert handler.done()
    return receipt


def decide(handler: Walker, number: str, person: str, receipt: str, today: date) -> None:
    """Record what the authority decided."""
    path = f"/filings/{number}.filing.1"
    handler.page.fill(f"[id='r-receipt-{person}']", receipt)
    handler.page.select_option(f"[id='r-result-{person}']", "permitted")
    handler.page.fill(f"[id='r-on-{person}']", today.isoformat())
    handler.press(f"{path}/results")
    assert handler.done()
