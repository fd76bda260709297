"""The names this desk answers to: its public address's, those it is set to, and in development those of the loopback."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from infra.identity import LOOPBACK
from infra.settings import Settings

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::[0-9]{1,5})?", re.IGNORECASE)
LOOPBACK_NAMES = frozenset(f"[{each}]" if ":" in each else each for each in LOOPBACK)
"""As a `Host` names them: an address with colons stands in brackets."""


def own_names(settings: Settings) -> frozenset[str]:
    """The names, in lower case. The loopback's are among them only where the public address itself is one of them."""
    names = {named for named in map(host_name, (_netloc(settings), *settings.further_hosts)) if named}
    return frozenset(names | LOOPBACK_NAMES if names & LOOPBACK_NAMES else names)


def asked_name(hosts: Sequence[str]) -> str | None:
    """The name that a request asks for; None where its `Host` is missing, said twice, or more than a name and a port."""
    return host_name(hosts[0]) if len(hosts) == 1 else None


def host_name(host: str) -> str | None:
    """The name in a `Host`, in lower case and without its port; None where it is no such thing."""
    found = HOST.fullmatch(host)
    return found[1].lower() if found else None


def _netloc(settings: Settings) -> str:
    return urlsplit(settings.public_url).netloc
