"""Ports of loopback: a free one, and waiting until somebody listens."""

import asyncio
import socket


def free_port() -> int:
    """A port nobody uses on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def answering(port: int, within_seconds: float = 30) -> None:
    """Wait until somebody listens on the port. Raises TimeoutError."""
    async with asyncio.timeout(within_seconds):
        while not await _listens(port):
            await asyncio.sleep(0.05)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
