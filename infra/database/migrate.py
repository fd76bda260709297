"""Brings a database to the present shape: group roles, tables by migration, grants and row-level security.

`python -m infra.database.migrate` with `TORITSUGI_OWNER_DATABASE_URL`. Running it twice changes nothing.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from infra.database.rights import (
    GRANTS,
    HATS_OF_THE_FRONT_DESK,
    NOT_OF_AN_ORGANISATION,
    OWN_ROWS,
    SEEN_BY_CLIENT,
    SEEN_BY_DESK,
    SINGLE_COLUMNS,
    WRITTEN_BY_CLIENT,
)
from infra.database.tables import METADATA
from infra.settings import settings

LOCK = 8_462_001
FRONT_DESK_LOGIN = "toritsugi_api"


def alembic_config(connection: Connection) -> Config:
    """Alembic over an open connection; no ini file, no second place for the address."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(url: str) -> None:
    """Migrate, grant and guard, one process at a time. Raises SQLAlchemy's errors when the owner may not."""
    engine = create_engine(url, hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _ensure_roles(connection)
        _let_the_owner_see(connection)
        command.upgrade(alembic_config(connection), "head")
        _grant(connection)
        _guard(connection)
    engine.dispose()


def _ensure_roles(connection: Connection) -> None:
    present = {row[0] for row in connection.execute(text("SELECT rolname FROM pg_roles"))}
    for role in (*GRANTS, FRONT_DESK_LOGIN):
        if role not in present:
            connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
    for hat in HATS_OF_THE_FRONT_DESK:
        connection.execute(text(f"GRANT {hat} TO {FRONT_DESK_LOGIN} WITH INHERIT FALSE, SET TRUE"))


def _let_the_owner_see(connection: Connection) -> None:
    """The walls hold the owner back, too: a migration would find no rows to change. `_guard` puts them back."""
    forced = text(
        "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
    )
    for (table,) in connection.execute(forced).all():
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))


def _grant(connection: Connection) -> None:
    for role, rights in GRANTS.items():
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
        connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"))
        for table, granted in rights.items():
            connection.execute(text(f"GRANT {granted} ON {table} TO {role}"))
        for table, columns in SINGLE_COLUMNS.get(role, {}).items():
            connection.execute(text(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}"))


def _guard(connection: Connection) -> None:
    for table in METADATA.sorted_tables:
        if table.name in NOT_OF_AN_ORGANISATION:
            continue
        connection.execute(text(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY"))
        connection.execute(text(f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY"))
        _policy(
            connection,
            table.name,
            "own_rows",
            "toritsugi_client",
            SEEN_BY_CLIENT.get(table.name, OWN_ROWS),
            writes=WRITTEN_BY_CLIENT.get(table.name),
        )
        _policy(connection, table.name, "desk", "toritsugi_desk", SEEN_BY_DESK.get(table.name, "true"))
        _policy(connection, table.name, "worker", "toritsugi_worker", "true")


def _policy(
    connection: Connection, table: str, name: str, role: str, rule: str, *, writes: str | None = None
) -> None:
    connection.execute(text(f"DROP POLICY IF EXISTS {name} ON {table}"))
    checked = f"USING ({rule}) WITH CHECK ({writes or rule})"
    connection.execute(text(f"CREATE POLICY {name} ON {table} TO {role} {checked}"))


if __name__ == "__main__":
    owner = settings().owner_database_url
    if owner is None:
        raise SystemExit("TORITSUGI_OWNER_DATABASE_URL is needed to migrate")
    migrate(owner.get_secret_value())
