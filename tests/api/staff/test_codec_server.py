"""The codec server: opened for who may read payloads, from the engine's own pages, and never without a trace."""

from typing import Any

import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from infra.codec import ApplicationCodec, write_payloads
from tests.api.staff.office_day import CANARY, OfficeDay, somebody

MANAGER = somebody("manager")
DECODE = "/codec/decode"


async def sealed(day: OfficeDay, number: str) -> Any:
    plain = Payload(metadata={"encoding": b"json/plain"}, data=f'"{CANARY}"'.encode())
    payloads = await ApplicationCodec(day.desk.keys, number).encode([plain])
    return json_format.MessageToDict(Payloads(payloads=payloads))


async def test_a_manager_reads_a_payload_and_the_read_is_recorded(day: OfficeDay) -> None:
    case = await day.handed_in()

    answer = await day.call(MANAGER, "POST", DECODE, await sealed(day, case.number))

    reads = (await day.get(MANAGER, f"/v1/applications/{case.number}/reads"))["items"]
    opened = json_format.ParseDict(answer.json(), Payloads())
    assert opened.payloads[0].data == f'"{CANARY}"'.encode()
    assert [(each["reader"]["id"], each["what"]) for each in reads] == [(MANAGER, "payloads")]


@pytest.mark.parametrize("role", ["reviewer", "second_reviewer", "handler", "operator", "client"])
async def test_nobody_else_reads_payloads(day: OfficeDay, role: str) -> None:
    case = await day.drafted()

    answer = await day.call(somebody(role), "POST", DECODE, await sealed(day, case.number))

    assert answer.status_code == 403
    assert CANARY not in answer.text


async def test_a_stranger_is_asked_to_sign_in(day: OfficeDay) -> None:
    case = await day.drafted()

    answer = await day.call(None, "POST", DECODE, await sealed(day, case.number))

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_the_payloads_of_an_erased_application_say_so(day: OfficeDay) -> None:
    case = await day.drafted()
    payloads = await sealed(day, case.number)
    await day.erase(case.number)

    answer = await day.call(MANAGER, "POST", DECODE, payloads)

    assert json_format.ParseDict(answer.json(), Payloads()).payloads[0].data == b'"[erased]"'


async def test_the_engines_own_pages_may_ask_with_the_cookie(day: OfficeDay) -> None:
    case = await day.drafted()
    origin = str(day.desk.settings.temporal_ui_url)
    from_pages = {"Origin": origin, "Sec-Fetch-Site": "same-site"}

    asked = await day.call(None, "OPTIONS", DECODE, **from_pages)
    answer = await day.call(MANAGER, "POST", DECODE, await sealed(day, case.number), **from_pages)

    for each in (asked, answer):
        assert each.headers["access-control-allow-origin"] == origin
        assert each.headers["access-control-allow-credentials"] == "true"
    assert answer.status_code == 200


async def test_another_site_may_not_ask(day: OfficeDay) -> None:
    case = await day.drafted()
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}

    asked = await day.call(None, "OPTIONS", DECODE, **elsewhere)
    answer = await day.call(MANAGER, "POST", DECODE, await sealed(day, case.number), **elsewhere)

    assert "access-control-allow-origin" not in asked.headers
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert CANARY not in answer.text


async def test_the_engines_pages_may_use_the_cookie_for_nothing_else(day: OfficeDay) -> None:
    case = await day.handed_in()
    from_pages = {"Origin": str(day.desk.settings.temporal_ui_url), "Idempotency-Key": "x"}

    answer = await day.call(
        MANAGER, "POST", f"/v1/applications/{case.number}/hold", {"reason": "other"}, **from_pages
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize("body", [[], {"payloads": 5}, {"payload": []}, "text"])
async def test_a_body_that_is_no_payloads_is_refused(day: OfficeDay, body: Any) -> None:
    answer = await day.call(MANAGER, "POST", DECODE, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")


async def test_a_payload_that_was_changed_is_refused(day: OfficeDay) -> None:
    case = await day.drafted()
    payloads = json_format.ParseDict(await sealed(day, case.number), Payloads())
    payloads.payloads[0].data = payloads.payloads[0].data[:-1] + b"x"
    changed = json_format.Parse(write_payloads(payloads), Payloads())

    answer = await day.call(MANAGER, "POST", DECODE, json_format.MessageToDict(changed))

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")


@pytest.mark.parametrize(("size", "status"), [(1_048_576, 200), (4_000_000, 413)])
async def test_the_largest_payload_of_the_engine_is_read_and_nothing_much_larger(
    day: OfficeDay, size: int, status: int
) -> None:
    plain = json_format.MessageToDict(Payloads(payloads=[Payload(data=b"x" * size)]))

    answer = await day.call(MANAGER, "POST", DECODE, plain)

    assert answer.status_code == status


async def test_there_is_no_encoding_here(day: OfficeDay) -> None:
    answer = await day.call(MANAGER, "POST", "/codec/encode", {"payloads": []})

    assert answer.status_code == 404
