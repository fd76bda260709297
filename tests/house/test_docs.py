"""What the documents name exists."""

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "SECURITY.md",
    *sorted(ROOT.glob("*/README.md")),
    *sorted((ROOT / "infra").rglob("*.md")),
]
LINK = re.compile(r"\]\((?!https?://)([^)#]+)\)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
MADE = re.compile(r"`make ([a-z-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [
        link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()
    ]

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_exists(page: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))

    assert set(MADE.findall(page.read_text(encoding="utf-8"))) <= targets


@pytest.mark.parametrize("folder", ["schemas", "activities", "workflows"])
def test_a_folders_page_fits_on_a_screen_or_two(folder: str) -> None:
    assert len((ROOT / folder / "README.md").read_text(encoding="utf-8").splitlines()) <= 60


def test_every_activity_is_in_the_table() -> None:
    page = (ROOT / "activities" / "README.md").read_text(encoding="utf-8")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "activities").rglob("*.py"))

    assert {
        name for name in re.findall(r'activity\.defn\(name="([a-z_]+)"\)', sources) if f"`{name}`" not in page
    } == set()
