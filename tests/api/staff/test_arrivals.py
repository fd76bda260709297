"""The inbox of results at the desk: mail comes in, is proposed, and a person records it, once."""

import asyncio
import hashlib
import smtplib
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select
from temporalio.client import Client, ScheduleHandle, ScheduleOverlapPolicy

from api import sessions
from api.desk import Desk
from infra.database.tables import event, staff_read
from infra.dev.doors import RESULTS_ADDRESS
from infra.dev.place import NAMESPACE
from infra.dev.services import Stack
from schemas import messages
from tests.api.staff.office_day import (
    CANARY,
    OfficeDay,
    browsing,
    eventually,
    receipt_number,
    rows,
    somebody,
)
from tests.api.staff.registering import a_newcomer
from tests.corpus import pdf_with_text

HANDLER, OTHER = somebody("handler"), somebody("handler", 1)
MANAGER, REVIEWER, CLIENT = somebody("manager"), somebody("reviewer"), somebody("client")
STRANGER = somebody("client", 1)
RESULT = "在留期間更新許可通知書"
Arriving = Callable[..., Awaitable[str]]


@pytest.fixture
async def mailbox_round(stack: Stack) -> ScheduleHandle:
    """The round that fetches mail: whoever sent some need not wait for its next turn."""
    engine = await Client.connect(stack.address("temporal"), namespace=NAMESPACE)
    return engine.get_schedule_handle(messages.ARRIVALS_SCHEDULE)


@pytest.fixture
def arriving(day: OfficeDay, stack: Stack, mailbox_round: ScheduleHandle) -> Arriving:
    """Sends a mail as an authority would; answers the arrival's id once it was read."""

    async def arrive(
        subject: str, text: str, *, attached: bytes | None = None, key: str | None = None
    ) -> str:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "portal@authority.example", RESULTS_ADDRESS, subject
        mail["Message-ID"] = f"<{key or uuid4()}@authority.example>"
        mark = str(uuid4())
        mail.set_content(f"{text}\n{mark}\n")
        if attached is not None:
            mail.add_attachment(attached, maintype="application", subtype="pdf", filename="通知書.pdf")
        before = set(await ids(day))
        with smtplib.SMTP("127.0.0.1", stack.place.ports.smtp) as post:
            post.send_message(mail)
        await mailbox_round.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE)
        return await eventually(lambda: read_since(day, before, mark))

    return arrive


