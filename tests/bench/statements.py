"""How many SQL statements and transactions each login sends, counted from the database server's own statement log."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.dev.place import ROLES
from infra.dev.services import Stack

PREFIX = "counted|%u|"
LINE = re.compile(r"^counted\|([^|]*)\|LOG:\s+(?:statement|execute [^:]*): (.*)$")
FRAMES = ("BEGIN", "COMMIT", "ROLLBACK")
HEARD_AFTER_SECONDS = 0.3
SHOWN_CHARACTERS = 90


@dataclass
class Told:
    """What one login sent: statements without BEGIN, COMMIT and ROLLBACK; transactions; which statements how often."""

    statements: int = 0
    transactions: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def hear(self, statement: str) -> None:
        """Count one statement."""
        if statement.startswith(FRAMES):
            self.transactions += statement.startswith("BEGIN")
            return
        self.statements += 1
        self.kinds[statement[:SHOWN_CHARACTERS]] += 1


class StatementLog:
    """While it is open, the server logs every statement with its login; parameters are not logged."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._log: Path = stack.place.directory / "logs" / "postgres.log"
        self._from = 0

    def __enter__(self) -> Self:
        self._configure(
            "ALTER SYSTEM SET log_statement = 'all'",
            f"ALTER SYSTEM SET log_line_prefix = '{PREFIX}'",
            "ALTER SYSTEM SET log_parameter_max_length = 0",
        )
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._configure("ALTER SYSTEM RESET ALL")

    def start(self) -> None:
        """Count from now."""
        self._from = self._log.stat().st_size

    def told(self) -> dict[str, Told]:
        """What the front desk (`api`) and the worker (`worker`) sent since the start."""
        names = {ROLES["api"]: "api", ROLES["worker"]: "worker"}
        heard = {name: Told() for name in names.values()}
        with self._log.open("rb") as log:
            log.seek(self._from)
            for line in log.read().decode("utf-8", "replace").splitlines():
                found = LINE.match(line)
                if found and found[1] in names:
                    heard[names[found[1]]].hear(found[2])
        return heard

    def _configure(self, *statements: str) -> None:
        with self._stack.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())
            connection.execute(b"SELECT pg_reload_conf()")
        time.sleep(HEARD_AFTER_SECONDS)
