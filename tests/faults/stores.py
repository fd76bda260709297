"""Everything a running desk leaves behind, as bytes to be searched: files, tables, mails, search attributes."""

import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import httpx2
from psycopg import sql

from infra.dev.place import NAMESPACE
from infra.dev.services import Stack
from infra.dev.temporal_server import program


def left_behind(desk: Stack) -> dict[str, bytes]:
    """Each store with all its bytes: a log per server, the engine's files, every table, the mailbox, the attributes."""
    place = desk.place.directory
    logs = {f"log of {file.stem}": file.read_bytes() for file in (place / "logs").glob("*.log")}
    engine = {file.name: file.read_bytes() for file in place.glob("temporal.sqlite*")}
    authority = {file.name: file.read_bytes() for file in place.glob("authority.sqlite*")}
    mails = {
        "mailbox": b"".join(each.read_bytes() + decoded(each) for each in (place / "mail").glob("*.eml"))
    }
    return logs | engine | authority | mails | tables(desk) | {"search attributes": attributes(desk)}


def tables(desk: Stack) -> dict[str, bytes]:
    """Every table as text, whatever it holds; bytes appear as hexadecimal digits and as what they are."""
    with desk.connect("toritsugi") as connection:
        names = connection.execute(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        found = {}
        for (name,) in names:
            copying = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))
            with connection.cursor().copy(copying) as rows:
                found[f"table {name}"] = b"".join(bytes(row) for row in rows)
    return found


def attributes(desk: Stack) -> bytes:
    """Every workflow as the engine lists it, with its search attributes, memo and ids."""
    where = ("--namespace", NAMESPACE, "--address", desk.address("temporal"), "--output", "json")
    listed = subprocess.run((program(), "workflow", "list", *where), capture_output=True, check=True)
    return listed.stdout


def decoded(letter: Path) -> bytes:
    """A mail's readable parts, as the mailbox shows them."""
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return str(message["Subject"]).encode() + b"".join(part for part in parts if isinstance(part, bytes))


def pages(desk: Stack) -> bytes:
    """What the authority's and the mailbox's own pages show."""
    return b"".join(httpx2.get(desk.address(name)).content for name in ("authority", "mail"))


def leaks(stores: dict[str, bytes], words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Which word stands in which store: as UTF-8, or as JSON writes it."""
    spelled = {
        word: {word.encode(), word.encode("unicode_escape"), word.encode().hex().encode()} for word in words
    }
    return sorted(
        (store, word)
        for store, content in stores.items()
        for word, forms in spelled.items()
        if any(form in content for form in forms)
    )
