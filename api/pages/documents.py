"""The document list of an application: what is needed and why, what is there, uploading, leaving out, opening."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import documents, omissions
from api.applications import MayEdit
from api.desk import AtDesk
from api.documents import MayReadDocuments, MayReadOwn
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.own_case import own_case
from api.pages.page_images import page_image
from api.pages.sending import send_on, sent_file
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.paths import DocumentInPath, NumberInPath, OmissionInPath
from infra.file_names import EXTENSIONS
from schemas.examination import REFUSED_FILES, RefusalCode
from schemas.refusals import Refused

PersonAsked = Annotated[str | None, Query(max_length=120)]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/applications/{number}/documents")
async def show_list(
    request: Request, at: AtDesk, principal: MayReadOwn, number: NumberInPath, person: PersonAsked = None
) -> Response:
    """The list of the application itself, or of one person."""
    return await list_page(Visit(request, at, principal), number, person)


async def list_page(
    visit: Visit,
    number: str,
    person_id: str | None,
    *,
    trouble: Trouble | None = None,
    form: Filled = NOT_FILLED,
    at_fault: str | None = None,
) -> Response:
    """The document list of one scope; `at_fault` is the kind whose form was refused."""
    own = await own_case(visit, number)
    if person_id is not None and person_id not in own.people:
        raise Refused("not_found")
    listed = await documents.list_documents(visit.principal, visit.at, number)
    line = next((each for each in own.shown.persons if each.person_id == person_id), None)
    lines = [each for each in listed.lines if each.person_id == person_id]
    return visit.show(
        "documents.html",
        trouble=trouble,
        filled=form,
        own=own,
        person_id=person_id,
        lines=lines,
        weights=[each for each in listed.weights if each.person_id == person_id],
        is_open=line.editable if line else own.shown.editable,
        at_fault=at_fault,
        endings=EXTENSIONS,
        refusals={code.value: telling for code, telling in REFUSED_FILES.items()},
        damaged=RefusalCode.DAMAGED.value,
        size_bytes_at_most=visit.at.settings.limits.file_size_bytes,
    )


@router.post("/applications/{number}/documents")
async def upload(request: Request, at: AtDesk, principal: MayEdit, number: NumberInPath) -> Response:
    """Take a file from a plain form."""
    async with sent_file(request) as sent:
        trouble = await attempted(send_on(at, principal, number, sent))
    if trouble:
        visit = Visit(request, at, principal)
        return await list_page(visit, number, sent.person_id, trouble=trouble, at_fault=sent.kind)
    return gone_to(list_path(number, sent.person_id), "uploaded", f"#k-{sent.kind}")


def list_path(number: str, person_id: str | None) -> str:
    """The document list of one scope."""
    return f"/applications/{number}/documents" + (f"?person={person_id}" if person_id else "")


@router.post("/documents/{document_id}/take-back")
async def take_back(
    request: Request, at: AtDesk, principal: MayEdit, document_id: DocumentInPath, form: FilledIn
) -> Response:
    """Take back a file that no round has sealed."""
    there = await documents.read(principal, at, document_id)
    trouble = await attempted(documents.take_back(principal, at, document_id))
    if trouble:
        visit = Visit(request, at, principal)
        return await list_page(visit, there.number, there.person_id, trouble=trouble, form=form)
    return gone_to(list_path(there.number, there.person_id), "taken_back", f"#k-{there.kind}")


@router.post("/applications/{number}/omissions")
async def leave_out(
    request: Request, at: AtDesk, principal: MayEdit, number: NumberInPath, form: FilledIn
) -> Response:
    """Declare that the authority has a document already."""
    person_id, kind = form.text("person_id"), form.text("kind") or ""

    async def act() -> None:
        wanted = made(
            omissions.NewOmission,
            kind=kind,
            person_id=person_id,
            reference=form.text("reference") or "",
            submitted_on=form.text("submitted_on") or "",
        )
        await omissions.omit(principal, at, number, form.act(principal), wanted)

    trouble = await attempted(act())
    if trouble:
        visit = Visit(request, at, principal)
        return await list_page(visit, number, person_id, trouble=trouble, form=form, at_fault=kind)
    return gone_to(list_path(number, person_id), "left_out", f"#k-{kind}")


@router.post("/applications/{number}/omissions/{omission_id}/take-back")
async def put_back(
    request: Request,
    at: AtDesk,
    principal: MayEdit,
    number: NumberInPath,
    *,
    omission_id: OmissionInPath,
    form: FilledIn,
) -> Response:
    """Take an omission back; the document is needed again."""
    person_id = form.text("person_id")
    trouble = await attempted(omissions.take_back_omission(principal, at, number, omission_id))
    if trouble:
        visit = Visit(request, at, principal)
        return await list_page(visit, number, person_id, trouble=trouble, form=form)
    return gone_to(list_path(number, person_id), "taken_back")


@router.get("/documents/{document_id}/file")
async def open_file(
    principal: MayReadDocuments, at: AtDesk, document_id: DocumentInPath, *, inline: bool = False
) -> Response:
    """Send the browser to the released file, by a signed address."""
    return await documents.download(principal, at, document_id, inline=inline)


@router.get("/documents/{document_id}/pages/{page}")
async def show_page(
    principal: MayReadDocuments, at: AtDesk, document_id: DocumentInPath, page: int
) -> Response:
    """One page as a picture drawn anew; nothing of the original reaches the browser."""
    there = await documents.read(principal, at, document_id)
    released = await documents.download(principal, at, document_id, inline=True)
    picture = await page_image(str(released.headers["location"]), there.media_type, page)
    return Response(picture, media_type="image/webp")
