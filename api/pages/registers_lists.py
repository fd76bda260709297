"""Registers of members, lists of pledged organisations, a handler who leaves, and the fees of a period."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import fees, registers_leaving, registers_members, registers_pledges
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.registers import LISTED, Cursor, named_shelf, shelf
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.paging import Paged
from api.registers import EntryInPath, Keeping, Looking
from api.registers_leaving import LeavingReport
from infra.tariffs import load_tariff
from schemas.calendar import japan_date
from schemas.refusals import REFUSALS

DAY_LENGTH = 10

router = APIRouter(route_class=PageRoute, include_in_schema=False)
AnyDay = Annotated[str | None, Query(max_length=DAY_LENGTH)]


@router.get("/registers/members")
async def show_members(request: Request, at: AtDesk, principal: Looking, cursor: Cursor = None) -> Response:
    """Every client organisation with its membership and fee class."""
    visit = Visit(request, at, principal)
    page = await registers_members.show_members(principal, at, Paged(limit=LISTED, cursor=cursor))
    return visit.show("register_members.html", page=page, **shelf(visit))


@router.get("/registers/members/{organisation_id}")
async def show_member(
    request: Request, at: AtDesk, principal: Looking, organisation_id: EntryInPath
) -> Response:
    """One organisation with its history."""
    return await _member_page(Visit(request, at, principal), organisation_id)


async def _member_page(
    visit: Visit, organisation_id: str, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    shown = await registers_members.show_member(visit.principal, visit.at, organisation_id)
    classes = sorted({*load_tariff(visit.at.settings.tariff_file).fee_classes, shown.member.fee_class})
    return visit.show(
        "register_member.html",
        trouble=trouble,
        filled=form,
        shown=shown,
        row=shown.member,
        classes=classes,
        **await named_shelf(visit),
    )


@router.post("/registers/members/{organisation_id}")
async def keep_membership(
    request: Request, at: AtDesk, principal: Keeping, organisation_id: EntryInPath, form: FilledIn
) -> Response:
    """Enter or change a membership."""

    async def act() -> None:
        body = made(
            registers_members.MembershipKept,
            is_member=form.text("is_member") == "yes",
            since=form.text("since"),
            parent_id=form.text("parent_id"),
            fee_class=form.text("fee_class") or "",
        )
        await registers_members.keep_membership(principal, at, organisation_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await _member_page(Visit(request, at, principal), organisation_id, trouble=trouble, form=form)
    return gone_to(f"/registers/members/{organisation_id}", "register_kept")


@router.get("/registers/handlers/{account_id}/pledges")
async def show_pledges(request: Request, at: AtDesk, principal: Looking, account_id: EntryInPath) -> Response:
    """The list of pledged organisations, and the difference to the last one filed."""
    return await _pledges_page(Visit(request, at, principal), account_id)


async def _pledges_page(
    visit: Visit, account_id: str, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    shown = await registers_pledges.show_pledges(visit.principal, visit.at, account_id)
    return visit.show("register_pledges.html", trouble=trouble, filled=form, shown=shown, **shelf(visit))


@router.get("/registers/handlers/{account_id}/pledges.csv")
async def export_pledges(at: AtDesk, principal: Looking, account_id: EntryInPath) -> Response:
    """The list as a CSV file."""
    return await registers_pledges.export_pledges(principal, at, account_id)


@router.post("/registers/handlers/{account_id}/pledges/filed")
async def record_filed(
    request: Request, at: AtDesk, principal: Keeping, account_id: EntryInPath, form: FilledIn
) -> Response:
    """Record that the list on the page was filed."""

    async def act() -> None:
        organisations = form.several("organisation")
        filed_on = form.text("filed_on") or ""
        body = made(registers_pledges.ListFiled, filed_on=filed_on, organisations=organisations)
        await registers_pledges.record_filed(principal, at, account_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await _pledges_page(Visit(request, at, principal), account_id, trouble=trouble, form=form)
    return gone_to(f"/registers/handlers/{account_id}/pledges", "list_filed")


@router.get("/registers/handlers/{account_id}/leaving")
async def show_leaving(request: Request, at: AtDesk, principal: Keeping, account_id: EntryInPath) -> Response:
    """What a leaving handler has open, and who could take it."""
    return await _leaving_page(Visit(request, at, principal), account_id)


async def _leaving_page(
    visit: Visit,
    account_id: str,
    *,
    trouble: Trouble | None = None,
    form: Filled = NOT_FILLED,
    report: LeavingReport | None = None,
) -> Response:
    shown = await registers_leaving.show_leaving(visit.principal, visit.at, account_id)
    return visit.show(
        "register_leaving.html",
        trouble=trouble,
        filled=form,
        shown=shown,
        report=report,
        today=japan_date(visit.at.now()),
        refusals=REFUSALS,
        **shelf(visit),
    )


@router.post("/registers/handlers/{account_id}/leaving")
async def leave(
    request: Request, at: AtDesk, principal: Keeping, account_id: EntryInPath, form: FilledIn
) -> Response:
    """Pass on what was chosen; the report says what moved and whether the account was closed."""
    reports: list[LeavingReport] = []

    async def act() -> None:
        chosen = form.by_prefix("to")
        moves = [made(registers_leaving.Move, item_id=item_id, to=to) for item_id, to in chosen.items()]
        body = made(
            registers_leaving.Leaving,
            moves=moves,
            left_on=form.text("left_on") or "",
            certificate_returned_on=form.text("certificate_returned_on"),
        )
        report = await registers_leaving.leave(principal, at, account_id, body, form.act(principal))
        reports.append(report)

    trouble = await attempted(act())
    report = reports[0] if reports else None
    return await _leaving_page(
        Visit(request, at, principal), account_id, trouble=trouble, form=form, report=report
    )


@router.get("/registers/fees")
async def show_fees(
    request: Request, at: AtDesk, principal: Keeping, from_on: AnyDay = None, to_on: AnyDay = None
) -> Response:
    """The fees of a period, this month's when none is chosen."""
    visit = Visit(request, at, principal)
    today = japan_date(at.now())
    days = {"from_on": from_on or today.replace(day=1).isoformat(), "to_on": to_on or today.isoformat()}
    period = made(fees.Period, **days)
    shown = await fees.show_period(principal, at, period)
    quoted = await fees.show_quotes(principal, at, period)
    return visit.show(
        "register_fees.html", lines=shown.items, quotes=quoted.items, period=period, **shelf(visit)
    )


@router.get("/registers/fees.csv")
async def export_fees(
    at: AtDesk, principal: Keeping, from_on: AnyDay = None, to_on: AnyDay = None
) -> Response:
    """The same as a CSV file."""
    return await fees.export_period(principal, at, _period(from_on, to_on))


@router.get("/registers/quotes.csv")
async def export_quotes(
    at: AtDesk, principal: Keeping, from_on: AnyDay = None, to_on: AnyDay = None
) -> Response:
    """The quotes of a period as a CSV file."""
    return await fees.export_quotes(principal, at, _period(from_on, to_on))


def _period(from_on: str | None, to_on: str | None) -> fees.Period:
    return made(fees.Period, from_on=from_on or "", to_on=to_on or "")
