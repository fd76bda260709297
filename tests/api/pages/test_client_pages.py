"""A client's way through the pages without JavaScript: draft, answers, files, hand-in, correction, withdrawal."""

import re
from datetime import date

from infra.dev.demo.contents import EXTENSION, application_answers, person_answers
from infra.dev.demo.files import sample_pdf, sample_photo
from tests.api.pages.browsing import CLIENT, OTHER, REVIEWER, PageDay, Shown

HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


def typed(answers: dict[str, str | int | bool]) -> dict[str, str]:
    chosen = {True: "yes", False: "no"}
    return {
        f"v.{name}": chosen[value] if isinstance(value, bool) else str(value)
        for name, value in answers.items()
    }


async def begun(day: PageDay, persons: int = 1) -> str:
    empty = await day.page(CLIENT, "/applications")
    sent = await day.send(
        CLIENT, "/applications", {"procedure": EXTENSION, "persons": str(persons)}, seen=empty
    )
    assert sent.status == 303, sent.text
    return sent.goes_to.removeprefix("/applications/").partition("?")[0]


async def save(day: PageDay, path: str, fields: dict[str, str]) -> Shown:
    form = await day.page(CLIENT, path)
    return await day.send(CLIENT, path, {"version": form.hidden(path, "version"), **fields}, seen=form)


def person_in(page: Shown) -> str:
    found = re.search(r"/persons/(p-[0-9a-f]+)/edit", page.text)
    assert found
    return found[1]


async def send_document(day: PageDay, number: str, kind: str, person: str | None) -> Shown:
    path = f"/applications/{number}/documents"
    fields = {"key": f"{number}-{kind}-{person}", "kind": kind, "person_id": person or ""}
    file = (f"{kind}.pdf", sample_pdf(kind), "application/pdf")
    if kind == "photo":
        file = ("photo.jpg", sample_photo(1), "image/jpeg")
    return await day.send_file(CLIENT, path, fields, file)


def missing_in(page: Shown) -> list[str]:
    lines = re.findall(r'<li class="paper" id="k-(\w+)">(.*?)</div>', page.text, re.DOTALL)
    return [kind for kind, head in lines if "chip todo" in head]


async def complete(day: PageDay, number: str, today: date) -> str:
    person = person_in(await day.page(CLIENT, f"/applications/{number}"))
    whole = await save(day, f"/applications/{number}/edit", typed(application_answers(EXTENSION, today)))
    own = await save(
        day, f"/applications/{number}/persons/{person}/edit", typed(person_answers(EXTENSION, today, 1))
    )
    assert (whole.status, own.status) == (303, 303), whole.text + own.text
    for whose in (None, person):
        query = f"?person={whose}" if whose else ""
        for kind in missing_in(await day.page(CLIENT, f"/applications/{number}/documents{query}")):
            sent = await send_document(day, number, kind, whose)
            assert (sent.status, "done=uploaded" in sent.goes_to) == (303, True), sent.text
    return person


async def test_a_client_fills_in_uploads_and_hands_in_without_a_script(day: PageDay) -> None:
    number = await begun(day)
    await complete(day, number, day.today())
    draft = await day.page(CLIENT, f"/applications/{number}")

    handed_in = await day.send(
        CLIENT,
        f"/applications/{number}/hand-in",
        {"version": draft.hidden(f"/applications/{number}/hand-in", "version")},
        seen=draft,
    )
    page = await day.page(CLIENT, handed_in.goes_to)

    assert (handed_in.status, handed_in.goes_to) == (303, f"/applications/{number}?done=handed_in")
    assert "受け付けました" in page.text
    assert re.search(r'<code class="digest">[0-9a-f]{64}</code>', page.text)
    assert (await day.task_of(number, "review"))["state"] == "open"


async def test_the_same_form_sent_twice_hands_in_once(day: PageDay) -> None:
    number = await begun(day)
    await complete(day, number, day.today())
    path = f"/applications/{number}/hand-in"
    draft = await day.page(CLIENT, f"/applications/{number}")
    fields = {"version": draft.hidden(path, "version")}

    first = await day.send(CLIENT, path, fields, seen=draft)
    again = await day.send(CLIENT, path, fields, seen=draft)
    rounds = (await day.get(CLIENT, f"/v1/applications/{number}"))["rounds"]

    assert (first.status, again.status) == (303, 303)
    assert rounds == 1


