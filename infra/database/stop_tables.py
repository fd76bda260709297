"""Stops of lodging for whole procedures, offices or channels. Written by the front desk (`api.stops`)."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table
from sqlalchemy import text as sql

from infra.database.metadata import METADATA, instant, text

lodging_stop = Table(
    "lodging_stop",
    METADATA,
    text("id", primary_key=True),
    text("procedure", nullable=True),
    text("authority", nullable=True),
    text("office", nullable=True),
    text("channel", nullable=True),
    text("reason"),
    text("words"),
    text("placed_by"),
    instant("placed_at"),
    Column("until_on", Date, nullable=False),
    text("lifted_by", nullable=True),
    instant("lifted_at", nullable=True),
    CheckConstraint("num_nonnulls(procedure, authority, office, channel) > 0", name="stops_something"),
    Index("ix_lodging_stop_running", "placed_at", postgresql_where=sql("lifted_at IS NULL")),
)