async def ids(day: OfficeDay) -> list[str]:
    """Every arrival, newest last."""
    found, cursor = [], ""
    while True:
        page = await day.get(MANAGER, f"/v1/arrivals?limit=100{cursor}")
        found += [row["id"] for row in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def read_since(day: OfficeDay, before: set[str], mark: str) -> str | None:
    for arrival_id in set(await ids(day)) - before:
        view = await day.get(MANAGER, f"/v1/arrivals/{arrival_id}")
        if view["reading"] and any(mark in source["text"] for source in view["reading"]["sources"]):
            return arrival_id
    return None


async def lodged(day: OfficeDay, *, persons: int = 1) -> tuple[str, tuple[str, ...]]:
    case = await day.handed_in(persons=persons)
    await day.lodged(case)
    return case.number, case.persons


def result_of(number: str, person: str, **changed: Any) -> dict[str, Any]:
    decision = {
        "kind": "result",
        "number": number,
        "person_id": person,
        "receipt": receipt_number(number, 1),
        "result": "permitted",
        "decided_on": "2026-11-01",
    }
    return {"decision": decision | changed}


async def events_of(desk: Desk, number: str, kind: str) -> int:
    asked = select(event.c.seq).where(event.c.number == number, event.c.kind == kind)
    async with desk.database.as_desk() as connection:
        return len(await rows(connection, asked))


async def test_a_notice_is_proposed_with_reasons_and_recorded_by_a_person(
    day: OfficeDay, desk: Desk, arriving: Arriving
) -> None:
    number, persons = await lodged(day)

    arrival = await arriving(
        RESULT, f"受付番号：{receipt_number(number, 1)}\n許可しました。許可年月日 2026年11月1日"
    )
    view = await day.get(HANDLER, f"/v1/arrivals/{arrival}")
    recorded_before = await events_of(desk, number, "result_recorded")
    answer = await day.act(HANDLER, f"/v1/arrivals/{arrival}/confirm", result_of(number, persons[0]))

    best = view["matches"][0]
    assert (best["number"], best["person_id"], best["certainty"]) == (number, persons[0], "strong")
    assert "receipt_equal" in [reason["code"] for reason in best["reasons"]]
    assert view["reading"]["recognised"]["kind"] == "result_notice"
    assert view["row"]["owner"]["id"] == HANDLER
    assert recorded_before == 0
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed"), answer.text
    assert await events_of(desk, number, "result_recorded") == 1


async def test_a_result_is_recorded_once_however_often_it_arrives_or_is_confirmed(
    day: OfficeDay, desk: Desk, arriving: Arriving
) -> None:
    number, persons = await lodged(day)
    said = f"受付番号：{receipt_number(number, 1)} 許可しました。"
    first, second = await arriving(RESULT, said), await arriving(RESULT, said)
    path = f"/v1/arrivals/{first}/confirm"
    key = str(uuid4())

    answers = [await day.act(HANDLER, path, result_of(number, persons[0]), key=key) for _ in range(2)]
    again = await day.act(HANDLER, path, result_of(number, persons[0]))
    other = await day.act(HANDLER, f"/v1/arrivals/{second}/confirm", result_of(number, persons[0]))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (again.status_code, again.json()["code"]) == (409, "arrival_settled")
    assert other.status_code in (200, 409)
    assert await events_of(desk, number, "result_recorded") == 1
    alike = (await day.get(HANDLER, f"/v1/arrivals/{first}"))["alike"]
    assert second in [row["id"] for row in alike]


async def test_of_two_people_who_confirm_at_once_one_is_told(
    day: OfficeDay, desk: Desk, arriving: Arriving
) -> None:
    number, persons = await lodged(day)
    arrival = await arriving(RESULT, receipt_number(number, 1))
    path = f"/v1/arrivals/{arrival}/confirm"

    answers = await asyncio.gather(
        day.act(HANDLER, path, result_of(number, persons[0])),
        day.act(OTHER, path, result_of(number, persons[0], result="refused")),
    )

    told = sorted((answer.status_code, answer.json().get("code")) for answer in answers)
    assert told[0][0] == 200
    assert told[1] in [(409, "arrival_settled"), (409, "arrival_being_confirmed")]
    assert await events_of(desk, number, "result_recorded") == 1
    assert await events_of(desk, number, "result_contradicted") == 0


async def test_a_confirmation_that_was_interrupted_is_finished_as_it_was_begun(
    day: OfficeDay, desk: Desk, desk_alone: Desk, arriving: Arriving
) -> None:
    number, persons = await lodged(day)
    arrival = await arriving(RESULT, receipt_number(number, 1))
    path = f"/v1/arrivals/{arrival}"
    async with browsing(desk_alone) as client:
        alone = OfficeDay(desk_alone, client, day.owner_url)
        interrupted = await alone.act(HANDLER, f"{path}/confirm", result_of(number, persons[0]))

    another = await day.act(OTHER, f"{path}/confirm", result_of(number, persons[0], result="refused"))
    dismissed = await day.act(OTHER, f"{path}/dismiss", {"words": "対象外"})
    finished = await day.act(OTHER, f"{path}/resume")
    twice = await day.act(HANDLER, f"{path}/resume")

    assert interrupted.status_code == 503
    assert (another.status_code, another.json()["code"]) == (409, "arrival_being_confirmed")
    assert (dismissed.status_code, dismissed.json()["code"]) == (409, "arrival_being_confirmed")
    assert [each.status_code for each in (finished, twice)] == [200, 200]
    assert await events_of(desk, number, "result_recorded") == 1


async def test_a_refused_recording_leaves_the_arrival_open(day: OfficeDay, arriving: Arriving) -> None:
    number, persons = await lodged(day)
    arrival = await arriving(RESULT, receipt_number(number, 1))
    path = f"/v1/arrivals/{arrival}"

    refused = await day.act(HANDLER, f"{path}/confirm", result_of(number, persons[0], receipt="R-WRONG-1"))
    after = await day.get(HANDLER, path)
    recorded = await day.act(HANDLER, f"{path}/confirm", result_of(number, persons[0]))

    assert (refused.status_code, refused.json()["code"]) == (409, "no_result_pending")
    assert after["row"]["state"] == "open"
    assert [act["act"] for act in after["acts"]] == ["confirming", "refused"]
    assert recorded.status_code == 200


async def test_a_request_for_more_becomes_the_clients_finding_with_its_due_day(
    day: OfficeDay, desk: Desk, arriving: Arriving
) -> None:
    number, persons = await lodged(day)
    arrival = await arriving("資料提出通知書", f"受付番号 {receipt_number(number, 1)}")
    decision = {"kind": "more_requested", "number": number, "persons": list(persons), "words": "納税証明書"}

    answer = await day.act(
        HANDLER, f"/v1/arrivals/{arrival}/confirm", {"decision": {**decision, "due_on": "2026-12-20"}}
    )

    assert answer.status_code == 200, answer.text
    assert await events_of(desk, number, "more_requested") == 1
    assert (await day.get(HANDLER, f"/v1/arrivals/{arrival}"))["row"]["number"] == number


async def test_a_reception_mail_gives_the_receipt_to_the_handler_who_lodged(
    day: OfficeDay, desk: Desk, arriving: Arriving
) -> None:
    case = await day.handed_in(persons=2)
    await day.reviewed(case)
    filing = str((await day.task_of(case.number, "lodge"))["filing_id"])
    await day.done(HANDLER, f"/v1/filings/{filing}/begin", {"channel": "online"})
    text = f"受付完了 整理番号 {filing} 申請受付番号：東オン24-{case.number[4:8]}"
    arrival = await arriving("受付完了のお知らせ", text)
    view = await day.get(HANDLER, f"/v1/arrivals/{arrival}")
    receipts = [{"person_id": case.persons[0], "number": receipt_number(case.number, 1)}]
    away = [{"person_id": case.persons[1], "words": "写真の撮り直し"}]
    said = {"kind": "receipt", "filing_id": filing, "receipts": receipts, "not_taken": away}
    decision = {"decision": said}
    path, stranger = f"/v1/arrivals/{arrival}", [{"person_id": "p-nobody", "words": "写真の撮り直し"}]

    unknown = await day.act(HANDLER, f"{path}/confirm", {"decision": said | {"not_taken": stranger}})
    untouched = await day.get(HANDLER, path)
    other = await day.act(OTHER, f"{path}/confirm", decision)
    answer = await day.act(HANDLER, f"{path}/confirm", decision)

    assert view["matches"][0]["filing_id"] == filing
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_person")
    assert (untouched["row"]["state"], untouched["acts"]) == ("open", [])
    assert other.status_code in (403, 409)
    assert answer.status_code == 200, answer.text
    assert await events_of(desk, case.number, "lodging_confirmed") == 1
    assert (await day.get(HANDLER, f"/v1/filings/{filing}"))["filing"]["persons"] == [case.persons[0]]
    assert (await day.get(HANDLER, path))["row"]["persons"] == list(case.persons)


async def test_what_is_filed_with_a_filing_is_its_evidence(
    day: OfficeDay, desk: Desk, arriving: Arriving
) -> None:
    case = await day.handed_in()
    await day.reviewed(case)
    filing = str((await day.task_of(case.number, "lodge"))["filing_id"])
    await day.done(HANDLER, f"/v1/filings/{filing}/begin", {"channel": "online"})
    arrival = await arriving("送信完了のお知らせ", f"送信完了 整理番号 {filing}")
    path, filed = f"/v1/arrivals/{arrival}/confirm", {"kind": "filed", "number": case.number}

    elsewhere = await day.act(HANDLER, path, {"decision": filed | {"filing_id": f"{case.number}.filing.9"}})
    before = (await day.get(HANDLER, f"/v1/filings/{filing}"))["evidence"]
    answer = await day.act(HANDLER, path, {"decision": filed | {"filing_id": filing}})

    evidence = (await day.get(HANDLER, f"/v1/filings/{filing}"))["evidence"]
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "no_such_filing")
    assert before == []
    assert answer.status_code == 200, answer.text
    assert [(each["arrival_id"], each["filed_by"]["id"]) for each in evidence] == [(arrival, HANDLER)]
    assert await events_of(desk, case.number, "lodging_confirmed") == 0


