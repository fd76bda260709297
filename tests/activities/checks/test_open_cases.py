"""Applications beside each other on a real database: what one says is found when another is checked, and for no longer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from activities.checks.contents import Contents
from activities.checks.impact import Impacts
from activities.checks.round import Checks
from activities.ledger import Entry, Ledger
from infra import elsewhere
from infra.catalogue import load_catalogue
from infra.dossiers import CONTENT_PURPOSE, WHOLE
from infra.keys import seal_json
from infra.packs import packs_of_the_worker
from schemas.catalogue import Value
from schemas.checked import CheckAsked, Checked
from schemas.events import Event, Received
from schemas.identifiers import application_number
from schemas.inspections import WeighAsked
from schemas.maps import ProcedureMap
from schemas.packs import pack_text
from schemas.parties import ROAD
from tests.activities.waiting import A_LINK
from tests.builders import MONDAY, handed_in
from tests.older_rules import KEEP, an_older_map
from tests.schemas.cases import EXTENSION, PLAN
from tests.workflows.office import RANDOM, Office

A_CLIENT = """INSERT INTO organisation (id, kind, name, name_kana, prefecture, fee_class, locale, notice_email)
    VALUES (%s, 'supervising_organisation', '見本', 'ミホン', '13', 'standard', 'ja', 'b@client.example')
    ON CONFLICT DO NOTHING"""
A_CONTENT = """INSERT INTO content
    (number, scope, version, organisation_id, "values", sealed_in_round, changed_by, changed_at)
    VALUES (%s, %s, %s, %s, %s, %s, 'acc-client', now())"""
A_HAND_IN = """INSERT INTO hand_in
    (number, round, organisation_id, persons, manifest_sha256, manifest, handed_in_by, capacity, handed_in_at)
    VALUES (%s, %s, %s, %s, '', '{}', 'acc-client', 'client', now())"""
A_RESULT = """INSERT INTO person_standing (number, person_id, organisation_id, stage, holder, held_since, result)
    VALUES (%s, %s, %s, 'decided', 'delivery', now(), %s)"""
PASSPORT = {"passport_number": "TR1234567"}
COMPANY: Mapping[str, Value] = {
    "corporate_number": "7000012050002",
    "full_time_staff": 30,
    "stage1_trainees_now": 2,
    "excellent_employer": False,
}


class Desk:
    """The applications of a test, and a worker that checks them one after the other."""

    def __init__(self, office: Office) -> None:
        self.office = office
        packs = packs_of_the_worker(load_catalogue(), office.ground.database)
        ledger = self.ledger = Ledger(office.ground.database)
        contents = Contents(office.ground.database, office.keys.ring)
        self.checks = Checks(office.ground.database, packs, ledger, contents)
        self.impacts = Impacts(office.ground.database, packs, contents)
        self.told: dict[str, Any] = {}

    def hand_in(
        self,
        person: Mapping[str, Value],
        whole: Mapping[str, Value] | None = None,
        *,
        procedure: str = EXTENSION,
        client: str = "org-1",
    ) -> str:
        """A new application of one person, handed in."""
        number = application_number(2026, next(RANDOM))
        version = load_catalogue().procedure(procedure).version
        changed = {"organisation_id": client, "procedure": procedure, "map_version": version}
        told = handed_in(f"{number}.p1", number=number).model_copy(update=changed)
        with self.office.ground.behind_the_desk() as connection:
            connection.execute(A_CLIENT, (client,))
        self.office.ground.take_in(told, self.office.keys.make(number))
        self.told[number] = told
        self.seal(number, 1, person, whole or {})
        return number

    def seal(self, number: str, round_: int, person: Mapping[str, Value], whole: Mapping[str, Value]) -> None:
        """A round with these answers."""
        told = self.told[number]
        key = self.office.keys.ring.unwrapped(number, self.office.keys.rows[number])
        with self.office.ground.behind_the_desk() as connection:
            for scope, answers in ((WHOLE, whole), (told.persons[0], person)):
                entries = {name: {"v": value, "by": "a", "as": "client"} for name, value in answers.items()}
                sealed = seal_json(key, CONTENT_PURPOSE, entries)
                row = (number, scope, round_, told.organisation_id, sealed, round_)
                connection.execute(A_CONTENT, row)
            handed = (number, round_, told.organisation_id, list(told.persons))
            connection.execute(A_HAND_IN, handed)

    def decide(self, number: str, result: str) -> None:
        """The authority has decided about the person."""
        told = self.told[number]
        with self.office.ground.behind_the_desk() as connection:
            connection.execute(A_RESULT, (number, told.persons[0], told.organisation_id, result))

    def link(self, number: str, other: str) -> None:
        """The person waits, or waited, for the other application's."""
        here, there = self.told[number], self.told[other]
        row = (number, here.persons[0], other, here.organisation_id, there.persons[0], "waits_for")
        with self.office.ground.behind_the_desk() as connection:
            connection.execute(A_LINK, row)

    async def begin_under(self, number: str, pack: ProcedureMap) -> None:
        """Its road has begun, under the rules of an earlier release."""
        told, procedure = self.told[number], pack.procedure
        body = Received(
            number=number,
            organisation_id=told.organisation_id,
            procedure=procedure.id,
            map_version=procedure.version,
            persons=told.persons,
        )
        event = Event(seq=1, at=MONDAY, actor=ROAD, body=body)
        await self.ledger.record(Entry(number=number, organisation_id=told.organisation_id, events=(event,)))
        with self.office.ground.behind_the_desk() as connection:
            kept = (pack.pack_version, procedure.id, procedure.version, pack_text(pack))
            connection.execute(KEEP, kept)
            connection.execute(
                "UPDATE application SET pack_version = %s WHERE number = %s", (pack.pack_version, number)
            )

    async def found(self, number: str) -> set[str]:
        """The rules between applications that find something in a check of the latest round."""
        checked = await self.check(number)
        between = ("ALL-XA", "OTIT-CAP-08", "ISA-SW-09b", "ISA-SW-15")
        return {each.rule_id for each in checked.found if each.rule_id.startswith(between)}

    async def check(self, number: str) -> Checked:
        """A check as the road asks for it."""
        told = self.told[number]
        return await self.checks.check_round(
            CheckAsked(
                number=number,
                organisation_id=told.organisation_id,
                round=1,
                persons=told.persons,
                as_of="2026-11-30",
            )
        )


