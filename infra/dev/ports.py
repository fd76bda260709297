"""Ports of the local stack: fixed ones for people, free ones for tests, a clear word when one is taken."""

import atexit
import random
import socket
from collections.abc import Iterable
from typing import Self

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.dev.doors import LOOPBACK, is_free

PREFIX = "TORITSUGI_PORT_"

# SeaweedFS opens every port a second time 10,000 higher; below this range neither meets the other
# nor the system's own outgoing connections.
FREE_RANGE = range(12_000, 21_900)
SECOND_DOOR = 10_000


class PortTakenError(Exception):
    """Somebody else uses a port of the stack; the message names the port and the setting that moves it."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        setting = f"{PREFIX}{name.upper()}"
        super().__init__(
            f"ポート {port} ({name}) は使用中です。"
            f"使用中のプログラムを止めるか、{setting} で別の番号にしてください。 / "
            f"Port {port} ({name}) is taken. Stop the program that uses it or choose another with {setting}."
        )


class NoPortsError(Exception):
    """Every block of ports is claimed or in use."""


_claims: list[socket.socket] = []
"""The first port of each block this process has claimed, held open."""


@atexit.register
def _let_go() -> None:
    for each in _claims:
        each.close()


def _claim(start: int) -> bool:
    """Hold the first port of a block: who finds it held takes another block. Servers listen on the others."""
    door = socket.socket()
    try:
        door.bind((LOOPBACK, start))
    except OSError:
        door.close()
        return False
    _claims.append(door)
    return True


class Ports(BaseSettings):
    """One port per door of the stack. `TORITSUGI_PORT_<NAME>` moves one."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    api: int = 8700
    identity: int = 8710
    authority: int = 8720
    smtp: int = 8725
    mailbox: int = 8726
    imap: int = 8727
    postgres: int = 8732
    temporal: int = 8733
    temporal_ui: int = 8734
    temporal_metrics: int = 8735
    temporal_http: int = 8736
    s3: int = Field(default=8740, lt=55_535)
    s3_master: int = Field(default=8741, lt=55_535)
    s3_volume: int = Field(default=8742, lt=55_535)
    s3_filer: int = Field(default=8743, lt=55_535)
    s3_admin: int = Field(default=8744, lt=55_535)

    @classmethod
    def free(cls) -> Self:
        """Ports nobody uses, for tests. They are this process's until it ends: nobody who chooses meanwhile gets them."""
        wanted = len(cls.model_fields)
        starts = FREE_RANGE[:: wanted + 1]
        for start in random.sample(starts, len(starts)):
            chosen = range(start + 1, start + 1 + wanted)
            if _claim(start) and all(is_free(port) and is_free(port + SECOND_DOOR) for port in chosen):
                return cls.model_validate(dict(zip(cls.model_fields, chosen, strict=True)))
        raise NoPortsError


def insist_on_free(ports: Ports, names: Iterable[str]) -> None:
    """Raise PortTakenError for the first of these doors that somebody else holds."""
    for name in names:
        port: int = getattr(ports, name)
        if not is_free(port):
            raise PortTakenError(name, port)
