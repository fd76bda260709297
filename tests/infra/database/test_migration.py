"""The shape in the code and the shape in the database are one, and migrating again changes nothing."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, MetaData, Table, Text, create_engine

from infra.database.metadata import METADATA
from infra.database.migrate import migrate
from infra.database.tables import application
from infra.dev.services import Stack

EVERYTHING = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
  SELECT table_name || column_name || data_type || is_nullable AS line FROM information_schema.columns
    WHERE table_schema = 'public'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT tablename || policyname || roles::text || coalesce(qual, '') || coalesce(with_check, '')
    FROM pg_policies
  UNION ALL SELECT grantee || table_name || privilege_type FROM information_schema.role_table_grants
    WHERE table_schema = 'public'
) AS everything"""


def differences(server: Stack, metadata: MetaData) -> list[object]:
    engine = create_engine(server.database_url("owner"))
    with engine.connect() as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return found


def test_the_migrations_lead_to_the_tables_of_the_code(server: Stack) -> None:
    assert differences(server, METADATA) == []


def test_a_table_that_only_the_code_knows_is_noticed(server: Stack) -> None:
    more = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(more)
    Table("planted", more, Column("id", Text, primary_key=True))

    assert [change[0] for change in differences(server, more)] == ["add_table"]  # type: ignore[index]


def test_migrating_again_changes_nothing(server: Stack, connection: psycopg.Connection) -> None:
    before = connection.execute(EVERYTHING).fetchone()

    migrate(server.database_url("owner"))

    assert connection.execute(EVERYTHING).fetchone() == before


def test_a_right_that_was_given_by_hand_is_taken_back(server: Stack, connection: psycopg.Connection) -> None:
    before = connection.execute(EVERYTHING).fetchone()
    connection.execute(f"GRANT DELETE ON {application.name} TO toritsugi_desk".encode())
    changed = connection.execute(EVERYTHING).fetchone()

    migrate(server.database_url("owner"))

    assert changed != before
    assert connection.execute(EVERYTHING).fetchone() == before


@pytest.mark.parametrize("login", ["api", "worker"])
def test_our_logins_cannot_migrate(server: Stack, login: str) -> None:
    url = server.database_url(login).replace("+psycopg", "")  # type: ignore[arg-type]
    with psycopg.connect(url) as own, pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute("ALTER TABLE application ADD COLUMN planted text")
