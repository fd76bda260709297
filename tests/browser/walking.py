"""Somebody in front of a browser: signs in, fills in forms as people do, looks for barriers, takes pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

PICTURES = Path(__file__).resolve().parents[2] / ".artefacts" / "pages"
DESKTOP, PHONE = (1280, 900), (390, 844)
GRAVE = frozenset({"serious", "critical"})
PATIENCE_MS = 90_000
SHORTEN = """rows => document.querySelectorAll('tbody, ol, ul').forEach(
    each => [...each.children].slice(rows).forEach(further => further.remove()))"""
ROWS = 12
expect.set_options(timeout=PATIENCE_MS)


def is_complaint(said: ConsoleMessage, base: str) -> bool:
    """Whether the browser found something wrong on our own pages."""
    return said.type == "error" and said.location["url"].startswith(base)


@dataclass
class Walker:
    """One person in one window. `complaints` collects what the browser itself said was wrong."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str]

    @classmethod
    def at(
        cls,
        browser: Browser,
        base: str,
        *,
        size: tuple[int, int] = DESKTOP,
        scripts: bool = True,
        dark: bool = False,
    ) -> "Walker":
        """A new window with no history."""
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale="ja-JP",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said, base) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return cls(context, page, base, complaints)

    def go(self, path: str) -> None:
        """Open one of our pages."""
        self.page.goto(f"{self.base}{path}")

    def begin_anew(self) -> None:
        """Go on in this window for another purpose, on a screen as at the start and with a line that holds."""
        self.complaints.clear()
        self.page.unroute_all()
        self.look(DESKTOP, dark=False)

    def sign_in(self, subject: str) -> None:
        """Through the issuer's page and back."""
        self.go("/sign-in")
        self.page.locator(f'button[name="sub"][value="{subject}"]').click()
        self.page.wait_for_url(f"{self.base}/**")

    def look(self, size: tuple[int, int], *, dark: bool) -> None:
        """The same window on another screen."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme="dark" if dark else "light")

    def speak(self, locale: str) -> None:
        """Switch to a language with the button in the header, unless the page speaks it already."""
        if self.page.locator("html").get_attribute("lang") != locale:
            self.page.locator('form[action="/language"] button').click()
            self.page.wait_for_selector(f'html[lang="{locale}"]')

    def wait_for(self, path: str, selector: str, *, tries: int = 60) -> None:
        """Open a page again until something is on it: the road needs a moment."""
        for _ in range(tries):
            self.go(path)
            if self.page.locator(selector).count():
                return
            self.page.wait_for_timeout(500)
        raise AssertionError(f"{selector} did not come up on {path}")

    def rest(self) -> None:
        """Wait until the page has fetched everything it asks for, its modules too."""
        self.page.wait_for_load_state("networkidle")

    def reload(self) -> None:
        """Open the same page anew, and wait until its modules have done what they do at the start."""
        self.page.reload(wait_until="networkidle")

    def press(self, action: str, name: str | None = None) -> None:
        """Send the form with this action (the first one, or the one whose button has this name)."""
        buttons = self.page.locator(f'form[action="{action}"] button')
        (buttons.filter(has_text=name) if name else buttons).first.click()

    def fill_in(self, answers: dict[str, Any]) -> None:
        """Answer the fields of a form by their ids."""
        for field, answer in answers.items():
            place = self.page.locator(f"#f-{field}")
            if place.evaluate("each => each.tagName") == "SELECT":
                chosen = (
                    {True: "yes", False: "no"}.get(answer, str(answer))
                    if isinstance(answer, bool)
                    else str(answer)
                )
                place.select_option(chosen)
            else:
                place.fill(str(answer))

    def done(self) -> str:
        """What the page says was done."""
        told = self.page.locator(".done")
        expect(told).to_be_visible(timeout=PATIENCE_MS)
        return told.inner_text()

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page; as JPEG, which costs a third of the computing."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.jpg", full_page=True, type="jpeg", quality=70)

    def barriers(self) -> list[str]:
        """The serious and critical barriers axe finds on this page, of long lists in their first rows.

        One template tells them all; the rows of a catalogue would take as long as twenty pages.
        """
        self.page.evaluate(SHORTEN, ROWS)
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        return [
            f"{each['id']}: {node['target']} {node['html'][:160]}"
            for each in found
            if each["impact"] in GRAVE
            for node in each["nodes"]
        ]

    def overflow_px(self) -> int:
        """How far the page runs over the right edge."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))

    def close(self) -> None:
        """Close the window."""
        self.context.close()