def asked_of(checked: Checked) -> set[tuple[str, str | None]]:
    """What was found, each with what it rests on."""
    return {(each.key, each.basis) for each in checked.found}


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


async def test_one_passport_in_two_applications_of_a_client_is_found_in_the_second(desk: Desk) -> None:
    first = desk.hand_in(PASSPORT)
    alone = await desk.found(first)
    second = desk.hand_in({"passport_number": "tr 1234567"})

    assert (alone, await desk.found(second)) == (set(), {"ALL-XA-01"})


async def test_another_clients_application_is_found_and_nothing_the_road_is_told_names_it(desk: Desk) -> None:
    theirs = desk.hand_in(PASSPORT, client="org-2")
    own = desk.hand_in(PASSPORT)

    checked = await desk.check(own)

    assert {each.rule_id for each in checked.found} >= {"ALL-XA-02"}
    assert theirs not in checked.model_dump_json()


async def test_newer_rules_are_weighed_with_what_other_applications_say(desk: Desk) -> None:
    desk.hand_in(PASSPORT)
    second = desk.hand_in(PASSPORT)
    await desk.begin_under(second, an_older_map(without="passport_in_own_cases"))

    weighed = await desk.impacts.weigh(WeighAsked(on=date(2026, 11, 30), limit=50))

    assert [(item.number, {each.rule_id for each in item.gained}) for item in weighed.items] == [
        (second, {"ALL-XA-01"})
    ]


async def test_another_passport_is_nobody_elses(desk: Desk) -> None:
    desk.hand_in(PASSPORT)

    assert await desk.found(desk.hand_in({"passport_number": "TR1234568"})) == set()


async def test_an_application_that_was_decided_contradicts_nothing(desk: Desk) -> None:
    first, second = desk.hand_in(PASSPORT), desk.hand_in(PASSPORT)
    before = await desk.found(second)
    desk.decide(first, "permitted")

    assert (before, await desk.found(second)) == ({"ALL-XA-01"}, set())


async def test_a_passport_that_was_corrected_is_no_longer_the_same(desk: Desk) -> None:
    first, second = desk.hand_in(PASSPORT), desk.hand_in(PASSPORT)
    before = await desk.found(second)
    desk.seal(first, 2, {"passport_number": "TR7654321"}, {})

    assert (before, await desk.found(second)) == ({"ALL-XA-01"}, set())


async def test_an_application_whose_key_was_destroyed_is_not_opened(desk: Desk) -> None:
    first, second = desk.hand_in(PASSPORT), desk.hand_in(PASSPORT)
    with desk.office.ground.behind_the_desk() as connection:
        connection.execute(
            "UPDATE data_key SET wrapped = NULL, destroyed_at = now() WHERE number = %s", (first,)
        )

    assert await desk.found(second) == set()


