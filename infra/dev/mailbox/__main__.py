"""Runs the SMTP sink, its pages and the collecting end in one process, until SIGTERM."""

import argparse
import asyncio
from functools import partial
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP

from infra.dev.doors import LOOPBACK, RESULTS_ADDRESS
from infra.dev.mailbox.collecting import Collection, collecting
from infra.dev.mailbox.letters import LetterBox
from infra.dev.mailbox.pages import build
from infra.dev.mailbox.sink import MAX_MESSAGE_BYTES, Outage, Sink


async def serve(smtp_port: int, http_port: int, imap_port: int, store: Path) -> None:
    """Listen on three ports of the loopback; messages are kept as files in `store`."""
    letters, outage = LetterBox(store), Outage()
    sink = Sink(letters, outage)
    protocol = partial(
        SMTP, sink, enable_SMTPUTF8=True, data_size_limit=MAX_MESSAGE_BYTES, hostname="mailbox.example"
    )
    door = await asyncio.get_running_loop().create_server(protocol, LOOPBACK, smtp_port)
    config = uvicorn.Config(
        build(letters, outage), host=LOOPBACK, port=http_port, log_level="warning", lifespan="off"
    )
    collection = await collecting(Collection(store, RESULTS_ADDRESS), LOOPBACK, imap_port)
    async with door, collection:
        await uvicorn.Server(config).serve()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--smtp-port", type=int, required=True)
    arguments.add_argument("--mailbox-port", type=int, required=True)
    arguments.add_argument("--imap-port", type=int, required=True)
    arguments.add_argument("--store", type=Path, required=True)
    chosen = arguments.parse_args()
    asyncio.run(serve(chosen.smtp_port, chosen.mailbox_port, chosen.imap_port, chosen.store))


if __name__ == "__main__":
    main()
