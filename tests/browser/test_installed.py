"""Which browser the tests walk in."""

from pathlib import Path

import pytest

from tests.browser.installed import BrowserMissingError, chromium


def test_a_browser_of_another_name_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "google-chrome"
    other.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert chromium() == str(other)


def test_who_has_no_browser_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BrowserMissingError, match="fonts-noto-cjk"):
        chromium()
