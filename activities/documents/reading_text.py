"""Reads the text layer of a PDF, page by page, into a file. Runs only inside the limited process."""

from pathlib import Path
from typing import Any

import pypdfium2

PAGES_READ = 20
TEXT_CHARACTERS = 200_000


def read_text(request: dict[str, Any]) -> int:
    """Write the text of the first pages to `request["into"]`; answers how many pages were read."""
    with pypdfium2.PdfDocument(Path(request["path"])) as document:
        pages = min(len(document), PAGES_READ)
        texts = [document[index].get_textpage().get_text_bounded() for index in range(pages)]
    whole = "\n".join(texts).replace("\r\n", "\n").replace("\0", "")[:TEXT_CHARACTERS]
    Path(request["into"]).write_text(whole, encoding="utf-8", errors="replace")
    return pages
