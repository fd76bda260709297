"""Row-level security as the catalogue of PostgreSQL has it, and as a query that forgets its WHERE meets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.dialects import postgresql

from infra.database.rights import (
    CLIENT,
    DESK,
    GRANTS,
    HATS_OF_THE_FRONT_DESK,
    NOT_OF_AN_ORGANISATION,
    SINGLE_COLUMNS,
)
from infra.database.tables import METADATA
from infra.dev.place import ROLES
from infra.dev.services import Stack

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
OURS = (*GRANTS, ROLES["api"], ROLES["worker"])
CONTENT = ("application", "applicant", "content", "document_version", "omission", "hand_in", "split_off")
OURS_AND_THEIRS = ("wall-a", "wall-b")
HIDING = ("split_from", "ended_at")
"""What hides an application from everybody when it is filled in."""
READABLE = sorted(name for name, granted in CLIENT.items() if "SELECT" in granted)
WITH_ORGANISATION = "SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'"
GUARD: LiteralString = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relrowsecurity AND c.relforcerowsecurity"""
FOREIGN_KEYS: LiteralString = """
SELECT f.conrelid::regclass::text, f.confrelid::regclass::text,
       (SELECT array_agg(a.attname::text) FROM pg_attribute a
         WHERE a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey))
FROM pg_constraint f WHERE f.contype = 'f'"""


def column(connection: psycopg.Connection, query: LiteralString, *values: Any) -> set[Any]:
    return {row[0] for row in connection.execute(query, values)}


def test_every_table_is_either_walled_or_closed_to_clients(connection: psycopg.Connection) -> None:
    walled = column(connection, GUARD)
    everything = {table.name for table in METADATA.sorted_tables}

    assert walled == everything - NOT_OF_AN_ORGANISATION
    assert NOT_OF_AN_ORGANISATION.isdisjoint(READABLE)


def test_every_table_with_an_organisation_is_walled(connection: psycopg.Connection) -> None:
    assert column(connection, WITH_ORGANISATION) <= column(connection, GUARD)


def test_every_wall_has_a_policy_for_each_hat(connection: psycopg.Connection) -> None:
    query = "SELECT tablename, unnest(roles)::text FROM pg_policies WHERE schemaname = 'public'"
    policies = set(connection.execute(query).fetchall())

    expected = {(table, hat) for table in column(connection, GUARD) for hat in GRANTS}
    assert policies == expected


def test_a_reference_between_walled_tables_carries_the_organisation(connection: psycopg.Connection) -> None:
    owned = column(connection, WITH_ORGANISATION)
    written = {name for name, granted in CLIENT.items() if "INSERT" in granted or "UPDATE" in granted}

    looking_through = [
        (table, other)
        for table, other, columns in connection.execute(FOREIGN_KEYS)
        if table in owned & written and other in owned and "organisation_id" not in columns
    ]
    assert looking_through == []


def test_none_of_our_logins_and_hats_stands_above_the_walls(connection: psycopg.Connection) -> None:
    above = "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND rolname = ANY (%s)"
    owning = "SELECT tablename FROM pg_tables WHERE tableowner = ANY (%s)"
    superuser = "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND rolname = 'postgres'"

    assert column(connection, above, list(OURS)) == set()
    assert column(connection, owning, list(OURS)) == set()
    assert column(connection, superuser) == {"postgres"}


def test_no_view_and_no_function_of_the_owner_leads_past_the_walls(connection: psycopg.Connection) -> None:
    views = "SELECT viewname FROM pg_views WHERE schemaname = 'public'"
    functions = """SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                   WHERE n.nspname = 'public' AND p.prosecdef"""

    assert column(connection, views) | column(connection, functions) == set()


@pytest.mark.parametrize("table", CONTENT)
def test_staff_and_the_worker_read_content_and_cannot_write_it(
    connection: psycopg.Connection, table: str
) -> None:
    query = """SELECT privilege_type FROM information_schema.role_table_grants
               WHERE grantee = %s AND table_name = %s"""
    staff = column(connection, query, "toritsugi_desk", table)
    worker = column(connection, query, "toritsugi_worker", table)
    client = column(connection, query, "toritsugi_client", table)

    assert staff == worker == {"SELECT"}
    assert client >= {"SELECT", "INSERT"}


