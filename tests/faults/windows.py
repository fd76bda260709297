"""Windows for a kill: triggers that hold one application still inside one step of its lodging until they are taken away."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from infra.dev.demo.visitor import eventually
from infra.dev.services import Stack

ARRANGED = (
    "CREATE TABLE fault_window (step text, number text)",
    "GRANT SELECT ON fault_window TO PUBLIC",
    """CREATE FUNCTION fault_window() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         WHILE EXISTS (SELECT FROM fault_window w WHERE w.step = TG_ARGV[0] AND w.number = NEW.number) LOOP
           PERFORM pg_sleep(0.2);
         END LOOP;
         RETURN NEW;
       END $$""",
    """CREATE TRIGGER before_intent BEFORE INSERT ON package
       FOR EACH ROW EXECUTE FUNCTION fault_window('before_intent')""",
    """CREATE TRIGGER before_act BEFORE UPDATE OF sent_at ON filing
       FOR EACH ROW EXECUTE FUNCTION fault_window('before_act')""",
    """CREATE TRIGGER before_confirmation BEFORE INSERT ON event
       FOR EACH ROW WHEN (NEW.kind = 'lodging_confirmed') EXECUTE FUNCTION fault_window('before_confirmation')""",
)
TAKEN_AWAY = (
    "DROP TRIGGER before_confirmation ON event",
    "DROP TRIGGER before_act ON filing",
    "DROP TRIGGER before_intent ON package",
    "DROP FUNCTION fault_window()",
    "DROP TABLE fault_window",
)
"""One at a time: together they would hold one table while they wait for the next, and the desk works on meanwhile."""
STANDING_STILL = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = 'toritsugi'"


class Step(StrEnum):
    """Where a worker is killed while a machine lodges. In and after the act it is the authority that keeps it waiting."""

    BEFORE_INTENT = "before_intent"
    BEFORE_ACT = "before_act"
    IN_THE_ACT = "in_the_act"
    AFTER_THE_ACT = "after_the_act"
    BEFORE_CONFIRMATION = "before_confirmation"


@contextmanager
def windows(desk: Stack) -> Iterator[None]:
    """While this lasts, windows can be opened; afterwards none is left."""
    _each(desk, ARRANGED)
    try:
        yield
    finally:
        _each(desk, TAKEN_AWAY)


def _each(desk: Stack, statements: Sequence[str]) -> None:
    with desk.connect("toritsugi") as connection:
        for statement in statements:
            connection.execute(statement.encode())


def open_window(desk: Stack, step: Step, number: str) -> None:
    """From now on this application stands still in this step."""
    with desk.connect("toritsugi") as connection:
        connection.execute("INSERT INTO fault_window VALUES (%s, %s)", [step, number])


def let_go(desk: Stack, number: str) -> None:
    """This application goes on."""
    with desk.connect("toritsugi") as connection:
        connection.execute("DELETE FROM fault_window WHERE number = %s", [number])


def wait_for_still(desk: Stack, count: int) -> None:
    """Come back when so many stand still."""

    def look() -> bool:
        with desk.connect("toritsugi") as connection:
            row = connection.execute(f"SELECT count(*) {STANDING_STILL}".encode()).fetchone()
            return row is not None and row[0] >= count

    eventually(look, f"{count} standing still")


def close_windows(desk: Stack) -> None:
    """Whoever stands still is thrown out of the database, as his process was; then nobody is held any more."""
    with desk.connect("toritsugi") as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) {STANDING_STILL}".encode())
        connection.execute("DELETE FROM fault_window")
