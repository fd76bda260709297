"""What a person at the terminal sees: one screen of addresses and sign-ins, a table of what runs."""

from infra.dev.doors import LOOPBACK
from infra.dev.place import Place
from infra.dev.sample_office import ROLES, Role, load_sample_office
from infra.dev.state import StackState

WORDS: dict[Role, str] = {
    "client": "利用団体の担当者 / client",
    "reviewer": "点検担当 / reviewer",
    "second_reviewer": "再点検担当 / second reviewer",
    "handler": "取次者 / handler",
    "manager": "管理者 / manager",
    "operator": "運用者 / operator",
}


def addresses(place: Place) -> dict[str, str]:
    """Base addresses of everything a person or a script may open."""
    ports = place.ports
    return {
        "pages": place.public_url,
        "api": f"{place.public_url}/v1",
        "openapi": f"{place.public_url}/docs",
        "temporal_ui": _http(ports.temporal_ui),
        "temporal": f"{LOOPBACK}:{ports.temporal}",
        "mailbox": _http(ports.mailbox),
        "authority": _http(ports.authority),
        "sign_in": place.issuer,
        "objects": _http(ports.s3),
    }


def welcome(place: Place) -> str:
    """The screen `up` prints once everything answers."""
    known = addresses(place)
    lines = [
        "",
        "取次 Toritsugi が動いています。止めるには Ctrl-C。 / is running. Ctrl-C stops everything.",
        "",
        f"  ページ / pages                   {known['pages']}",
        f"  OpenAPI                          {known['openapi']}",
        f"  Temporal                         {known['temporal_ui']}",
        f"  メール / mailbox                 {known['mailbox']}",
        f"  行政庁シミュレーター / authority {known['authority']}",
        "",
        "見本の人（パスワードなし） / Sample sign-ins, no password:",
        *(f"  {', '.join(_subjects(role)):44} {WORDS[role]}" for role in ROLES),
        "",
        f"記録 / logs: {place.directory / 'logs'}",
    ]
    return "\n".join(lines)


def table(state: StackState) -> str:
    """Which servers run, with their pids."""
    rows = [
        f"{name:12} {'動作中 / running' if child.alive else '停止 / stopped':20} {child.pid}"
        for name, child in sorted(state.children.items())
    ]
    return "\n".join(rows)


def _subjects(role: Role) -> list[str]:
    office = load_sample_office()
    if role == "client":
        by_kind = {one.kind: one.staff[0].subject for one in reversed(office.organisations)}
        return sorted(by_kind.values())
    return [person.subject for person in office.with_role(role)][:3]


def _http(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