async def test_a_finished_examination_proposes_no_result(day: OfficeDay, arriving: Arriving) -> None:
    number, persons = await lodged(day)
    arrival = await arriving("審査完了のお知らせ", f"受付番号 {receipt_number(number, 1)} 許可しました")

    view = await day.get(HANDLER, f"/v1/arrivals/{arrival}")
    page = await day.call(HANDLER, "GET", f"/arrivals/{arrival}")
    kept = await day.act(
        HANDLER,
        f"/v1/arrivals/{arrival}/confirm",
        {"decision": {"kind": "filed", "number": number, "persons": list(persons)}},
    )

    assert view["row"]["kind"] == "examination_finished"
    assert "許可を意味しません" in page.text
    assert 'value="permitted" selected' not in page.text
    assert kept.status_code == 200


async def test_a_person_of_another_case_is_refused(day: OfficeDay, arriving: Arriving) -> None:
    (number, _), (_, others) = await lodged(day), await lodged(day)
    arrival = await arriving(RESULT, receipt_number(number, 1))

    answer = await day.act(HANDLER, f"/v1/arrivals/{arrival}/confirm", result_of(number, others[0]))

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_person")


async def test_it_is_assigned_dismissed_with_a_reason_opened_again_and_merged(
    day: OfficeDay, arriving: Arriving
) -> None:
    key = str(uuid4())
    first, second = await arriving("お知らせ", "甲", key=key), await arriving("お知らせ", "乙", key=key)
    path = f"/v1/arrivals/{first}"

    given = (await day.get(HANDLER, path))["row"]["owner"]
    assigned = await day.act(MANAGER, f"{path}/assign", {"to": OTHER})
    stranger = await day.act(MANAGER, f"{path}/assign", {"to": REVIEWER})
    mine = await day.get(OTHER, "/v1/arrivals?owner=mine&limit=100")
    wordless = await day.act(HANDLER, f"{path}/dismiss", {"words": " "})
    dismissed = await day.done(HANDLER, f"{path}/dismiss", {"words": f"広告 {CANARY}"})
    settled = await day.act(HANDLER, f"{path}/dismiss", {"words": "広告"})
    reopened = await day.done(HANDLER, f"{path}/reopen")
    itself = await day.act(HANDLER, f"{path}/merge", {"into": first})
    merged = await day.done(HANDLER, f"{path}/merge", {"into": second})
    into_merged = await day.act(HANDLER, f"/v1/arrivals/{second}/merge", {"into": first})
    after = await day.get(HANDLER, path)

    assert given is not None
    assert assigned.status_code == 200
    assert (stranger.status_code, stranger.json()["code"]) == (422, "no_such_colleague")
    assert first in [row["id"] for row in mine["items"]]
    assert wordless.status_code == 422
    assert [each["state"] for each in (dismissed, reopened, merged)] == ["dismissed", "open", "merged"]
    assert (settled.status_code, settled.json()["code"]) == (409, "arrival_settled")
    assert itself.status_code == 422
    assert (into_merged.status_code, into_merged.json()["code"]) == (409, "arrival_settled")
    assert after["row"]["merged_into"] == second
    assert [act["act"] for act in after["acts"]] == ["assigned", "dismissed", "reopened", "merged"]
    assert after["acts"][1]["words"] == f"広告 {CANARY}"


