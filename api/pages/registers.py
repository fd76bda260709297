"""Registers of handlers and mandates: lists, forms, histories, what lapses next, and a client's own mandates."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import registers, registers_mandates
from api.access import Principal, needs
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.register_values import Names
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.pages.words import Wording
from api.paging import Paged
from api.queries_registers import client_names
from api.registers import EntryInPath, Keeping, Looking
from schemas.authority import IMMIGRATION
from schemas.calendar import japan_date
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.tables import of_the_day

LISTED = 100
SOON_DAYS = 30
CERTIFICATE = (
    "certificate_number", "bureau", "valid_from", "valid_until", "return_by", "returned_on", "online_id_body",
    "online_id_since", "online_id_valid_until", "online_report_by",
)  # fmt: skip
TERMS = ("valid_from", "valid_until", "requested_on", "request_valid_until", "request_document")

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Cursor = Annotated[str | None, Query(max_length=1_000)]


def shelf(visit: Visit) -> dict[str, Any]:
    """What every page of the registers needs besides its own."""
    return {
        "may_keep": Right.KEEP_REGISTERS in visit.principal.rights,
        "bureaus": _bureaus(visit),
        "procedures": {row.id: row.name for row in visit.at.catalogue.procedures()},
        "soon_days": SOON_DAYS,
    }


async def named_shelf(visit: Visit) -> dict[str, Any]:
    """The same for a page that names clients or tells a history."""
    async with visit.at.database.as_desk() as connection:
        clients = await client_names(connection)
    base = shelf(visit)
    bureaus = {row.id: row for row in base["bureaus"]}
    names = Names(Wording(visit.locale), base["procedures"], bureaus, clients)
    return {**base, "clients": clients, "entry": names}


def _bureaus(visit: Visit) -> list[Any]:
    offices = of_the_day(visit.at.catalogue.tables.offices, japan_date(visit.at.now()))
    return [row for row in offices.values() if row.authority == IMMIGRATION]


@router.get("/registers")
async def show_handlers(request: Request, at: AtDesk, principal: Looking) -> Response:
    """Everybody who lodges."""
    visit = Visit(request, at, principal)
    shown = await registers.show_handlers(principal, at)
    return visit.show("registers.html", handlers=shown.items, **shelf(visit))


@router.get("/registers/handlers/{account_id}")
async def show_handler(request: Request, at: AtDesk, principal: Looking, account_id: EntryInPath) -> Response:
    """One handler: certificate, mandates, history."""
    return await _handler_page(Visit(request, at, principal), account_id)


async def _handler_page(
    visit: Visit, account_id: str, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    shown = await registers.show_handler(visit.principal, visit.at, account_id)
    asked = registers_mandates.MandateQuery(handler=account_id, limit=LISTED)
    mandates = await registers_mandates.show_mandates(visit.principal, visit.at, asked)
    return visit.show(
        "register_handler.html",
        trouble=trouble,
        filled=form,
        shown=shown,
        one=shown.handler,
        mandates=mandates,
        **await named_shelf(visit),
    )


@router.post("/registers/handlers/{account_id}")
async def keep_certificate(
    request: Request, at: AtDesk, principal: Keeping, account_id: EntryInPath, form: FilledIn
) -> Response:
    """Enter or change a certificate."""

    async def act() -> None:
        given = {name: form.text(name) for name in CERTIFICATE}
        body = made(registers.CertificateKept, **_filled(given, "certificate_number", "valid_until"))
        await registers.keep_certificate(principal, at, account_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await _handler_page(Visit(request, at, principal), account_id, trouble=trouble, form=form)
    return gone_to(f"/registers/handlers/{account_id}", "register_kept")


@router.post("/registers/handlers/{account_id}/mandates")
async def add_mandate(
    request: Request, at: AtDesk, principal: Keeping, account_id: EntryInPath, form: FilledIn
) -> Response:
    """Enter a mandate of a client for this handler."""

    async def act() -> None:
        organisation_id = form.text("organisation_id") or ""
        body = made(
            registers_mandates.NewMandate,
            account_id=account_id,
            organisation_id=organisation_id,
            **_terms(form),
        )
        await registers_mandates.add_mandate(principal, at, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await _handler_page(Visit(request, at, principal), account_id, trouble=trouble, form=form)
    return gone_to(f"/registers/handlers/{account_id}", "register_kept", "#mandates")


@router.get("/registers/mandates/{mandate_id}")
async def show_mandate(request: Request, at: AtDesk, principal: Looking, mandate_id: EntryInPath) -> Response:
    """One mandate with its history."""
    return await _mandate_page(Visit(request, at, principal), mandate_id)


async def _mandate_page(
    visit: Visit, mandate_id: str, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    shown = await registers_mandates.show_mandate(visit.principal, visit.at, mandate_id)
    return visit.show(
        "register_mandate.html",
        trouble=trouble,
        filled=form,
        shown=shown,
        row=shown.mandate,
        **await named_shelf(visit),
    )


@router.post("/registers/mandates/{mandate_id}")
async def change_mandate(
    request: Request, at: AtDesk, principal: Keeping, mandate_id: EntryInPath, form: FilledIn
) -> Response:
    """Change the terms of a mandate, or end it."""

    async def act() -> None:
        body = made(registers_mandates.MandateTerms, **_terms(form))
        await registers_mandates.change_mandate(principal, at, mandate_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await _mandate_page(Visit(request, at, principal), mandate_id, trouble=trouble, form=form)
    return gone_to(f"/registers/mandates/{mandate_id}", "register_kept")


@router.get("/registers/lapses")
async def show_lapses(request: Request, at: AtDesk, principal: Looking) -> Response:
    """What lapses next."""
    visit = Visit(request, at, principal)
    shown = await registers.show_lapses(principal, at)
    return visit.show("register_lapses.html", lapses=shown.items, **shelf(visit))


@router.get("/mandates")
async def show_own_mandates(
    request: Request,
    at: AtDesk,
    principal: Annotated[Principal, Depends(needs(Right.READ_OWN))],
    cursor: Cursor = None,
) -> Response:
    """The mandates a client's own organisation has given."""
    visit = Visit(request, at, principal)
    page = await registers_mandates.show_own_mandates(principal, at, Paged(limit=LISTED, cursor=cursor))
    return visit.show("own_mandates.html", page=page, **shelf(visit))


def _terms(form: Filled) -> dict[str, Any]:
    given = _filled({name: form.text(name) for name in TERMS}, "valid_from", "requested_on")
    return {"procedures": form.several("procedures"), **given}


def _filled(given: dict[str, str | None], *needed: str) -> dict[str, str | None]:
    """The fields of a form, those that are needed as empty text: what is missing is refused by name."""
    return given | {name: given[name] or "" for name in needed}


def day_in(form: Filled, name: str) -> date:
    """A day of a form. Raises Refused `malformed_request`."""
    try:
        return date.fromisoformat(form.text(name) or "")
    except ValueError:
        raise Refused("malformed_request", name) from None
