"""The Chromium of this machine."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


class BrowserMissingError(Exception):
    """No Chromium is on the path."""

    def __init__(self) -> None:
        super().__init__(
            "Chromium が見つかりません。chromium と日本語フォント(fonts-noto-cjk)をインストールしてください。 / "
            f"No Chromium was found under any of {', '.join(NAMES)}. Install chromium and a Japanese font (fonts-noto-cjk)."
        )


def chromium() -> str:
    """Path of the first Chromium on the path. Raises BrowserMissingError, which says what to install."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise BrowserMissingError
    return found
