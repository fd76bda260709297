"""Filings (提出・取次): the handler's list, the sealed package, and the protocol intent → act → confirmation."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs
from api.act_paths import FilingInPath
from api.acts import PlainId, SomeWords, ask_road, case_at, saying
from api.bodies import Body, Shown
from api.desk import AtDesk, Desk
from api.idempotency import Act, Answered, CurrentAct, once
from api.lodged_persons import NotTakenGiven, ReceiptGiven, not_taken_of, receipts_of
from api.paging import Listed, Name, Paged, following, position
from api.preflight import before_the_act
from api.queries import Named, reading_key
from api.queries_case import HandedInCase
from api.queries_evidence import Evidence, evidence_of
from api.queries_filings import (
    EntitlementView,
    FilingFilter,
    FilingView,
    PackageView,
    confirming_of,
    entitlement,
    filings_page,
    kept_package,
    one_filing,
    packages_of,
)
from api.queries_findings import remarks_of
from api.queries_tasks import lodging_task_of
from api.queries_words import Said, said_beside_acts
from api.read_log import record_read
from api.reading import key_of
from api.remark_rows import NewRemark, RemarkKind, write_remarks
from infra.stops import running_stops
from schemas import messages
from schemas.calendar import japan_date
from schemas.catalogue import Channel
from schemas.commands import Answer, BeginLodging, CorrectReceipts, EndLodging, RouteFiling
from schemas.filing import UNDER_WAY, FilingState, NotTaken, Way, everybody_of
from schemas.identifiers import number_of
from schemas.maps import ProcedureMap
from schemas.offices import office_named, offices_of
from schemas.parties import Right
from schemas.preflight import Preflight
from schemas.refusals import Refused
from schemas.routing import OfficeBeside
from schemas.stops import Stop, StoppableLodging
from schemas.tables import Office

LIST = "filings"
ZIP = "application/zip"

router = APIRouter(prefix="/v1/filings", tags=["filings"])

Looking = Annotated[Principal, Depends(needs(Right.READ_CASES))]
Lodging = Annotated[Principal, Depends(needs(Right.LODGE))]


class FilingQuery(Paged):
    """Which filings; all that is given must hold."""

    state: FilingState | None = None
    office: Name = None
    channel: Name = None
    handler: Name = None
    organisation: Name = None


class StopAhead(Shown):
    """A stop that covers this filing, and the channels that it closes."""

    stop: Stop
    channels: tuple[str, ...]


class FilingOnTheDesk(Shown):
    """A filing with what a handler needs: packages, the channels of the procedure, what he has to show.

    `preflight`: what each open channel will say to the set, while it is not sent. `is_being_prepared`: a package is
    being sealed now. `confirmed_by_second`: two people have to say that it arrived; `reported_by` is the first of them.
    `lodged_by`: who lodged it, where another looks after it now. `correction_by`: who reported wrong receipt numbers that
    a second one has to confirm. `not_taken`: whom the authority sent away. `said`: what was written about all of them.
    `offices`: where it may be lodged; `offices_beside`: where persons would go by today's answers whom a handler sends
    elsewhere; `stops`: what keeps it from being lodged, and through which channels.
    """

    filing: FilingView
    packages: tuple[PackageView, ...]
    channels: tuple[Channel, ...]
    entitlement: EntitlementView
    preflight: tuple[Preflight, ...] = ()
    is_being_prepared: bool = False
    confirmed_by_second: bool = False
    reported_by: Named | None = None
    lodged_by: Named | None = None
    correction_by: Named | None = None
    not_taken: tuple[NotTaken, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    offices: tuple[Office, ...] = ()
    offices_beside: tuple[OfficeBeside, ...] = ()
    stops: tuple[StopAhead, ...] = ()
    said: tuple[Said, ...] = ()

    @property
    def everybody(self) -> tuple[str, ...]:
        """Whoever was lodged with it, as `Filing.everybody`."""
        return everybody_of(self.filing.persons, self.not_taken)


class BeingPrepared(Shown):
    """The lodging was taken on; its package is large and still being sealed. The same key asks what became of it."""

    filing_id: str
    state: Literal["being_prepared"] = "being_prepared"


class Begun(Body):
    """Through which channel, by hand or by the machine an authority offers."""

    channel: Literal["post", "counter", "online"]
    way: Annotated[Way, Field(strict=False)] = Way.BY_HAND


class OtherOffice(Body):
    """Another office of the same authority, and why."""

    office: PlainId
    reason: SomeWords


class Noted(Body):
    """What is worth knowing while nobody can say yet how the lodging ended: a tracking number, whom one spoke to."""

    words: SomeWords


class NoteKept(Shown):
    """The note's id."""

    id: str


class Ended(Body):
    """How the act ended. `unknown` opens a task to find out; `refused` and `not_sent` need words.

    Where it is `confirmed`, whom the authority sent away is named in `not_taken` and ready for another filing.
    """

    outcome: Literal["confirmed", "unknown", "refused", "not_sent"]
    receipts: list[ReceiptGiven] = Field(default=[], max_length=100)
    words: SomeWords | None = None
    not_taken: list[NotTakenGiven] = Field(default=[], max_length=100)


