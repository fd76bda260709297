"""Split-offs that a client asked for (written by the front desk): what the road is told, until it has said yes or no."""

from sqlalchemy import ForeignKeyConstraint, Index, Table

from infra.database.metadata import METADATA, document, instant, of_application, text, texts

split_off = Table(
    "split_off",
    METADATA,
    text("to_number", primary_key=True),
    text("number"),
    text("organisation_id"),
    texts("persons"),
    document("findings"),
    text("proposal_id", nullable=True),
    text("act_id"),
    text("made_by"),
    text("capacity"),
    instant("made_at"),
    text("refused_code", nullable=True),
    of_application(),
    ForeignKeyConstraint(
        ["organisation_id", "to_number"], ["application.organisation_id", "application.number"]
    ),
    Index("ix_split_off_number", "number"),
)
