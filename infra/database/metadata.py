"""The shape all tables share: one metadata with a naming convention, and the columns that recur."""

from typing import Any

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text(name: str, *args: Any, nullable: bool = False, **kwargs: Any) -> Column[Any]:
    """A text column; NOT NULL unless said otherwise."""
    return Column(name, Text, *args, nullable=nullable, **kwargs)


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    """A UTC instant."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def sealed(name: str, *, nullable: bool = False) -> Column[Any]:
    """Personal data, encrypted with the application's key (`infra.keys`)."""
    return Column(name, LargeBinary, nullable=nullable)


def texts(name: str) -> Column[Any]:
    """A list of ids or codes."""
    return Column(name, ARRAY(Text), nullable=False, server_default="{}")


def document(name: str, *, nullable: bool = False) -> Column[Any]:
    """JSON without personal data."""
    return Column(name, JSONB, nullable=nullable)


def of_application() -> ForeignKeyConstraint:
    """Rows of an application carry its organisation: the composite key keeps row-level security whole."""
    return ForeignKeyConstraint(
        ["organisation_id", "number"], ["application.organisation_id", "application.number"]
    )