def test_rights_are_as_the_one_table_says_and_no_more(connection: psycopg.Connection) -> None:
    query = """SELECT table_name, string_agg(privilege_type, ', ') FROM information_schema.role_table_grants
               WHERE grantee = %s GROUP BY table_name"""
    for hat, rights in GRANTS.items():
        given = {table: set(kinds.split(", ")) for table, kinds in connection.execute(query, [hat])}

        assert given == {table: set(granted.split(", ")) for table, granted in rights.items()}


def test_single_columns_are_written_as_the_one_table_says_and_no_more(connection: psycopg.Connection) -> None:
    query = """SELECT c.table_name, c.column_name FROM information_schema.column_privileges c
               WHERE c.grantee = %s AND c.privilege_type = 'UPDATE' AND NOT EXISTS (
                 SELECT FROM information_schema.role_table_grants t WHERE t.grantee = c.grantee
                   AND t.table_name = c.table_name AND t.privilege_type = 'UPDATE')"""
    for hat in GRANTS:
        given = set(connection.execute(query, [hat]).fetchall())
        columns = SINGLE_COLUMNS.get(hat, {}).items()

        assert given == {(table, column) for table, named in columns for column in named}


def test_no_hat_can_change_or_take_away_an_event(connection: psycopg.Connection) -> None:
    query = """SELECT grantee, privilege_type FROM information_schema.role_table_grants
               WHERE table_name = 'event' AND grantee = ANY (%s)"""
    given = set(connection.execute(query, [list(OURS)]).fetchall())

    assert {kind for _, kind in given} == {"SELECT", "INSERT"}
    assert {hat for hat, kind in given if kind == "INSERT"} == {"toritsugi_worker"}


@pytest.fixture(scope="module")
def neighbours(server: Stack) -> Iterator[Stack]:
    """One row of each of two organisations in every table a client can read."""
    with server.connect("toritsugi") as connection:
        for organisation in OURS_AND_THEIRS:
            for table in sorted_tables():
                fill(connection, table, organisation)
    yield server


def sorted_tables() -> list[Any]:
    return [table for table in METADATA.sorted_tables if table.name in READABLE]


def fill(connection: psycopg.Connection, table: Any, organisation: str) -> None:
    """One row of plain values that fit the types; keys are named after the organisation."""
    given = {
        each.name: value_of(table.name, each, organisation) for each in table.columns if not each.identity
    }
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, given)),
        sql.SQL(", ").join(sql.Placeholder() * len(given)),
    )
    connection.execute(statement, list(given.values()))


def value_of(table: str, each: Any, organisation: str) -> Any:
    if each.name == "organisation_id" or (table, each.name) == ("organisation", "id"):
        return organisation
    if each.foreign_keys and not each.nullable:
        return f"{organisation}-{next(iter(each.foreign_keys)).column.name}"
    if table == "application" and each.name in HIDING:
        return None
    plain = {
        "TEXT": f"{organisation}-number" if each.name == "number" else f"{organisation}-{each.name}",
        "INTEGER": 1,
        "BIGINT": 1,
        "BOOLEAN": True,
        "BYTEA": b"sealed",
        "JSONB": "{}",
        "DATE": "2026-11-22",
        "TIMESTAMP": "2026-11-22T00:00:00Z",
        "TEXT[]": [],
    }
    return plain[str(each.type.compile(dialect=DIALECT)).removesuffix(" WITH TIME ZONE")]


@contextmanager
def wearing(server: Stack, hat: str, organisation: str) -> Iterator[psycopg.Connection]:
    """The front desk's own login under a hat."""
    url = server.database_url("api").replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT set_config('role', %s, true), set_config('toritsugi.organisation', %s, true)",
            [hat, organisation],
        )
        yield connection