async def test_every_gap_is_listed_with_the_person_and_a_link_to_its_place(day: PageDay) -> None:
    number = await begun(day, persons=2)
    person = person_in(await day.page(CLIENT, f"/applications/{number}"))
    path = f"/applications/{number}/hand-in"

    refused = await day.send(
        CLIENT, path, {"version": "1"}, seen=await day.page(CLIENT, f"/applications/{number}")
    )

    assert refused.status == 422
    assert "必要な項目又は書類が不足しています" in refused.trouble()
    assert "申請人2" in refused.trouble()
    assert f'href="/applications/{number}/persons/{person}/edit#f-name_latin"' in refused.text
    assert f'href="/applications/{number}/documents?person={person}#k-photo"' in refused.text
    assert f'href="/applications/{number}/edit#f-organisation_name"' in refused.text


async def test_a_refused_answer_is_told_at_its_field_and_all_input_is_kept(day: PageDay) -> None:
    number = await begun(day)
    path = f"/applications/{number}/edit"

    refused = await save(day, path, {"v.organisation_name": "見本株式会社", "v.corporate_number": "123"})
    saved = await day.get(CLIENT, f"/v1/applications/{number}")

    assert refused.status == 422
    assert 'href="#f-corporate_number"' in refused.trouble() or 'href="#f-corporate_number"' in refused.text
    assert re.search(r'id="f-corporate_number"[^>]*aria-invalid="true"[^>]*value="123"', refused.text)
    assert 'value="見本株式会社"' in refused.text
    assert saved["content"]["application"] == {}


async def test_two_colleagues_do_not_overwrite_each_other(day: PageDay) -> None:
    number = await begun(day)
    path = f"/applications/{number}/edit"
    mine, theirs = await day.page(CLIENT, path), await day.page(CLIENT, path)
    version = mine.hidden(path, "version")

    first = await day.send(CLIENT, path, {"version": version, "v.organisation_name": "先"}, seen=mine)
    second = await day.send(CLIENT, path, {"version": version, "v.organisation_name": "後"}, seen=theirs)

    assert (first.status, second.status) == (303, 412)
    assert "ほかの人が先に保存しました" in second.trouble()
    assert 'value="後"' in second.text


async def test_an_answer_is_taken_away_by_emptying_its_field(day: PageDay) -> None:
    number = await begun(day)
    path = f"/applications/{number}/edit"

    await save(day, path, {"v.organisation_name": "見本株式会社", "v.care_staff": "１２"})
    kept = (await day.get(CLIENT, f"/v1/applications/{number}"))["content"]["application"]
    await save(day, path, {"v.organisation_name": "", "v.care_staff": "12"})
    left = (await day.get(CLIENT, f"/v1/applications/{number}"))["content"]["application"]

    assert {name: each["value"] for name, each in kept.items()} == {
        "organisation_name": "見本株式会社",
        "care_staff": 12,
    }
    assert {name: each["value"] for name, each in left.items()} == {"care_staff": 12}


async def test_what_people_write_is_shown_as_text_and_never_as_markup(day: PageDay) -> None:
    number = await begun(day)
    path = f"/applications/{number}/edit"

    await save(day, path, {"v.organisation_name": HOSTILE})
    form = await day.page(CLIENT, path)
    error = await day.page(CLIENT, f"/applications?cursor={HOSTILE}")
    done = await day.page(CLIENT, "/applications?done=<script>")

    assert "<script>alert" not in form.text + error.text + done.text
    assert "&lt;script&gt;alert" in form.text
    assert "onerror=alert(1)&gt;" in form.text