class CorrectNumbers(Body):
    """The numbers that were typed wrong, as they are on the paper, and how the mistake was found."""

    receipts: list[ReceiptGiven] = Field(min_length=1, max_length=100)
    reason: SomeWords


@router.get("")
async def show_filings(
    principal: Looking, at: AtDesk, asked: Annotated[FilingQuery, Query()]
) -> Listed[FilingView]:
    """Filings of all cases, what rests longest first."""
    named = asked.model_dump(exclude={"limit", "cursor", "organisation"})
    wanted = FilingFilter(organisation_id=asked.organisation, **named)
    after = position(at.settings, LIST, asked.cursor)
    async with at.database.as_desk() as connection:
        page = await filings_page(connection, wanted, limit=asked.rows(at.settings), after=after)
    return Listed(items=page.rows, next=following(at.settings, LIST, page.last))


@router.get("/{filing_id}")
async def show_filing(principal: Looking, at: AtDesk, filing_id: FilingInPath) -> FilingOnTheDesk:
    """One filing, its packages, the channels there are, what the reader has to show for lodging it, and what was written
    about its persons; the read is recorded."""
    key = await reading_key(at.keys, number_of(filing_id))
    async with at.database.as_desk() as connection:
        view = await one_filing(connection, filing_id)
        if view is None:
            raise Refused("no_such_filing")
        await record_read(connection, principal.id, view.number, "filing", at.now())
        ready, confirming = await at.packs.of(view), await confirming_of(connection, view)
        today, limited = japan_date(at.now()), at.settings.members_only
        own = await entitlement(connection, principal.id, view, on=today, ready=ready, members_only=limited)
        shown = FilingOnTheDesk(
            filing=view,
            packages=await packages_of(connection, filing_id),
            channels=ready.procedure.channels,
            entitlement=own,
            confirmed_by_second=ready.procedure.lodging.confirmed_by_second or confirming.second_asked,
            reported_by=confirming.reported_by,
            lodged_by=confirming.lodged_by,
            correction_by=confirming.correction_by,
            not_taken=confirming.not_taken,
            evidence=() if view.state is FilingState.PREPARED else await evidence_of(connection, filing_id),
            offices=offices_of(ready.tables, ready.procedure.office.table, today),
            stops=await _stops_ahead(connection, view, ready),
        )
        remarks = await remarks_of(connection, view.number, key)
        said = await said_beside_acts(connection, view.number, remarks, shown.everybody)
    told = {
        "said": said,
        **(await before_the_act(at, view, ready))._asdict(),
        "is_being_prepared": view.state is FilingState.PREPARED and await at.gateway.preparing(view.number),
    }
    return shown.model_copy(update=told)


async def _stops_ahead(
    connection: AsyncConnection, view: FilingView, ready: ProcedureMap
) -> tuple[StopAhead, ...]:
    """What will refuse the lodging while it is not begun, as `prepare_lodging` will ask it."""
    if view.state is not FilingState.PREPARED:
        return ()
    asked = {
        channel.id: StoppableLodging(
            procedure=view.procedure,
            authority=ready.procedure.authority,
            office=view.office,
            channel=channel.id,
        )
        for channel in ready.procedure.channels
    }
    running = await running_stops(connection)
    found = ((stop, tuple(each for each, what in asked.items() if stop.covers(what))) for stop in running)
    return tuple(StopAhead(stop=stop, channels=channels) for stop, channels in found if channels)


@router.get(
    "/{filing_id}/package", status_code=303, response_class=RedirectResponse, responses={303: {"content": {}}}
)
async def download_package(
    principal: Annotated[Principal, Depends(needs(Right.READ_DOCUMENTS))],
    at: AtDesk,
    filing_id: FilingInPath,
    sha256: Annotated[str | None, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Query()] = None,
) -> RedirectResponse:
    """A signed address of the sealed package (the newest unless its SHA-256 is named); the read is recorded."""
    async with at.database.as_desk() as connection:
        kept = await kept_package(connection, filing_id, sha256)
        if kept is None:
            raise Refused("not_found")
        await record_read(connection, principal.id, kept.number, "package", at.now())
    name = f"{filing_id}.zip"
    address = at.objects.sign_download(kept.vault_key, kept.vault_version, name, ZIP, inline=False)
    return RedirectResponse(address, status_code=303)


@router.post("/{filing_id}/begin", responses={202: {"model": BeingPrepared}})
async def begin(
    principal: Lodging,
    at: AtDesk,
    filing_id: FilingInPath,
    body: Begun,
    act: CurrentAct,
    *,
    response: Response,
) -> Answer | BeingPrepared:
    """Record the intent before the act; 202 while a large package is being sealed.

    Refused: what `schemas.authority` finds lacking, `channel_not_allowed`, `package_…`, …
    """
    case = await case_at(at, number_of(filing_id))
    command = BeginLodging(
        actor=principal.actor, act_id=act.id, filing_id=filing_id, channel=body.channel, way=body.way
    )
    answer = await at.gateway.begin(case.number, command)
    if answer is None:
        response.status_code = 202
        return BeingPrepared(filing_id=filing_id)
    return answer


