"""The checks of a round on a real database: what is kept, what a further round asks again, the same asked years later."""

import json
import shutil
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from activities.checks import round as module
from activities.checks.again import Repeats
from activities.checks.contents import Contents
from activities.checks.impact import Impacts, catalogue_at
from activities.checks.named import NAMED_CHECKS
from activities.checks.round import Checks
from activities.ledger import Entry, Ledger
from infra.catalogue import SHIPPED as FOLDER
from infra.catalogue import load_catalogue
from infra.dossiers import CONTENT_PURPOSE
from infra.keys import DataKey, seal_json
from infra.packs import Packs, packs_of_the_worker
from schemas.application import HandedIn
from schemas.catalogue import Value
from schemas.checked import CheckAsked, Checked
from schemas.events import Event, Received
from schemas.identifiers import application_number
from schemas.inspections import RepeatAsked, WeighAsked
from schemas.packs import pack_text
from schemas.parties import ROAD
from tests.builders import MONDAY, handed_in
from tests.older_rules import KEEP, SSW, an_older_map
from tests.workflows.office import RANDOM, Office

SHIPPED = load_catalogue().map_for(SSW)
A_CONTENT = """INSERT INTO content
    (number, scope, version, organisation_id, "values", sealed_in_round, changed_by, changed_at)
    VALUES (%s, %s, %s, %s, %s, %s, 'acc-client', now())"""


class Handed:
    """One application of one person at the office, with content sealed round by round."""

    def __init__(self, office: Office) -> None:
        number = application_number(2026, next(RANDOM))
        self.office = office
        self.told: HandedIn = handed_in(f"{number}.p1", number=number).model_copy(
            update={"procedure": SSW, "map_version": SHIPPED.procedure.version}
        )
        office.ground.take_in(self.told, office.keys.make(number))
        self.packs: Packs = packs_of_the_worker(load_catalogue(), office.ground.database)
        self.ledger = Ledger(office.ground.database)

    @property
    def number(self) -> str:
        return self.told.number

    async def seal(self, round_: int, **answers: Value) -> None:
        """The person's answers as they stand in this round."""
        key: DataKey = await self.office.keys.ring.key_for(self.number)
        entries = {
            name: {"v": value, "by": "acc-client", "as": "client", "at": "2026-11-22"}
            for name, value in answers.items()
        }
        row = (
            self.number,
            self.told.persons[0],
            round_,
            self.told.organisation_id,
            seal_json(key, CONTENT_PURPOSE, entries),
            round_,
        )
        with self.office.ground.behind_the_desk() as connection:
            connection.execute(A_CONTENT, row)

    async def check(self, round_: int, **more: str) -> Checked:
        """The checks of a round, all on one day."""
        database = self.office.ground.database
        contents = Contents(database, self.office.keys.ring)
        checks = Checks(database, self.packs, self.ledger, contents)
        asked = CheckAsked(
            number=self.number,
            organisation_id=self.told.organisation_id,
            round=round_,
            persons=self.told.persons,
            as_of="2026-11-30",
            **more,
        )
        return await checks.check_round(asked)

    async def begin(self) -> None:
        """The road has begun: there is a standing."""
        body = Received(
            number=self.number,
            organisation_id=self.told.organisation_id,
            procedure=SSW,
            map_version=self.told.map_version,
            persons=self.told.persons,
        )
        event = Event(seq=1, at=MONDAY, actor=ROAD, body=body)
        await self.ledger.record(
            Entry(number=self.number, organisation_id=self.told.organisation_id, events=(event,))
        )


@pytest.fixture
def handed(office: Office) -> Handed:
    return Handed(office)


def bases(checked: Checked) -> Mapping[str, str | None]:
    return {each.key: each.basis for each in checked.found}


async def test_what_rests_on_the_same_has_the_same_basis_and_what_changed_is_named(handed: Handed) -> None:
    await handed.seal(1, name_latin="TARO", passport_number="AB1")
    first = await handed.check(1)
    await handed.seal(2, name_latin="TARO MIHON", passport_number="AB1")

    second = await handed.check(2)

    before, now = bases(first), bases(second)
    same = {each.key for each in second.found if before.get(each.key) == each.basis}
    assert same != set()
    assert {name for each in second.found for name in each.changed} <= {"name_latin"}
    assert all(each.changed == () for each in second.found if each.key in same and "|-|" in each.key)
    assert "TARO" not in first.model_dump_json() + second.model_dump_json()
    assert len(now) == len(second.found)


async def test_a_further_round_comes_to_what_a_first_one_would(handed: Handed) -> None:
    await handed.seal(1, name_latin="TARO")
    await handed.check(1)
    await handed.seal(2, name_latin="ＴＡＲＯ", passport_number="X")

    second = await handed.check(2)

    afresh = await handed.check(1)
    assert bases(second) == bases(afresh)


