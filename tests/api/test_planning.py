"""By when to hand in: asked of a procedure, of one's own draft, and on the pages."""

from tests.api.visiting import PLAN, SSW, Visitor


async def test_a_start_on_the_first_of_april_is_planned_back_for_whoever_asks(client: Visitor) -> None:
    shown = (await client.get(f"/v1/procedures/{PLAN}/plan", params={"on": "2027-04-01"})).json()

    days = {name: shown["plan"][name] for name in ("aimed_at", "lodge_from", "lodge_by", "hand_in_by")}
    assert days == {
        "aimed_at": "2027-04-01",
        "lodge_from": "2026-10-01",
        "lodge_by": "2026-12-01",
        "hand_in_by": "2026-10-16",
    }
    assert {"ja", "en", "because"} <= set(shown["plan"]["derivation"])


async def test_a_day_to_hand_in_that_has_passed_is_said_to_be_late(client: Visitor) -> None:
    past = (await client.get(f"/v1/procedures/{SSW}/plan", params={"on": "2026-05-01"})).json()
    future = (await client.get(f"/v1/procedures/{SSW}/plan", params={"on": "2098-05-01"})).json()

    assert (past["is_late"], future["is_late"]) == (True, False)


async def test_what_is_notified_without_delay_has_no_plan(client: Visitor) -> None:
    shown = (await client.get("/v1/procedures/otit.start/plan", params={"on": "2027-04-01"})).json()

    assert shown == {"plan": None, "is_late": False}


async def test_a_day_that_was_mistyped_and_a_procedure_that_is_not_ours_are_refused(client: Visitor) -> None:
    mistyped = await client.get(f"/v1/procedures/{SSW}/plan", params={"on": "2200-04-01"})
    unknown = await client.get("/v1/procedures/no.such/plan", params={"on": "2027-04-01"})

    assert (mistyped.status_code, mistyped.json()["code"]) == (422, "malformed_request")
    assert unknown.status_code == 404


async def test_a_draft_is_planned_back_from_its_own_answers(client: Visitor, other_client: Visitor) -> None:
    begun = await client.begin(PLAN, persons=1)
    path = f"/v1/applications/{begun['number']}"
    unanswered = (await client.get(f"{path}/plan")).json()

    body = {"application": {"planned_start_on": "2028-04-03"}, "persons": {}}
    await client.patch(f"{path}/content", body, version=begun["version"])
    planned = (await client.get(f"{path}/plan")).json()
    foreign = await other_client.get(f"{path}/plan")

    assert unanswered == {"plan": None, "is_late": False}
    assert planned["plan"]["aimed_at"] == "2028-04-03"
    assert foreign.status_code == 404
