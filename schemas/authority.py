"""Authority to act (取次の権限): may this handler lodge this for that client on that day, and if not, exactly why?

Also what of it lapses next, and on which days its people are reminded.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum

from schemas.catalogue import Authority, Bilingual
from schemas.desk_wishes import is_named
from schemas.filing import FilingKind
from schemas.tables import Office, of_the_day
from schemas.words import Word

EVERY_PROCEDURE = "*"
ONLINE = "online"
IMMIGRATION: Authority = "isa"
WARNINGS = {
    "certificate_of_another_bureau": Bilingual(
        ja="証明書を交付した局と提出先の局が異なります。受け付けられるか確認してください。",
        en="The certificate is of another bureau than the one lodged with. Find out whether it is accepted.",
    ),
    "written_request_missing": Bilingual(
        ja="依頼書の日付が登録されていません。", en="No written request is on the register for the mandate."
    ),
    "lodger_reviewed": Bilingual(
        ja="この申請の点検をした人です。できれば別の人が提出してください。",
        en="You reviewed this application yourself. Have somebody else lodge it where you can.",
    ),
}
"""What is doubtful but keeps nobody from lodging."""


class CertificateHeld(Word):
    """A handler's certificate (申請等取次者証明書) and online user id (在留申請オンラインシステムの利用者ID).

    `valid_until` and the like are last valid days in Japan; None means not recorded, or that there is none.
    """

    certificate_number: str
    bureau: str | None = None
    valid_from: date | None = None
    valid_until: date
    return_by: date | None = None
    returned_on: date | None = None
    online_id_body: str | None = None
    online_id_since: date | None = None
    online_id_valid_until: date | None = None
    online_report_by: date | None = None


class MandateGiven(Word):
    """What a client organisation entrusted to a handler (取次の依頼): procedures, from when, until when, on which request.

    `procedures` are procedure ids, `*` for every one. `request_valid_until` is the last day of the written request.
    """

    id: str
    account_id: str
    organisation_id: str
    procedures: tuple[str, ...]
    valid_from: date
    valid_until: date | None = None
    requested_on: date | None = None
    request_valid_until: date | None = None
    request_document: str | None = None

    def covers(self, procedure: str) -> bool:
        """Whether it names this procedure, or all."""
        return procedure in self.procedures or EVERY_PROCEDURE in self.procedures

    def is_current(self, on: date) -> bool:
        """Whether that day lies in it."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


class Membership(Word):
    """That the client is a member (会員) of the organisation that runs the desk, since when; None means since ever."""

    since: date | None = None


class OnRegister(Word):
    """What the registers say of one handler and one client: his certificate, the mandates between them, whether the
    list of pledged organisations (利用者別誓約機関一覧表) that he filed last names the client, and its membership."""

    held: CertificateHeld | None = None
    mandates: tuple[MandateGiven, ...] = ()
    is_pledged: bool = False
    membership: Membership | None = None


class LodgingWanted(Word):
    """What is to be lodged: procedure, day, channel and office as far as they are chosen; `reviewed` by the handler
    himself. `members_only`: the lodgings that this desk does for members only (`schemas.desk_wishes`)."""

    procedure: str
    kind: FilingKind = FilingKind.FIRST
    on: date
    channel: str | None = None
    office: str | None = None
    reviewed: bool = False
    members_only: tuple[str, ...] = ()


class Entitlement(Word):
    """The answer: codes of `schemas.refusals` that keep him from lodging, and codes that only warn. Empty: he may."""

    lacks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    mandate: MandateGiven | None = None


def entitlement_for(asked: LodgingWanted, known: OnRegister, offices: Sequence[Office] = ()) -> Entitlement:
    """Whether the handler may lodge for the client, by what is known of both; every lack is named.

    A certificate of another bureau, or that he reviewed it himself, is only a warning.
    """
    held = known.held
    mandate, missing = _mandate(asked, known.mandates)
    lacks = (
        _certificate_lack(asked, held),
        _online_lack(asked, held),
        missing,
        _pledge_lack(asked, known),
        _member_lack(asked, known.membership),
    )
    own_review = "lodger_reviewed" if asked.reviewed else None
    doubts = (_bureau_doubt(asked, held, offices), _request_doubt(mandate), own_review)
    return Entitlement(
        lacks=tuple(code for code in lacks if code),
        warnings=tuple(code for code in doubts if code),
        mandate=mandate,
    )


def _certificate_lack(asked: LodgingWanted, held: CertificateHeld | None) -> str | None:
    if held is None:
        return "certificate_missing"
    if held.returned_on is not None and held.returned_on <= asked.on:
        return "certificate_returned"
    if held.valid_from is not None and asked.on < held.valid_from:
        return "certificate_not_yet_valid"
    return "certificate_expired" if held.valid_until < asked.on else None


def _online_lack(asked: LodgingWanted, held: CertificateHeld | None) -> str | None:
    if asked.channel != ONLINE or held is None:
        return None
    if held.online_id_valid_until is None:
        return "online_id_missing"
    if held.online_id_since is not None and asked.on < held.online_id_since:
        return "online_id_not_yet_valid"
    return "online_id_expired" if held.online_id_valid_until < asked.on else None


def _pledge_lack(asked: LodgingWanted, known: OnRegister) -> str | None:
    return "pledge_not_filed" if asked.channel == ONLINE and not known.is_pledged else None