async def test_a_kept_check_is_asked_again_years_later_and_comes_out_the_same(handed: Handed) -> None:
    await handed.seal(1, name_latin="TARO")
    await handed.check(1)
    await handed.seal(2, name_latin="")

    repeats = Repeats(handed.office.ground.database, handed.office.keys.ring, handed.packs)
    repeated = await repeats.repeat(RepeatAsked(number=handed.number, round=1))
    nothing = await repeats.repeat(RepeatAsked(number=handed.number, round=7))

    assert [(each.is_equal, each.as_of) for each in repeated.items] == [(True, date(2026, 11, 30))]
    assert repeated.items[0].findings > 0
    assert nothing.items == ()


async def test_a_check_that_would_come_out_otherwise_is_noticed(
    handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await handed.seal(1, name_latin="TARO")
    monkeypatch.setattr(module, "NAMED_CHECKS", {name: lambda _: () for name in NAMED_CHECKS})
    await handed.check(1)
    monkeypatch.undo()

    repeats = Repeats(handed.office.ground.database, handed.office.keys.ring, handed.packs)
    repeated = await repeats.repeat(RepeatAsked(number=handed.number, round=1))

    assert [each.is_equal for each in repeated.items] == [False]
    assert repeated.items[0].only_now != ()


async def test_newer_rules_are_weighed_page_by_page_and_an_erased_case_is_only_named(office: Office) -> None:
    older = an_older_map(9, without="required_fields")
    cases = [Handed(office) for _ in range(3)]
    with office.ground.behind_the_desk() as connection:
        connection.execute(KEEP, (older.pack_version, SSW, older.procedure.version, pack_text(older)))
        connection.execute("UPDATE application SET pack_version = %s", (older.pack_version,))
    for each in cases:
        await each.begin()
    office.keys.rows[cases[0].number] = b""
    database = office.ground.database
    impacts = Impacts(database, cases[0].packs, Contents(database, office.keys.ring))

    pages = []
    after: str | None = ""
    while after is not None:
        pages.append(await impacts.weigh(WeighAsked(on=date(2026, 11, 30), after=after, limit=2)))
        after = pages[-1].next

    weighed = [each for page in pages for each in page.items]
    assert [len(page.items) + len(page.unreadable) for page in pages] == [2, 1]
    assert {each.number for each in weighed} == {each.number for each in cases[1:]}
    assert [number for page in pages for number in page.unreadable] == [cases[0].number]
    assert all(each.gained and not each.lost and each.changes_anything for each in weighed)
    assert json.loads(weighed[0].model_dump_json())["plan"][0]["before"] == "9"


async def test_rules_that_are_not_shipped_yet_are_weighed_from_their_folder(
    handed: Handed, tmp_path: Path
) -> None:
    for part in ("procedures", "parts", "tables"):
        shutil.copytree(FOLDER / part, tmp_path / part)
    path = tmp_path / "procedures" / f"{SSW}.toml"
    path.write_text(f'without = ["ALL-FLD-01"]\n{path.read_text("utf-8")}', "utf-8")
    database = handed.office.ground.database
    contents = Contents(database, handed.office.keys.ring)
    keep = (SHIPPED.pack_version, SSW, SHIPPED.procedure.version, pack_text(SHIPPED))
    with handed.office.ground.behind_the_desk() as connection:
        connection.execute(KEEP, keep)
        connection.execute("UPDATE application SET pack_version = %s", (SHIPPED.pack_version,))
    await handed.begin()
    asked = WeighAsked(on=date(2026, 11, 30), limit=50)

    shipped, candidate = [
        await Impacts(database, packs_of_the_worker(catalogue, database), contents).weigh(asked)
        for catalogue in (catalogue_at(str(FOLDER)), catalogue_at(str(tmp_path)))
    ]

    assert shipped.items == ()
    assert [{each.rule_id for each in item.lost} for item in candidate.items] == [{"ALL-FLD-01"}]


def test_a_folder_without_rules_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ArgumentTypeError, match="prefectures"):
        catalogue_at(str(tmp_path))


async def test_a_round_is_checked_by_the_pack_that_was_adopted(handed: Handed) -> None:
    older = an_older_map(9, without="required_fields")
    with handed.office.ground.behind_the_desk() as connection:
        connection.execute(KEEP, (older.pack_version, SSW, older.procedure.version, pack_text(older)))
    await handed.seal(1, name_latin="TARO")

    own = await handed.check(1)
    adopted = await handed.check(1, pack=older.pack_version)

    assert (own.pack_version, adopted.pack_version) == (SHIPPED.pack_version, older.pack_version)
    assert {each.rule_id for each in adopted.found} < {each.rule_id for each in own.found}