async def test_who_leaves_hands_it_on_to_somebody_who_may_record_results(
    day: OfficeDay, arriving: Arriving
) -> None:
    leaver, arrival = await a_newcomer(day), await arriving("お知らせ", "甲")
    await day.done(MANAGER, f"/v1/arrivals/{arrival}/assign", {"to": leaver.id})

    reports = [
        await day.done(
            MANAGER,
            f"{leaver.path}/leaving",
            {"moves": [{"item_id": arrival, "to": to}], "left_on": day.today().isoformat()},
        )
        for to in (REVIEWER, OTHER)
    ]

    assert [each["moves"][0]["code"] for each in reports] == ["no_such_colleague", None]
    assert [(each["left"], each["closed"]) for each in reports] == [([arrival], False), ([], True)]
    assert (await day.get(OTHER, f"/v1/arrivals/{arrival}"))["row"]["owner"]["id"] == OTHER


@pytest.mark.parametrize("who", [REVIEWER, CLIENT])
async def test_those_who_record_no_results_see_no_arrivals(day: OfficeDay, who: str) -> None:
    nobody = f"/v1/arrivals/arrival-{uuid4()}"

    answers = [await day.call(who, "GET", path) for path in ("/v1/arrivals", nobody, "/arrivals")]
    answers.append(await day.act(who, f"{nobody}/dismiss", {"words": "x"}))

    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize(
    "arrival", ["arrival-2508ab50-cc63-4eea-87e5-d5327c31f271", "arrival-1", "T26-00000000", "%2e%2e"]
)
async def test_an_arrival_that_is_not_there_is_not_found(day: OfficeDay, arrival: str) -> None:
    shown = await day.call(HANDLER, "GET", f"/v1/arrivals/{arrival}")
    dismissed = await day.act(HANDLER, f"/v1/arrivals/{arrival}/dismiss", {"words": "x"})

    assert (shown.status_code, dismissed.status_code) == (404, 404)