@router.post("/{filing_id}/office")
async def route(
    principal: Lodging, at: AtDesk, filing_id: FilingInPath, body: OtherOffice, act: CurrentAct
) -> Answer:
    """Lodge with another office of the same authority, before the lodging is begun, for a written reason.

    Refused: `filing_not_open`, `office_not_possible`, `task_of_another`.
    """
    case = await case_at(at, number_of(filing_id))
    ready = await at.packs.of(case)
    today = japan_date(at.now())
    if office_named(ready.tables, ready.procedure.office.table, body.office, today) is None:
        raise Refused("office_not_possible", "office")
    [reason] = await _said(at, case, act, by=principal, filing_id=filing_id, words=body.reason)
    command = RouteFiling(
        actor=principal.actor,
        act_id=act.id,
        filing_id=filing_id,
        office=body.office,
        remark_id=reason.id,
    )
    return await ask_road(at, case.number, messages.ROUTE_FILING, command, [reason])


@router.post("/{filing_id}/end")
async def end(
    principal: Lodging, at: AtDesk, filing_id: FilingInPath, body: Ended, act: CurrentAct
) -> Answer:
    """Say how the act ended; where two have to, the second one confirms with the same numbers.

    Refused: `filing_not_open`, `receipt_missing`, `receipt_taken`, `receipt_form`, `receipts_differ`, `same_person`,
    `not_taken_form`, `nobody_taken`, …
    """
    case = await case_at(at, number_of(filing_id))
    away = [(each.words, each.person_id) for each in body.not_taken]
    remarks = await _said(at, case, act, by=principal, filing_id=filing_id, words=body.words, of_persons=away)
    ids = {each.person_id: each.id for each in remarks}
    command = EndLodging(
        actor=principal.actor,
        act_id=act.id,
        filing_id=filing_id,
        outcome=body.outcome,
        receipts=receipts_of(body.receipts),
        remark_id=ids.get(None),
        not_taken=not_taken_of(body.not_taken, ids),
    )
    return await ask_road(at, case.number, messages.END_LODGING, command, remarks)


@router.post("/{filing_id}/notes", status_code=201)
async def note(
    principal: Lodging, at: AtDesk, filing_id: FilingInPath, body: Noted, act: CurrentAct
) -> NoteKept:
    """Write a note, for staff, on a lodging that is under way; it ends nothing and moves no deadline.

    Refused: `filing_not_open`.
    """
    number = number_of(filing_id)
    case = await case_at(at, number)
    [words] = await _said(at, case, act, by=principal, filing_id=filing_id, words=body.words)
    key = await key_of(at.keys, number)
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            view = await one_filing(connection, filing_id)
            if view is None or view.state not in UNDER_WAY:
                raise Refused("filing_not_open", "filing_id")
            await write_remarks(connection, key, [words], at.now())
            return Answered(201, {"id": words.id}, number)

        answered = await once(connection, act, at.now(), perform)
    return NoteKept.model_validate(answered.body)


@router.post("/{filing_id}/receipts")
async def correct_receipts(
    principal: Lodging, at: AtDesk, filing_id: FilingInPath, body: CorrectNumbers, act: CurrentAct
) -> Answer:
    """Put receipt numbers right that were typed wrong; where two have to, the second one gives the same numbers.

    Refused: `filing_not_open`, `unknown_person`, `receipt_unchanged`, `receipt_taken`, `receipt_form`, `same_person`.
    """
    case = await case_at(at, number_of(filing_id))
    [reason] = await _said(at, case, act, by=principal, filing_id=filing_id, words=body.reason)
    command = CorrectReceipts(
        actor=principal.actor,
        act_id=act.id,
        filing_id=filing_id,
        receipts=receipts_of(body.receipts),
        remark_id=reason.id,
    )
    return await ask_road(at, case.number, messages.CORRECT_RECEIPTS, command, [reason])


async def _said(
    at: Desk,
    case: HandedInCase,
    act: Act,
    *,
    by: Principal,
    filing_id: str,
    words: str | None,
    of_persons: Sequence[tuple[str | None, str]] = (),
) -> list[NewRemark]:
    """Words about a filing and about some of its persons, ready to be written: they belong to the task of lodging it."""
    texts = enumerate([(words, None), *of_persons])
    told = [(place, text, {"person_id": person}) for place, (text, person) in texts if text is not None]
    if not told:
        return []
    async with at.database.as_desk() as connection:
        task_id = await lodging_task_of(connection, filing_id)
    return [
        saying(case, by, act, RemarkKind.REASON, text, for_client=False, place=place, task_id=task_id, **of)
        for place, text, of in told
    ]