async def test_however_many_are_open_all_are_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "CASES_AT_ONCE", 2)
    desk.hand_in(PASSPORT)
    others = [desk.hand_in({"passport_number": f"TR000000{place}"}) for place in range(4)]
    last = desk.hand_in(PASSPORT)

    found = [await desk.found(number) for number in (*others, last)]

    assert found == [set(), set(), set(), set(), {"ALL-XA-01"}]


async def test_what_is_open_is_read_anew_after_a_while(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = desk.hand_in(PASSPORT), desk.hand_in(PASSPORT)
    before = await desk.found(second)
    monkeypatch.setattr(elsewhere, "ANEW_AFTER_SECONDS", 0.0)

    assert (before, await desk.found(first)) == ({"ALL-XA-01"}, {"ALL-XA-01"})


async def test_an_application_that_cannot_be_opened_stops_no_check(desk: Desk) -> None:
    broken, second = desk.hand_in(PASSPORT), desk.hand_in(PASSPORT)
    with desk.office.ground.behind_the_desk() as connection:
        connection.execute("UPDATE data_key SET wrapped = 'not a key' WHERE number = %s", (broken,))

    assert await desk.found(second) == set()


async def test_head_counts_of_one_company_are_added_up_over_clients(desk: Desk) -> None:
    plan = {"procedure": PLAN}
    alone = await desk.found(desk.hand_in(PASSPORT, COMPANY, **plan))
    desk.hand_in({"passport_number": "TR0000001"}, COMPANY, procedure=PLAN, client="org-2")

    third = desk.hand_in({"passport_number": "TR0000002"}, COMPANY, **plan)

    assert (alone, await desk.found(third)) == (set(), {"OTIT-CAP-08"})


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({"workplace_name": "見本 ホーム"}, {"ISA-SW-09b"}),
        ({"workplace_name": "見本園", "workplace_address": "見本区1-1"}, {"ISA-SW-09b"}),
        ({"workplace_name": "見本園"}, set()),
        ({"workplace_name": "見本ホーム", "ssw_field": "food_service"}, set()),
    ],
)
async def test_in_care_an_establishment_is_known_by_its_name_or_address_over_clients(
    desk: Desk, there: Mapping[str, Value], found: set[str]
) -> None:
    company: Mapping[str, Value] = {"corporate_number": "7000012050002"}
    care = {**company, "ssw_field": "nursing_care", "care_staff": 4, "care_ssw1": 4}
    here = {**care, "workplace_name": "見本ホーム", "workplace_address": "見本区1-1"}
    desk.hand_in({}, {**care, **there}, procedure="isa.coe.ssw1", client="org-2")

    second = desk.hand_in({}, here)

    assert await desk.found(second) == found


@pytest.mark.parametrize(("client", "found"), [("org-1", {"ISA-SW-15"}), ("org-2", set())])
async def test_what_a_colleague_earns_is_compared_within_one_client_alone(
    desk: Desk, client: str, found: set[str]
) -> None:
    pay: Mapping[str, Value] = {"work_category": "ビルクリーニング", "comparator_monthly_yen": 240_000}
    company: Mapping[str, Value] = {"corporate_number": "7000012050002"}
    desk.hand_in(pay, company, client=client)

    second = desk.hand_in({**pay, "comparator_monthly_yen": 230_000}, company)

    assert await desk.found(second) == found


async def test_a_certificate_is_compared_with_the_plan_it_waited_for_once_that_is_decided(desk: Desk) -> None:
    plan = desk.hand_in({"birth_on": "2003-05-05"}, procedure=PLAN)
    own = {"birth_on": "2003-05-06", "plan_number": "見本認定番号1"}
    certificate = desk.hand_in(own, procedure="isa.coe.tit")
    by_itself = await desk.check(certificate)
    desk.link(certificate, plan)
    desk.decide(plan, "refused")

    checked = await desk.check(certificate)
    desk.seal(plan, 2, {"birth_on": "2003-05-07"}, {})
    later = await desk.check(certificate)

    told = {"ISA-LK-01d", "ISA-LK-02d"}
    assert told & {each.rule_id for each in by_itself.found} == set()
    assert {(each.rule_id, each.place) for each in checked.found if each.rule_id in told} == {
        ("ISA-LK-01d", "plan_number"),
        ("ISA-LK-02d", "birth_on"),
    }
    assert {each.rule_id for each in later.found if (each.key, each.basis) not in asked_of(checked)} == {
        "ISA-LK-02d"
    }
