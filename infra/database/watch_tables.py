"""What comes after a result, and by when (written by the desk's round); and which persons of a client's applications belong
together (written by the client)."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Table
from sqlalchemy import text as sql

from infra.database.metadata import METADATA, document, instant, of_application, text

watch_basis = Table(
    "watch_basis",
    METADATA,
    text("number", primary_key=True),
    text("person_id", primary_key=True),
    text("organisation_id"),
    text("after"),
    Column("decided_on", Date),
    Column("valid_to", Date),
    instant("noted_at"),
    of_application(),
)

watch = Table(
    "watch",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("person_id"),
    text("follow_up"),
    text("after"),
    document("name"),
    Column("opens_on", Date),
    Column("closes_on", Date),
    text("missing", nullable=True),
    document("derivation"),
    instant("noted_at"),
    of_application(),
    Index("ix_watch_number", "number", "person_id"),
    Index("ix_watch_closes_on", "closes_on", "id"),
    Index("ix_watch_opens_on", "opens_on", postgresql_where=sql("opens_on IS NOT NULL")),
)

link = Table(
    "link",
    METADATA,
    text("number", primary_key=True),
    text("person_id", primary_key=True),
    text("other_number", primary_key=True),
    text("organisation_id"),
    text("other_person_id"),
    text("kind", primary_key=True),
    text("made_by"),
    text("capacity"),
    instant("made_at"),
    of_application(),
    ForeignKeyConstraint(
        ["organisation_id", "other_number"], ["application.organisation_id", "application.number"]
    ),
    Index("ix_link_other_number", "other_number"),
)