async def test_a_manager_looks_and_sorts_but_records_nothing(day: OfficeDay, arriving: Arriving) -> None:
    number, persons = await lodged(day)
    arrival = await arriving(RESULT, receipt_number(number, 1))

    looked = await day.call(MANAGER, "GET", f"/arrivals/{arrival}")
    refused = await day.act(MANAGER, f"/v1/arrivals/{arrival}/confirm", result_of(number, persons[0]))

    assert looked.status_code == 200
    assert refused.status_code == 403


async def test_every_look_at_an_arrival_is_recorded(day: OfficeDay, desk: Desk, arriving: Arriving) -> None:
    arrival = await arriving("お知らせ", "本文", attached=pdf_with_text("page"))

    await day.get(OTHER, f"/v1/arrivals/{arrival}")
    picture = await day.call(OTHER, "GET", f"/arrivals/{arrival}/parts/1/pages/1")
    absent = await day.call(OTHER, "GET", f"/arrivals/{arrival}/parts/1/pages/2")
    no_part = await day.call(OTHER, "GET", f"/arrivals/{arrival}/parts/2/pages/1")

    async with desk.database.as_desk() as connection:
        asked = select(staff_read.c.what).where(
            staff_read.c.number == arrival, staff_read.c.account_id == OTHER
        )
        read = [row["what"] for row in await rows(connection, asked.order_by(staff_read.c.id))]
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    assert (absent.status_code, no_part.status_code) == (404, 404)
    assert read == ["arrival", "arrival_page", "arrival_page"]


