"""Requests this process sends to others. The certificates it trusts are loaded once: that takes a tenth of a second."""

import ssl
from functools import lru_cache
from typing import Any

import httpx2


def sending(within_seconds: float | httpx2.Timeout, **further: Any) -> httpx2.AsyncClient:
    """A client to send requests with, each answered within this time; `further` as `httpx2.AsyncClient` takes it."""
    return httpx2.AsyncClient(timeout=within_seconds, verify=trusted(), **further)


def sending_one_by_one(within_seconds: float | httpx2.Timeout, **further: Any) -> httpx2.Client:
    """The same for who waits for each answer; `further` as `httpx2.Client` takes it."""
    return httpx2.Client(timeout=within_seconds, verify=trusted(), **further)


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """The certificates this process trusts."""
    return httpx2.create_ssl_context()
