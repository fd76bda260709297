"""The main path through the pages, in the steps people take: hand-in, review, lodging, result."""

from datetime import date
from pathlib import Path

from infra.dev.demo.contents import EXTENSION, application_answers, person_answers
from infra.dev.demo.files import sample_pdf, sample_photo
from tests.browser.walking import Walker


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
        answers = (
            application_answers(procedure, today) if place == 0 else person_answers(procedure, today, place)
        )
        client.go(path)
        client.fill_in(answers)
        client.press(path)
        assert client.done()


def send_documents(client: Walker, number: str, folder: Path) -> None:
    """Every needed document, with the plain or the scripted upload, whichever the window offers."""
    for place in range(len(links_to_forms(client, number))):
        client.go(f"/applications/{number}")
        client.page.locator('.steps a[href*="/documents"]').nth(place).click()
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


def wait_for(walker: Walker, path: str, selector: str, *, tries: int = 40) -> None:
    """Open a page again until something is on it: the road needs a moment."""
    for _ in range(tries):
        walker.go(path)
        if walker.page.locator(selector).count():
            return
        walker.page.wait_for_timeout(500)
    raise AssertionError(f"{selector} did not come up on {path}")


def claim(reviewer: Walker, number: str) -> str:
    """Take the task of this application from the inbox; answers the task's path."""
    button = f'form[action^="/tasks/{number}.task."][action$="/claim"] button'
    wait_for(reviewer, "/tasks", button)
    reviewer.page.locator(button).first.click()
    reviewer.page.wait_for_url("**/tasks/T*")
    return reviewer.page.url.partition("?")[0].removeprefix(reviewer.base)
