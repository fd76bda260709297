"""The forms: every field under the headings of the map, for the application itself or for one person."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from api import applications
from api.applications import MayEdit
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.own_case import form_path, own_case
from api.pages.trouble import Trouble, attempted
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.paths import NumberInPath, PersonInPath
from api.reading import WHOLE, Entry
from infra.dossiers import values_in
from schemas.carrying import Accepted, must_be_fresh
from schemas.catalogue import FieldRow
from schemas.refusals import Refused

WHOLE_NUMBERS = frozenset({"integer", "money_yen"})
YES, NO = "yes", "no"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/applications/{number}/edit")
async def show_form(request: Request, at: AtDesk, principal: MayEdit, number: NumberInPath) -> Response:
    """The form of the application itself."""
    return await form_page(Visit(request, at, principal), number, WHOLE)


@router.get("/applications/{number}/persons/{person_id}/edit")
async def show_person_form(
    request: Request, at: AtDesk, principal: MayEdit, number: NumberInPath, *, person_id: PersonInPath
) -> Response:
    """The form of one person."""
    return await form_page(Visit(request, at, principal), number, person_id)


async def form_page(
    visit: Visit, number: str, scope: str, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    """The form of one scope, with what was saved or (after a refusal) with what was just filled in."""
    own = await own_case(visit, number)
    person = next((line for line in own.shown.persons if line.person_id == scope), None)
    if person is None and scope != WHOLE:
        raise Refused("not_found")
    subject = own.asking.dossier.person(scope) if person else None
    rows = [field for _, fields in own.terms.sections(of_persons=person is not None) for field in fields]
    return visit.show(
        "form.html",
        trouble=trouble,
        filled=form,
        own=own,
        scope=scope,
        person=person,
        is_open=person.editable if person else own.shown.editable,
        values=values_in(own.everything.of(scope)),
        carried=carried_in(own.everything.of(scope)),
        fresh={field.id for field in rows if own.is_carried_over and must_be_fresh(field)},
        needs={field.id: own.asking.is_required(field, subject).outcome for field in rows},
        action=form_path(number, scope),
        version=form.text("version") or own.shown.version,
    )


def carried_in(entries: Mapping[str, Entry]) -> dict[str, Accepted]:
    """Where the values that were carried over come from, by field."""
    return {
        field: Accepted.model_validate(entry["from"]) for field, entry in entries.items() if "from" in entry
    }


@router.post("/applications/{number}/edit")
async def save(
    request: Request, at: AtDesk, principal: MayEdit, number: NumberInPath, form: FilledIn
) -> Response:
    """Save the form of the application itself."""
    return await _saved(Visit(request, at, principal), number, WHOLE, form)


@router.post("/applications/{number}/persons/{person_id}/edit")
async def save_person(
    request: Request,
    at: AtDesk,
    principal: MayEdit,
    number: NumberInPath,
    *,
    person_id: PersonInPath,
    form: FilledIn,
) -> Response:
    """Save the form of one person."""
    return await _saved(Visit(request, at, principal), number, person_id, form)


async def _saved(visit: Visit, number: str, scope: str, form: Filled) -> Response:
    own = await own_case(visit, number)
    fields = own.terms.sections(of_persons=scope != WHOLE)
    given = {row.id: typed(row, form) for _, rows in fields for row in rows if f"v.{row.id}" in form.values}
    values = applications.Values.model_construct(
        application=given if scope == WHOLE else {}, persons={} if scope == WHOLE else {scope: given}
    )
    trouble = await attempted(
        applications.change(
            visit.principal, visit.at, number, form.number("version"), values=values, response=Response()
        )
    )
    if trouble:
        return await form_page(visit, number, scope, trouble=trouble, form=form)
    then = f"/applications/{number}" if form.text("then") == "overview" else form_path(number, scope)
    return gone_to(then, "saved")


def typed(row: FieldRow, form: Filled) -> str | int | bool | None:
    """What was filled in, as the field's type; what doesn't fit stays a text and is refused when saved."""
    text = form.text(f"v.{row.id}")
    if text is None:
        return None
    if row.type == "boolean" and text in (YES, NO):
        return text == YES
    digits = text.replace(",", "").replace("，", "")
    if row.type in WHOLE_NUMBERS and digits.isdecimal() and len(digits) <= 12:
        return int(digits)
    return text
