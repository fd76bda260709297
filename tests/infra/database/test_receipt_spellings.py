"""A receipt number in two spellings is one number: claimed once, found by an index, and told where it was claimed twice."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from infra.database.migrate import migrate
from infra.receipt_spellings import compared

BEFORE = "0009"
TWO_CASES = """
INSERT INTO organisation (id, kind, name, name_kana, prefecture, fee_class, locale, notice_email)
  VALUES ('o-1', 'company', '見本', 'ミホン', '13', 'member', 'ja', 'a@client.example');
INSERT INTO application
  (number, organisation_id, procedure, map_version, version, created_by, created_at, changed_at, rounds)
  SELECT each, 'o-1', 'isa.extension.ssw1', '2026-04-01', 1, 'acc', now(), now(), 1 FROM unnest(ARRAY['T-1', 'T-2']) each"""
CLAIMED = """INSERT INTO receipt (receipt, organisation_id, number, person_id, filing_id, claimed_at)
  VALUES (:receipt, 'o-1', :number, :person, 'f', :day)"""
CLAIMS = [
    {"receipt": "24999", "number": "T-2", "person": "p2", "day": "2026-11-02"},
    {"receipt": "24-999", "number": "T-1", "person": "p1", "day": "2026-11-01"},
    {"receipt": "阪永C 24-999", "number": "T-1", "person": "p3", "day": "2026-11-01"},
    {"receipt": "７", "number": "T-1", "person": "p4", "day": "2026-11-01"},
    {"receipt": "第7号", "number": "T-1", "person": "p4", "day": "2026-11-03"},
    {"receipt": "31-001", "number": "T-2", "person": "p5", "day": "2026-11-03"},
    {"receipt": "31001", "number": "T-2", "person": "p6", "day": "2026-11-03"},
]
WALLS = "ALTER TABLE receipt ENABLE ROW LEVEL SECURITY; ALTER TABLE receipt FORCE ROW LEVEL SECURITY"


def test_a_desk_that_has_one_number_twice_migrates_keeps_both_and_is_told_of_them(
    as_it_was: Callable[[str], Connection],
) -> None:
    old = as_it_was(BEFORE)
    old.execute(text(TWO_CASES))
    old.execute(text(CLAIMED), CLAIMS)
    old.execute(text(WALLS))
    old.commit()

    with capture_logs() as told:
        migrate(old.engine.url.render_as_string(hide_password=False))

    old.execute(text("ALTER TABLE receipt NO FORCE ROW LEVEL SECURITY"))
    places = {row.receipt: row.place for row in old.execute(text("SELECT receipt, place FROM receipt"))}
    assert {receipt for receipt, place in places.items() if place == 2} == {"24999", "第7号", "31001"}
    assert set(places.values()) == {1, 2}
    assert [(line["event"], line["number"], line["place"]) for line in told] == [
        ("receipt_of_two", "T-1", 1),
        ("receipt_of_two", "T-2", 1),
        ("receipt_of_two", "T-2", 2),
    ]
    with pytest.raises(IntegrityError, match="ix_receipt_compared"):
        old.execute(text(CLAIMED), CLAIMS[0] | {"receipt": "24ー999"})


@pytest.mark.parametrize(
    ("role", "table", "index"),
    [
        ("worker", "receipt", "ix_receipt_compared"),
        ("desk", "person_standing", "ix_person_standing_receipt"),
    ],
)
def test_a_number_is_found_by_the_index_behind_the_walls_too(
    connection: psycopg.Connection, role: str, table: str, index: str
) -> None:
    connection.execute(f"SET ROLE toritsugi_{role}".encode())
    connection.execute("SET enable_seqscan = off")

    asked = f"EXPLAIN SELECT number FROM {table} WHERE {compared('receipt')} = '24999'"  # noqa: S608
    plan = "\n".join(line for (line,) in connection.execute(asked.encode()))

    assert index in plan
    assert "Index Cond" in plan