def seen(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("table", READABLE)
def test_a_client_that_forgets_its_where_sees_its_own_rows_only(neighbours: Stack, table: str) -> None:
    with wearing(neighbours, "toritsugi_client", "wall-a") as connection:
        as_client = seen(connection, table)
    with wearing(neighbours, "toritsugi_desk", "") as connection:
        as_desk = seen(connection, table)

    assert (as_client, as_desk) == (1, 2)


@pytest.mark.parametrize("hat", [("toritsugi_client", "wall-a"), ("toritsugi_desk", "")])
def test_what_is_being_split_off_is_seen_by_nobody_before_its_persons_have_moved(
    neighbours: Stack, hat: tuple[str, str]
) -> None:
    there = "SELECT count(*) FROM application WHERE number = 'wall-a-split'"
    with neighbours.connect("toritsugi") as connection:
        connection.execute(
            """INSERT INTO application (number, organisation_id, procedure, map_version, version, created_by, created_at,
                                        changed_at, split_from)
               VALUES ('wall-a-split', 'wall-a', '', '2026-11-22', 1, '', now(), now(), 'wall-a-number')"""
        )
        connection.execute(
            """INSERT INTO split_off (to_number, number, organisation_id, findings, act_id, made_by, capacity, made_at)
               VALUES ('wall-a-split', 'wall-a-number', 'wall-a', '[]', '', '', '', now())"""
        )
    with wearing(neighbours, *hat) as connection:
        before = connection.execute(there.encode()).fetchone()
    with neighbours.connect("toritsugi") as connection:
        connection.execute(
            "UPDATE person_standing SET moved_to = 'wall-a-split' WHERE number = 'wall-a-number'"
        )

    with wearing(neighbours, *hat) as connection:
        after = connection.execute(there.encode()).fetchone()

    with neighbours.connect("toritsugi") as connection:
        connection.execute("UPDATE person_standing SET moved_to = NULL WHERE number = 'wall-a-number'")
        connection.execute("DELETE FROM split_off WHERE to_number = 'wall-a-split'")
        connection.execute("DELETE FROM application WHERE number = 'wall-a-split'")
    assert (before, after) == ((0,), (1,))


@pytest.mark.parametrize("organisation", ["", "nobody"])
def test_without_an_organisation_nothing_is_seen(neighbours: Stack, organisation: str) -> None:
    with wearing(neighbours, "toritsugi_client", organisation) as connection:
        assert [table for table in READABLE if seen(connection, table)] == []


def test_a_client_can_neither_add_to_nor_move_into_another_organisation(neighbours: Stack) -> None:
    refused = []
    for statement in (
        "UPDATE application SET organisation_id = 'wall-b'",
        "INSERT INTO applicant (person_id, organisation_id, number, position) "
        "VALUES ('p-new', 'wall-b', 'wall-b-number', 2)",
        "INSERT INTO applicant (person_id, organisation_id, number, position) "
        "VALUES ('p-new', 'wall-a', 'wall-b-number', 2)",
    ):
        with wearing(neighbours, "toritsugi_client", "wall-a") as connection:
            try:
                connection.execute(statement)
            except psycopg.Error as error:
                refused.append(error.sqlstate)

    assert refused == ["42501", "42501", "23503"]


def test_a_client_cannot_read_the_keys_even_of_its_own(neighbours: Stack) -> None:
    with (
        wearing(neighbours, "toritsugi_client", "wall-a") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT number FROM data_key")


@pytest.mark.parametrize("table", sorted(set(DESK) - set(CLIENT)))
def test_what_is_the_desks_alone_is_closed_to_clients(neighbours: Stack, table: str) -> None:
    with (
        wearing(neighbours, "toritsugi_client", "wall-a") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        seen(connection, table)


def test_the_front_desk_can_put_on_its_two_hats_and_no_other(server: Stack) -> None:
    refused = []
    for hat in GRANTS:
        try:
            with wearing(server, hat, "") as connection:
                connection.execute("SELECT 1")
        except psycopg.errors.InsufficientPrivilege:
            refused.append(hat)

    assert set(GRANTS) - set(refused) == set(HATS_OF_THE_FRONT_DESK)