@pytest.mark.parametrize("shared", [True, False])
async def test_a_client_reads_the_notice_that_a_person_chose_to_show(
    day: OfficeDay, arriving: Arriving, *, shared: bool
) -> None:
    number, persons = await lodged(day)
    arrival = await arriving(
        RESULT, f"受付番号：{receipt_number(number, 1)}", attached=pdf_with_text("notice")
    )
    decision = result_of(number, persons[0], words="在留状況を考慮", for_client=shared)
    await day.done(HANDLER, f"/v1/arrivals/{arrival}/confirm", decision)

    page = f"/applications/{number}/notices/{arrival}/parts/1/pages/1"
    seen = [(await day.call(who, "GET", page)).status_code for who in (CLIENT, STRANGER)]
    case = await day.call(CLIENT, "GET", f"/applications/{number}")

    assert seen == [200 if shared else 404, 404]
    assert "在留状況を考慮" in case.text
    assert (page in case.text) is shared


async def test_html_and_scripts_in_a_mail_are_only_words_on_the_page(
    day: OfficeDay, arriving: Arriving
) -> None:
    arrival = await arriving("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")

    page = await day.call(HANDLER, "GET", f"/arrivals/{arrival}")

    assert "<script>alert" not in page.text
    assert "&lt;img src=x" in page.text


async def test_the_page_proposes_records_and_finds_another_case(day: OfficeDay, arriving: Arriving) -> None:
    (number, persons), (other, _) = await lodged(day), await lodged(day)
    arrival = await arriving(
        RESULT, f"受付番号：{receipt_number(number, 1)}\n許可しました。許可日：2026年11月1日"
    )

    listed = await day.call(HANDLER, "GET", "/arrivals?owner=mine")
    shown = await day.call(HANDLER, "GET", f"/arrivals/{arrival}")
    looked = await day.call(HANDLER, "GET", f"/arrivals/{arrival}?number={other.lower()}")
    nowhere = await day.call(HANDLER, "GET", f"/arrivals/{arrival}?number=T26-NOTHING1")
    form = {"key": str(uuid4()), **result_of(number, persons[0])["decision"]}
    sent = await post_form(day, f"/arrivals/{arrival}/confirm", form)
    wrong = await post_form(day, f"/arrivals/{arrival}/confirm", {"key": str(uuid4()), "kind": "nonsense"})

    assert f"/arrivals/{arrival}" in listed.text
    assert 'value="permitted" selected' in shown.text
    assert 'value="2026-11-01"' in shown.text
    assert "受付番号が一致" in shown.text
    assert f"/filings/{other}.filing.1" in looked.text
    assert "その案件には提出がありません" in nowhere.text
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        f"/arrivals/{arrival}?done=arrival_confirmed",
    )
    assert wrong.status_code == 422


async def test_a_notice_that_contradicts_a_recorded_result_is_recorded_on_its_page(
    day: OfficeDay, desk: Desk, arriving: Arriving
) -> None:
    number, persons = await lodged(day)
    decided = result_of(number, persons[0])["decision"]
    await day.done(
        HANDLER,
        f"/v1/applications/{number}/results",
        {name: decided[name] for name in ("person_id", "receipt", "result", "decided_on")},
    )
    arrival = await arriving(RESULT, f"受付番号：{receipt_number(number, 1)}\n不許可としました。")
    path = f"/arrivals/{arrival}"

    shown = await day.call(HANDLER, "GET", path)
    sent = await post_form(day, f"{path}/confirm", {"key": str(uuid4()), **decided, "result": "refused"})

    assert f'<option value="{persons[0]}" selected>' in shown.text
    assert sent.status_code == 303
    assert await events_of(desk, number, "result_contradicted") == 1


