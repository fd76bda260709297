"""The quote: written with the hand-in by the organisation's class of that day, once, while everything else is away."""

import asyncio
from dataclasses import replace
from typing import Any

from api.desk import Desk
from infra.dev.place import SAMPLE_TARIFF
from infra.tariffs import load_tariff
from schemas.calendar import japan_date
from tests.api.conftest import browsing
from tests.api.visiting import SSW, Visitor
from tests.journeys.office import Office
from tests.journeys.sown import a_group


async def fees_of(client: Visitor, number: str) -> Any:
    answer = await client.get(f"/v1/applications/{number}/fees")
    return answer.json()["quote"]


async def test_what_it_costs_is_kept_with_the_hand_in(
    client_alone: Visitor, office: Office, desk: Desk
) -> None:
    number = (await asyncio.to_thread(a_group, office, SSW, 2)).number
    before = await fees_of(client_alone, number)

    await client_alone.post(f"/v1/applications/{number}/hand-in")

    quote = await fees_of(client_alone, number)
    amounts = load_tariff(SAMPLE_TARIFF).amounts(SSW, japan_date(desk.now()))
    assert before is None
    assert (quote["fee_class"], quote["persons"]) == ("member", 2)
    assert quote["desk_yen_per_person"] == amounts["member"]
    assert {"channel": "online", "yen_per_unit": 5_500, "units": 2} in quote["authority"]


async def test_the_receipts_page_tells_what_it_costs(client_alone: Visitor, office: Office) -> None:
    number = (await asyncio.to_thread(a_group, office, SSW, 2)).number
    await client_alone.post(f"/v1/applications/{number}/hand-in")

    page = await client_alone.get(f"/applications/{number}")

    assert page.status_code == 200
    assert "¥11,111 × 2人 = ¥22,222" in page.text
    assert "¥11,000" in page.text


async def test_without_a_tariff_the_desks_fee_is_unknown_and_the_hand_in_succeeds(
    client_alone: Visitor, office: Office, desk_alone: Desk
) -> None:
    number = (await asyncio.to_thread(a_group, office, SSW, 1)).number
    bare = replace(desk_alone, settings=desk_alone.settings.model_copy(update={"tariff_file": None}))

    async with browsing(bare) as http:
        answer = await Visitor(http, client_alone.token).post(f"/v1/applications/{number}/hand-in")

    quote = await fees_of(client_alone, number)
    assert answer.status_code == 201
    assert (quote["desk_yen_per_person"], quote["fee_class"]) == (None, "member")
