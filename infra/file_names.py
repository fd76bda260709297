"""File names as people sent them, made harmless for a header: for display, never a path or a key."""

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png"})
EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_SAME_EXTENSION = {".jpeg": ".jpg", ".jpe": ".jpg"}
_LONGEST_STEM = 100
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNSAFE = frozenset('/\\:*?"<>|;%')


def harmless_file_name(file_name: str, media_type: str) -> str:
    """The name without paths, control, bidirectional or reserved characters, ending as its real type does."""
    composed = unicodedata.normalize("NFC", file_name)
    visible = "".join(mark for mark in composed if unicodedata.category(mark) not in _INVISIBLE)
    name = "".join("_" if mark in _UNSAFE else mark for mark in visible).strip(" .")
    extension = EXTENSIONS.get(media_type, ".bin")
    found = PurePosixPath(name).suffix.lower()
    stem = name[: -len(found)] if _SAME_EXTENSION.get(found, found) == extension else name
    return (stem[:_LONGEST_STEM].strip(" .") or "document") + extension


def content_disposition(file_name: str, media_type: str, *, inline: bool) -> str:
    """The header for a download (RFC 6266, RFC 8187). Only page and image types are ever shown inline."""
    name = harmless_file_name(file_name, media_type)
    plain = "".join(mark if mark.isascii() else "_" for mark in name)
    manner = "inline" if inline and media_type in SHOWN_INLINE else "attachment"
    return f"{manner}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
