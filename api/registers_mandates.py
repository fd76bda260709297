"""The register of mandates (取次の依頼の登録): which client entrusted what to which handler, on which written request."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs, scope
from api.acts import PlainId
from api.bodies import Body, IsoDate, Shown
from api.desk import AtDesk, Desk
from api.idempotency import Answered, CurrentAct, once
from api.paging import Listed, Name, Paged, following, position
from api.queries import names_of
from api.queries_registers import ChangeView, MandateView, changes, mandates_page, one_mandate
from api.registers import EntryInPath, EntryKept, Keeping, Looking, ShortText, insist_on_order, keeper_of
from api.registers_rows import Register, keep
from infra.database.tables import account, document_version, organisation
from schemas.authority import EVERY_PROCEDURE
from schemas.parties import Right, Role
from schemas.refusals import Refused

LIST = "mandates"

router = APIRouter(prefix="/v1", tags=["registers"])


class MandateOnRegister(Shown):
    """One mandate with its history."""

    mandate: MandateView
    changes: tuple[ChangeView, ...]


class MandateTerms(Body):
    """What was entrusted: procedure ids (`*` for all), the period, and the written request it rests on."""

    procedures: list[ShortText] = Field(min_length=1, max_length=50)
    valid_from: IsoDate
    valid_until: IsoDate | None = None
    requested_on: IsoDate
    request_valid_until: IsoDate | None = None
    request_document: PlainId | None = None


class NewMandate(MandateTerms):
    """A mandate between a client organisation and a handler."""

    organisation_id: PlainId
    account_id: PlainId


class MandateQuery(Paged):
    """Which mandates; all that is given must hold."""

    handler: Name = None
    organisation: Name = None


@router.get("/registers/mandates")
async def show_mandates(
    principal: Looking, at: AtDesk, asked: Annotated[MandateQuery, Query()]
) -> Listed[MandateView]:
    """Mandates by client organisation."""
    after = position(at.settings, LIST, asked.cursor)
    async with at.database.as_desk() as connection:
        page = await mandates_page(
            connection,
            limit=asked.rows(at.settings),
            after=after,
            handler=asked.handler,
            organisation_id=asked.organisation,
        )
    return Listed(items=page.rows, next=following(at.settings, LIST, page.last))


@router.post("/registers/mandates", status_code=201)
async def add_mandate(principal: Keeping, at: AtDesk, body: NewMandate, act: CurrentAct) -> EntryKept:
    """Enter a mandate. Refused: `no_such_entry`, `unknown_procedure`, `period_not_possible`."""
    mandate_id = f"m-{act.name}"
    insist_on_terms(at, body)
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            await _insist_on_parties(connection, body)
            values = {"id": mandate_id, **body.model_dump()}
            changed = await keep(connection, Register.MANDATE, values, keeper_of(principal, at))
            return Answered(201, {"id": mandate_id, "changed": changed})

        answered = await once(connection, act, at.now(), perform)
    return EntryKept.model_validate(answered.body)


@router.get("/registers/mandates/{mandate_id}")
async def show_mandate(principal: Looking, at: AtDesk, mandate_id: EntryInPath) -> MandateOnRegister:
    """One mandate with its history. Refused: `no_such_entry`."""
    async with at.database.as_desk() as connection:
        found = await one_mandate(connection, mandate_id)
        if found is None:
            raise Refused("no_such_entry")
        return MandateOnRegister(
            mandate=found, changes=await changes(connection, Register.MANDATE, mandate_id)
        )


@router.post("/registers/mandates/{mandate_id}")
async def change_mandate(
    principal: Keeping, at: AtDesk, mandate_id: EntryInPath, body: MandateTerms, act: CurrentAct
) -> EntryKept:
    """Change the terms of a mandate, or end it. Refused: `no_such_entry`, `unknown_procedure`, `period_not_possible`."""
    insist_on_terms(at, body)
    async with at.database.as_desk() as connection:
        found = await one_mandate(connection, mandate_id)
        if found is None:
            raise Refused("no_such_entry")
        parties = {"account_id": found.mandate.account_id, "organisation_id": found.mandate.organisation_id}

        async def perform() -> Answered:
            await _insist_on_document(connection, parties["organisation_id"], body.request_document)
            values = {"id": mandate_id, **parties, **body.model_dump()}
            changed = await keep(connection, Register.MANDATE, values, keeper_of(principal, at))
            return Answered(200, {"id": mandate_id, "changed": changed})

        answered = await once(connection, act, at.now(), perform)
    return EntryKept.model_validate(answered.body)


@router.get("/mandates")
async def show_own_mandates(
    principal: Annotated[Principal, Depends(needs(Right.READ_OWN))],
    at: AtDesk,
    asked: Annotated[Paged, Query()],
) -> Listed[MandateView]:
    """The mandates one's own organisation has given."""
    after = position(at.settings, LIST, asked.cursor)
    own = principal.client_organisation
    async with scope(at, principal) as connection:
        page = await mandates_page(
            connection, limit=asked.rows(at.settings), after=after, organisation_id=own
        )
    # Names of the desk's people are behind the client's wall; whom one has entrusted, one may know.
    async with at.database.as_desk() as connection:
        names = await names_of(connection, (row.handler.id for row in page.rows))
    rows = tuple(_with_name(row, names.get(row.handler.id, row.handler.name)) for row in page.rows)
    return Listed(items=rows, next=following(at.settings, LIST, page.last))


def _with_name(row: MandateView, name: str) -> MandateView:
    return row.model_copy(update={"handler": row.handler.model_copy(update={"name": name})})


def insist_on_terms(at: Desk, terms: MandateTerms) -> None:
    """Raises Refused `unknown_procedure` or `period_not_possible`. A request may not be later than what rests on it."""
    known = {row.id for row in at.catalogue.procedures()} | {EVERY_PROCEDURE}
    if not known.issuperset(terms.procedures):
        raise Refused("unknown_procedure", "procedures")
    insist_on_order("valid_until", terms.valid_from, terms.valid_until)
    insist_on_order("requested_on", terms.requested_on, terms.valid_from)
    insist_on_order("request_valid_until", terms.requested_on, terms.request_valid_until)


async def _insist_on_parties(connection: AsyncConnection, body: NewMandate) -> None:
    person = select(account.c.id).where(
        account.c.id == body.account_id,
        account.c.organisation_id.is_(None),
        account.c.active,
        account.c.roles.contains([Role.HANDLER.value]),
    )
    if (await connection.execute(person)).first() is None:
        raise Refused("no_such_entry", "account_id")
    client = select(organisation.c.id).where(organisation.c.id == body.organisation_id, organisation.c.active)
    if (await connection.execute(client)).first() is None:
        raise Refused("no_such_entry", "organisation_id")
    await _insist_on_document(connection, body.organisation_id, body.request_document)


async def _insist_on_document(
    connection: AsyncConnection, organisation_id: str, document_id: str | None
) -> None:
    if document_id is None:
        return
    asked = select(document_version.c.id).where(
        document_version.c.id == document_id,
        document_version.c.organisation_id == organisation_id,
        document_version.c.state != "withdrawn",
    )
    if (await connection.execute(asked)).first() is None:
        raise Refused("no_such_entry", "request_document")
