"""`python -m api`: the front desk as a process of its own."""

import uvicorn

from api.app import build
from api.heads import BoundedHeads
from infra.logs import configure
from infra.settings import settings
from infra.temporal import leave

ENDS_WITHIN_SECONDS = 10
IDLE_CONNECTION_SECONDS = 15


def main() -> None:
    """Serve until told to stop."""
    configure()
    chosen = settings()
    server = uvicorn.Server(
        uvicorn.Config(
            build(chosen),
            http=BoundedHeads,
            host=chosen.bind_host,
            port=chosen.bind_port,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=ENDS_WITHIN_SECONDS,
            timeout_keep_alive=IDLE_CONNECTION_SECONDS,
        )
    )
    server.run()
    leave(0 if server.started else 1)


if __name__ == "__main__":
    main()
