"""The mailbox for people and, as JSON, for tests. HTML mail shows without scripts or outside loads."""

from dataclasses import asdict
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from infra.dev.mailbox.letters import Letter, LetterBox
from infra.dev.mailbox.sink import Outage

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'none'; base-uri 'none'"
)
LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
body { font: 1rem/1.6 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1c }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .4rem; border-bottom: 1px solid #ccc }
pre { white-space: pre-wrap; background: #f2f2f2; padding: 1rem }
iframe { width: 100%; height: 30rem; border: 1px solid #999 }
"""


def build(letters: LetterBox, outage: Outage) -> Starlette:
    """The pages over one letter box. `POST /outage {"seconds": n}` makes the SMTP side refuse that long."""

    def index(request: Request) -> Response:
        return _page("受信箱 / Mailbox", _table(letters.letters()))

    def listing(request: Request) -> Response:
        return JSONResponse([_summary(letter) for letter in letters.letters()])

    def one(request: Request) -> Response:
        letter = letters.letter(request.path_params["number"])
        return _nothing_here() if letter is None else JSONResponse(asdict(letter))

    def page(request: Request) -> Response:
        letter = letters.letter(request.path_params["number"])
        return _nothing_here() if letter is None else _page(letter.subject, _shown(letter))

    def body(request: Request) -> Response:
        letter = letters.letter(request.path_params["number"])
        if letter is None or letter.html is None:
            return _nothing_here()
        return HTMLResponse(letter.html, headers={"Content-Security-Policy": LETTER_POLICY})

    async def begin_outage(request: Request) -> Response:
        outage.begin(float((await request.json())["seconds"]))
        return JSONResponse({"seconds_left": outage.seconds_left})

    return Starlette(
        routes=[
            Route("/", index),
            Route("/messages", listing),
            Route("/messages/{number:int}", one),
            Route("/read/{number:int}", page),
            Route("/read/{number:int}/html", body),
            Route("/outage", begin_outage, methods=["POST"]),
        ]
    )


def _summary(letter: Letter) -> dict[str, object]:
    return {name: getattr(letter, name) for name in ("id", "sender", "recipients", "subject", "received_at")}


def _nothing_here() -> Response:
    return JSONResponse({"detail": "メールはありません / No such message"}, status_code=404)


def _page(title: str, content: str) -> Response:
    text = (
        f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style>"
        f"<h1>{escape(title)}</h1>{content}</html>"
    )
    return HTMLResponse(
        text, headers={"Content-Security-Policy": PAGE_POLICY, "Referrer-Policy": "no-referrer"}
    )


def _table(letters: list[Letter]) -> str:
    if not letters:
        return "<p>まだメールはありません。 / No mail yet.</p>"
    head = "<tr><th>受信 Received<th>宛先 To<th>件名 Subject</tr>"
    return f"<table>{head}{''.join(_row(letter) for letter in letters)}</table>"


def _row(letter: Letter) -> str:
    link = f'<a href="/read/{letter.id}">{escape(letter.subject) or "—"}</a>'
    return (
        f"<tr><td>{escape(letter.received_at[:19])}<td>{escape(', '.join(letter.recipients))}<td>{link}</tr>"
    )


def _shown(letter: Letter) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in letter.headers)
    text = f"<h2>本文 / Text</h2><pre>{escape(letter.text)}</pre>" if letter.text else ""
    frame = (
        f'<h2>HTML</h2><iframe sandbox="" title="HTML" src="/read/{letter.id}/html"></iframe>'
        if letter.html
        else ""
    )
    back = '<p><a href="/">一覧 / All mail</a></p>'
    return f"{back}{text}{frame}<h2>ヘッダー / Headers</h2><pre>{escape(headers)}</pre>"