async def test_persons_come_and_go_in_a_draft(day: PageDay) -> None:
    number = await begun(day)
    base = f"/applications/{number}"

    added = await day.send(CLIENT, f"{base}/persons", {"count": "2"}, seen=await day.page(CLIENT, base))
    three = await day.page(CLIENT, base)
    removal = f"{base}/persons/{person_in(three)}/remove"
    removed = await day.send(CLIENT, removal, {"version": three.hidden(removal, "version")}, seen=three)
    two = await day.page(CLIENT, base)
    nonsense = await day.send(CLIENT, f"{base}/persons", {"count": "many"}, seen=two)

    assert (added.status, removed.status, nonsense.status) == (303, 303, 422)
    assert "申請人3" in three.text
    assert "申請人3" not in two.text


async def test_a_refused_file_is_told_with_what_to_do(day: PageDay) -> None:
    number = await begun(day)
    path = f"/applications/{number}/documents"
    file = ("list.pdf", b"<html>not a pdf</html>", "application/pdf")

    refused = await day.send_file(
        CLIENT, path, {"key": "bad", "kind": "document_list", "person_id": ""}, file
    )
    page = await day.page(CLIENT, path)

    assert refused.status == 422
    assert "この書類は受け付けられません" in refused.trouble()
    assert "保存し直してください" in refused.trouble()
    assert "chip doc-refused" in page.text


async def test_a_form_without_a_file_and_a_file_that_is_too_large_are_refused(day: PageDay) -> None:
    number = await begun(day)
    path = f"/applications/{number}/documents"
    fields = {"key": "none", "kind": "document_list", "person_id": ""}
    large = b"%PDF-1.7" + b"0" * (day.desk.settings.limits.file_size_bytes + 20_000)

    without = await day.send_file(CLIENT, path, fields, ("", b"", "application/pdf"))
    too_large = await day.send_file(CLIENT, path, fields, ("large.pdf", large, "application/pdf"))

    assert without.status == 409
    assert "ファイルを選んでください" in without.text
    assert too_large.status == 413


async def test_a_broken_form_of_a_file_is_refused_on_a_page(day: PageDay) -> None:
    number = await begun(day)
    path = f"/applications/{number}/documents"
    fields = {"kind": "document_list", "person_id": "", "key": "k"}
    file = ("list.pdf", b"%PDF-1.7", "application/pdf")

    answers = [
        await day.send(CLIENT, path, {f"field{place}": "x" for place in range(20)}),
        await day.send_file(CLIENT, path, {f"field{place}": "x" for place in range(20)}, file),
        await day.send_file(CLIENT, path, {**fields, "kind": "a\0b"}, file),
        await day.send_file(CLIENT, path, {**fields, "issued_on": "9999-99-99"}, file),
    ]

    assert [each.status for each in answers] == [400, 400, 422, 422]
    assert all(each.answer.headers["content-type"].startswith("text/html") for each in answers)


async def test_a_file_is_taken_back_and_a_foreign_one_does_not_exist(day: PageDay) -> None:
    number = await begun(day)
    await send_document(day, number, "document_list", None)
    page = await day.page(CLIENT, f"/applications/{number}/documents")
    found = re.search(r'action="(/documents/([\w-]+)/take-back)"', page.text)
    assert found
    path, document_id = found.groups()

    foreign = [
        (await day.page(OTHER, f"/documents/{document_id}/{what}")).status for what in ("file", "pages/1")
    ]
    opened = await day.page(CLIENT, f"/documents/{document_id}/file")
    picture = await day.page(CLIENT, f"/documents/{document_id}/pages/1")
    no_page = await day.page(CLIENT, f"/documents/{document_id}/pages/2")
    taken = await day.send(CLIENT, path, {}, seen=page)
    after = await day.page(CLIENT, f"/applications/{number}/documents")

    assert foreign == [404, 404]
    assert opened.status == 303
    assert (picture.status, picture.answer.headers["content-type"]) == (200, "image/webp")
    assert picture.answer.content[:4] == b"RIFF"
    assert (no_page.status, taken.status) == (404, 303)
    assert "ウイルス検査なし" in page.text
    assert "document_list.pdf" not in after.text


