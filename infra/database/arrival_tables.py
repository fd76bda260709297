"""Arrivals: what came from authorities. `arrival` and its parts are written by the ingest, the rest by the front desk.

An arrival belongs to no application until somebody confirms it: it has a data key of its own, wrapped by the KEK.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
)
from sqlalchemy import (
    text as sql,
)

from infra.database.metadata import METADATA, document, instant, sealed, text, texts

arrival = Table(
    "arrival",
    METADATA,
    text("id", primary_key=True),
    text("way"),
    text("content_sha256", unique=True),
    text("message_sha256", nullable=True),
    Column("size_bytes", BigInteger, nullable=False),
    text("uploaded_by", nullable=True),
    Column("arrived_on", Date),
    sealed("wrapped", nullable=True),
    text("raw_key", nullable=True),
    text("raw_version", nullable=True),
    instant("received_at"),
    instant("read_at", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    text("trouble", nullable=True),
    text("kind"),
    sealed("envelope", nullable=True),
    sealed("reading", nullable=True),
    text("proposed_number", nullable=True),
    text("proposed_person", nullable=True),
    text("certainty", nullable=True),
    text("handler", nullable=True),
    instant("erased_at", nullable=True),
    Index("ix_arrival_message_sha256", "message_sha256"),
    Index("ix_arrival_received_at", "received_at", "id"),
    Index("ix_arrival_proposed_number", "proposed_number"),
    Index("ix_arrival_unread", "received_at", postgresql_where=sql("read_at IS NULL")),
)

arrival_part = Table(
    "arrival_part",
    METADATA,
    text("arrival_id", ForeignKey("arrival.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    text("media_type"),
    Column("size_bytes", BigInteger, nullable=False),
    text("state"),
    text("refusal", nullable=True),
    Column("pages", Integer),
    sealed("file_name", nullable=True),
    text("vault_key", nullable=True),
    text("vault_version", nullable=True),
)

arrival_upload = Table(
    "arrival_upload",
    METADATA,
    text("id", primary_key=True),
    text("sha256"),
    text("media_type"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("arrived_on", Date),
    text("upload_id", nullable=True),
    text("uploaded_by"),
    instant("created_at"),
    instant("completed_at", nullable=True),
    Index("ix_arrival_upload_completed_at", "completed_at"),
)

arrival_standing = Table(
    "arrival_standing",
    METADATA,
    text("arrival_id", ForeignKey("arrival.id"), primary_key=True),
    text("state"),
    text("owner", nullable=True),
    text("number", nullable=True),
    texts("persons"),
    text("decision_kind", nullable=True),
    sealed("decision", nullable=True),
    Column("attempt", Integer, nullable=False, server_default="0"),
    text("merged_into", ForeignKey("arrival.id"), nullable=True),
    text("decided_by", nullable=True),
    instant("changed_at"),
    Index("ix_arrival_standing_state", "state", "owner"),
    Index("ix_arrival_standing_number", "number"),
)

arrival_act = Table(
    "arrival_act",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    text("arrival_id", ForeignKey("arrival.id")),
    text("act"),
    text("actor_id"),
    text("capacity"),
    document("facts"),
    sealed("words", nullable=True),
    instant("acted_at"),
    Index("ix_arrival_act_arrival_id", "arrival_id", "id"),
)