async def post_form(day: OfficeDay, path: str, fields: dict[str, Any]) -> httpx2.Response:
    cookie = await day._cookie(HANDLER)
    headers = {"Origin": day.desk.settings.public_url, "Cookie": f"{cookie_name(day)}={cookie}"}
    return await day.client.post(path, data=fields, headers=headers)


def cookie_name(day: OfficeDay) -> str:

    return sessions.cookie_name(day.desk.settings)


async def test_a_scanned_notice_is_uploaded_and_becomes_an_arrival(
    day: OfficeDay, store: httpx2.AsyncClient
) -> None:
    number, _ = await lodged(day)
    content = pdf_with_text(f"{number}.filing.1")
    digest = hashlib.sha256(content).hexdigest()
    wanted = {"media_type": "application/pdf", "size_bytes": len(content), "sha256": digest}

    upload = await day.done(HANDLER, "/v1/arrivals/uploads", {**wanted, "arrived_on": "2026-11-01"})
    part = upload["parts"][0]
    early = await day.act(HANDLER, f"/v1/arrivals/uploads/{upload['upload_id']}/complete", sent_part('"x"'))
    put = await store.put(part["url"], content=content, headers=part["headers"])
    path = f"/v1/arrivals/uploads/{upload['upload_id']}"
    complete = await day.act(HANDLER, f"{path}/complete", sent_part(put.headers["etag"]))
    arrival = await eventually(lambda: kept_arrival(day, path))
    again = await day.act(HANDLER, f"{path}/complete", sent_part(put.headers["etag"]))

    view = await day.get(HANDLER, f"/v1/arrivals/{arrival}")
    assert early.status_code in (409, 422)
    assert complete.status_code in (200, 202), complete.text
    assert (again.status_code, again.json()["arrival_id"]) == (200, arrival)
    assert view["matches"][0]["number"] == number
    assert (view["row"]["way"], view["row"]["uploaded_by"]["id"]) == ("upload", HANDLER)
    assert view["row"]["arrived_on"] == "2026-11-01"


def sent_part(etag: str) -> dict[str, Any]:
    return {"parts": [{"number": 1, "etag": etag}]}


async def kept_arrival(day: OfficeDay, path: str) -> str | None:
    arrival = (await day.get(HANDLER, path))["arrival_id"]
    view = await day.get(HANDLER, f"/v1/arrivals/{arrival}") if arrival else None
    return str(arrival) if view and view["row"]["is_read"] else None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"media_type": "text/html"}, "document_type_refused"),
        ({"size_bytes": 40_000_001}, "document_too_large"),
        ({"size_bytes": 9_000_000}, "malformed_request"),
        ({"arrived_on": "2999-01-01"}, "malformed_request"),
    ],
)
async def test_an_upload_that_cant_be_a_notice_is_refused(
    day: OfficeDay, changed: dict[str, Any], code: str
) -> None:
    wanted = {"media_type": "application/pdf", "size_bytes": 10, "sha256": "0" * 64}

    answer = await day.act(HANDLER, "/v1/arrivals/uploads", wanted | changed)

    assert answer.json()["code"] == code


async def test_a_plain_form_brings_a_notice_in(day: OfficeDay) -> None:
    content = pdf_with_text(str(uuid4()))
    headers = {
        "Origin": day.desk.settings.public_url,
        "Cookie": f"{cookie_name(day)}={await day._cookie(HANDLER)}",
    }
    before = set(await ids(day))

    sent = await day.client.post(
        "/arrivals/uploads",
        data={"key": str(uuid4())},
        files={"file": ("通知.pdf", content, "application/pdf")},
        headers=headers,
    )
    without = await day.client.post(
        "/arrivals/uploads", data={"key": str(uuid4())}, files={"x": ("", b"")}, headers=headers
    )

    async def came() -> bool | None:
        return bool(set(await ids(day)) - before) or None

    assert (sent.status_code, sent.headers["location"]) == (303, "/arrivals?done=arrival_added")
    assert without.status_code == 409
    assert await eventually(came)