async def test_a_document_is_left_out_only_where_that_is_allowed(day: PageDay) -> None:
    number = await begun(day)
    person = person_in(await day.page(CLIENT, f"/applications/{number}"))
    path = f"/applications/{number}/omissions"
    fields = {"kind": "tax_payment", "person_id": person, "reference": "R-1", "submitted_on": "2026-08-01"}

    too_early = await day.send(CLIENT, path, fields)
    await save(day, f"/applications/{number}/persons/{person}/edit", {"v.tax_filed_before": "yes"})
    declared = await day.send(CLIENT, path, fields)
    page = await day.page(CLIENT, f"/applications/{number}/documents?person={person}")
    back = re.search(r'action="(/applications/[^"]+/omissions/[^"]+/take-back)"', page.text)
    assert back
    put_back = await day.send(CLIENT, back[1], {"person_id": person}, seen=page)

    assert (too_early.status, declared.status, put_back.status) == (422, 303, 303)
    assert 'value="R-1"' in too_early.text or "この書類は省略できません" in too_early.trouble()


async def test_a_client_answers_findings_and_hands_in_the_next_round(day: PageDay) -> None:
    number = await begun(day)
    person = await complete(day, number, day.today())
    base = f"/applications/{number}"
    await day.send(
        CLIENT,
        f"{base}/hand-in",
        {"version": (await day.page(CLIENT, base)).hidden(f"{base}/hand-in", "version")},
    )
    review = await day.task_of(number, "review")
    await day.done(REVIEWER, f"/v1/tasks/{review['id']}/claim")
    draft = {
        "task_id": review["id"],
        "severity": "correct",
        "place_kind": "field",
        "place": "name_latin",
        "person_id": person,
        "words": f"旅券のとおりに {HOSTILE}",
    }
    kept = await day.done(REVIEWER, f"/v1/applications/{number}/remarks", draft)
    await day.done(
        REVIEWER,
        f"/v1/tasks/{review['id']}/complete",
        {"verdict": {"kind": "review", "remark_ids": [kept["id"]]}},
    )
    asked = await day.page(CLIENT, base)
    finding = re.search(r'name="(reply\.[^"]+)"', asked.text)
    assert finding

    changed = await save(day, f"{base}/persons/{person}/edit", {"v.name_latin": "OTHER NAME"})
    answered = await day.send(CLIENT, f"{base}/corrections", {finding[1]: "直しました"}, seen=asked)
    second = await day.task_of(number, "review")
    page = await day.page(REVIEWER, f"/tasks/{second['id']}")

    assert "補正をお願いします" in asked.text
    assert "<script>alert" not in asked.text + page.text
    assert (changed.status, answered.status) == (303, 303)
    assert "直しました" in page.text
    assert "ウイルス検査なし" in page.text
    assert "OTHER NAME" in page.text
    assert re.search(r"<del>SAMPLE PERSON A</del>", page.text)


async def test_sealed_answers_are_shown_but_can_not_be_saved(day: PageDay) -> None:
    case = await day.handed_in()
    path = f"/applications/{case.number}/persons/{case.persons[0]}/edit"

    shown = await day.page(CLIENT, path)
    refused = await day.send(
        CLIENT, path, {"version": shown.hidden(path, "version"), "v.name_latin": "NEW"}, seen=shown
    )

    assert "この内容は変更できません" in shown.text
    assert "<fieldset" in shown.text
    assert "disabled" in shown.text
    assert refused.status == 409


async def test_a_client_withdraws_whom_it_ticks_and_nobody_by_accident(day: PageDay) -> None:
    case = await day.handed_in(persons=2)
    base = f"/applications/{case.number}"
    page = await day.page(CLIENT, base)

    nobody = await day.send(CLIENT, f"{base}/withdrawal", {"reason": "取りやめ"}, seen=page)
    one = await day.send(
        CLIENT, f"{base}/withdrawal", {"persons": case.persons[0], "reason": "取りやめ"}, seen=page
    )
    after = await day.page(CLIENT, base)

    assert (nobody.status, one.status) == (422, 303)
    assert "取りやめ" in nobody.text
    assert after.text.count("chip stage-closed") >= 1
    assert "chip stage-review" in after.text


async def test_a_form_without_its_key_asks_to_be_loaded_again(day: PageDay) -> None:
    refused = await day.send(CLIENT, "/applications", {"procedure": EXTENSION, "key": ""})

    assert refused.status == 400
    assert "ページを読み直して" in refused.trouble()