def _member_lack(asked: LodgingWanted, membership: Membership | None) -> str | None:
    """Only for a first lodging: what was lodged for a member is seen through."""
    if asked.kind is not FilingKind.FIRST or not is_named(asked.members_only, asked.procedure, asked.channel):
        return None
    is_member = membership is not None and (membership.since is None or membership.since <= asked.on)
    return None if is_member else "members_only"


def _mandate(
    asked: LodgingWanted, mandates: Sequence[MandateGiven]
) -> tuple[MandateGiven | None, str | None]:
    covering = [each for each in mandates if each.covers(asked.procedure)]
    if not covering:
        return None, "mandate_other_procedure" if mandates else "no_mandate"
    current = [each for each in covering if each.is_current(asked.on)]
    if not current:
        begins = any(asked.on < each.valid_from for each in covering)
        return None, "mandate_not_yet_valid" if begins else "mandate_expired"
    requested = [each for each in current if not _request_has_lapsed(each, asked.on)]
    chosen = max(requested or current, key=lambda each: (each.requested_on is not None, each.valid_from))
    return chosen, None if requested else "written_request_expired"


def _request_has_lapsed(mandate: MandateGiven, on: date) -> bool:
    return mandate.request_valid_until is not None and mandate.request_valid_until < on


def _request_doubt(mandate: MandateGiven | None) -> str | None:
    return "written_request_missing" if mandate is not None and mandate.requested_on is None else None


def _bureau_doubt(
    asked: LodgingWanted, held: CertificateHeld | None, offices: Sequence[Office]
) -> str | None:
    if held is None or held.bureau is None:
        return None
    there_then = of_the_day((row for row in offices if row.authority == IMMIGRATION), asked.on)
    bureaus = {row.id: row.parent or row.id for row in there_then.values()}
    there, own = bureaus.get(asked.office or ""), bureaus.get(held.bureau)
    return "certificate_of_another_bureau" if there and own and there != own else None


class LapsingThing(StrEnum):
    """What can lapse, or falls due, of the authority to act; what an authority sent, when nobody settles it; and a stop
    that is to be looked at again."""

    CERTIFICATE = "certificate"  # 取次者証明書
    CERTIFICATE_RETURN = "certificate_return"  # 証明書の返納
    ONLINE_ID = "online_id"  # 利用者ID
    ONLINE_REPORT = "online_report"  # 定期報告
    MANDATE = "mandate"  # 取次の依頼
    WRITTEN_REQUEST = "written_request"  # 依頼書
    ARRIVAL = "arrival"  # 官署からの到着物
    STOP = "stop"  # 提出の停止の見直し


class Lapse(Word):
    """One thing with its last day. `entry` is the account's id for a certificate, else the id of the thing itself."""

    thing: LapsingThing
    entry: str
    account_id: str
    organisation_id: str | None = None
    on: date

    def days_left(self, on: date) -> int:
        """Days from that day to the last one; negative when it has passed."""
        return (self.on - on).days

    def step(self, on: date, steps: Iterable[int]) -> int | None:
        """The nearest reminder that is due on that day (days before the end); None before the first and afterwards."""
        left = self.days_left(on)
        return min((step for step in steps if left <= step), default=None) if left >= 0 else None


def lapses_of_certificate(account_id: str, held: CertificateHeld) -> tuple[Lapse, ...]:
    """What lapses of a certificate and its online id; nothing once it is returned."""
    if held.returned_on is not None:
        return ()
    ends = {
        LapsingThing.CERTIFICATE: held.valid_until,
        LapsingThing.CERTIFICATE_RETURN: held.return_by,
        LapsingThing.ONLINE_ID: held.online_id_valid_until,
        LapsingThing.ONLINE_REPORT: held.online_report_by,
    }
    return tuple(
        Lapse(thing=thing, entry=account_id, account_id=account_id, on=on)
        for thing, on in ends.items()
        if on is not None
    )


def lapses_of_mandates(mandates: Sequence[MandateGiven], on: date) -> tuple[Lapse, ...]:
    """What lapses of mandates that have not ended; what another mandate carries on needs nobody's attention."""
    return tuple(
        lapse
        for mandate in mandates
        if mandate.valid_until is None or on <= mandate.valid_until
        for lapse in _ends_of(mandate)
        if not _is_carried_on(mandate, lapse, mandates)
    )


def _ends_of(mandate: MandateGiven) -> list[Lapse]:
    ends = {
        LapsingThing.MANDATE: mandate.valid_until,
        LapsingThing.WRITTEN_REQUEST: mandate.request_valid_until,
    }
    return [
        Lapse(
            thing=thing,
            entry=mandate.id,
            account_id=mandate.account_id,
            organisation_id=mandate.organisation_id,
            on=on,
        )
        for thing, on in ends.items()
        if on is not None
    ]


def _is_carried_on(mandate: MandateGiven, lapse: Lapse, mandates: Sequence[MandateGiven]) -> bool:
    after = lapse.on + timedelta(days=1)
    parties = (mandate.account_id, mandate.organisation_id)
    others = [
        other
        for other in mandates
        if other.id != mandate.id
        and (other.account_id, other.organisation_id) == parties
        and other.is_current(after)
        and not _request_has_lapsed(other, after)
    ]
    return all(any(other.covers(each) for other in others) for each in mandate.procedures)
