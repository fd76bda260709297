"""Doors on the loopback: whether one is free, whether somebody answers. Imports little: every small server needs it."""

import socket

LOOPBACK = "127.0.0.1"
RESULTS_ADDRESS = "results@toritsugi.example"
"""Whose letters the local mailbox gives out over IMAP: the desk's address for authorities."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback now."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((LOOPBACK, port))
        except OSError:
            return False
    return not answers(port)


def answers(port: int) -> bool:
    """Whether something accepts connections on this port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0
