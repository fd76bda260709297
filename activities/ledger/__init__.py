"""The ledger: the only writer of progress. Events, standing, tasks, findings, balls and notices in one transaction.

`Ledger` is the door; `rows` turns a standing into table rows, `chain` hashes, `announcing` says which events are told.
"""

from activities.ledger.recording import Entry, Ledger

__all__ = ["Entry", "Ledger"]
