"""Content: what people bring. Written by the front desk only (`api.content`, `api.directory`, …), with author."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)
from sqlalchemy import (
    text as sql,
)

from infra.database.metadata import METADATA, document, instant, of_application, sealed, text, texts

organisation = Table(
    "organisation",
    METADATA,
    text("id", primary_key=True),
    text("kind"),
    text("name"),
    text("name_kana"),
    text("prefecture"),
    text("fee_class"),
    text("locale"),
    text("notice_email"),
    Column("active", Boolean, nullable=False, server_default=sql("true")),
)

account = Table(
    "account",
    METADATA,
    text("id", primary_key=True),
    text("subject", unique=True),
    text("organisation_id", ForeignKey("organisation.id"), nullable=True),
    text("display_name"),
    text("email"),
    texts("roles"),
    text("locale"),
    text("office", nullable=True),
    Column("active", Boolean, nullable=False, server_default=sql("true")),
    Index("ix_account_organisation_id", "organisation_id"),
)

api_key = Table(
    "api_key",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id", ForeignKey("organisation.id")),
    text("name"),
    text("sha256", unique=True),
    texts("rights"),
    instant("created_at"),
    instant("expires_at"),
    instant("revoked_at", nullable=True),
    instant("used_at", nullable=True),
)

session = Table(
    "session",
    METADATA,
    text("sha256", primary_key=True),
    text("account_id", ForeignKey("account.id")),
    text("locale"),
    instant("created_at"),
    instant("seen_at"),
    instant("ended_at", nullable=True),
)

data_key = Table(
    "data_key",
    METADATA,
    text("number", primary_key=True),
    sealed("wrapped", nullable=True),
    instant("created_at"),
    instant("destroyed_at", nullable=True),
)

application = Table(
    "application",
    METADATA,
    text("number", primary_key=True),
    text("organisation_id", ForeignKey("organisation.id")),
    text("procedure"),
    Column("map_version", Date, nullable=False),
    text("pack_version", nullable=True),
    Column("version", Integer, nullable=False),
    text("created_by"),
    instant("created_at"),
    instant("changed_at"),
    instant("handed_in_at", nullable=True),
    Column("rounds", Integer, nullable=False, server_default="0"),
    text("split_from", nullable=True),
    instant("ended_at", nullable=True),
    instant("erased_at", nullable=True),
    UniqueConstraint("organisation_id", "number"),
    Index("ix_application_organisation_id_created_at", "organisation_id", "created_at"),
    Index("ix_application_handed_in_at", "handed_in_at", postgresql_where=sql("handed_in_at IS NOT NULL")),
    Index(
        "ix_application_changed_at",
        "changed_at",
        postgresql_where=sql("handed_in_at IS NULL AND erased_at IS NULL"),
    ),
)

applicant = Table(
    "applicant",
    METADATA,
    text("person_id", primary_key=True),
    text("organisation_id"),
    text("number"),
    Column("position", Integer, nullable=False),
    of_application(),
    UniqueConstraint("organisation_id", "number", "position"),
)

content = Table(
    "content",
    METADATA,
    text("number", primary_key=True),
    text("scope", primary_key=True),
    Column("version", Integer, primary_key=True),
    text("organisation_id"),
    sealed("values"),
    Column("sealed_in_round", Integer),
    text("changed_by"),
    instant("changed_at"),
    of_application(),
    Index("ix_content_organisation_id_number", "organisation_id", "number"),
)

document_version = Table(
    "document_version",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("kind"),
    text("scope"),
    text("person_id", nullable=True),
    Column("version", Integer, nullable=False),
    text("state"),
    sealed("file_name"),
    text("media_type"),
    Column("size_bytes", BigInteger, nullable=False),
    text("sha256"),
    Column("issued_on", Date),
    text("upload_id", nullable=True),
    text("uploaded_by"),
    text("capacity"),
    instant("created_at"),
    instant("completed_at", nullable=True),
    Column("sealed_in_round", Integer),
    text("copied_from", nullable=True),
    of_application(),
    Index("ix_document_version_organisation_id_number", "organisation_id", "number"),
)

omission = Table(
    "omission",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("kind"),
    text("person_id", nullable=True),
    Column("submitted_on", Date),
    sealed("reference"),
    text("declared_by"),
    instant("declared_at"),
    instant("ended_at", nullable=True),
    of_application(),
    Index("ix_omission_organisation_id_number", "organisation_id", "number"),
)

hand_in = Table(
    "hand_in",
    METADATA,
    text("number", primary_key=True),
    Column("round", Integer, primary_key=True),
    text("organisation_id"),
    texts("persons"),
    text("manifest_sha256"),
    document("manifest"),
    text("handed_in_by"),
    text("capacity"),
    instant("handed_in_at"),
    of_application(),
)

remark = Table(
    "remark",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("kind"),
    text("author_id"),
    text("capacity"),
    text("task_id", nullable=True),
    text("finding_id", nullable=True),
    text("severity", nullable=True),
    text("person_id", nullable=True),
    text("place_kind", nullable=True),
    text("place", nullable=True),
    sealed("words"),
    Column("for_client", Boolean, nullable=False),
    instant("written_at"),
    instant("removed_at", nullable=True),
    of_application(),
    Index("ix_remark_organisation_id_number", "organisation_id", "number"),
)

idempotency = Table(
    "idempotency",
    METADATA,
    text("principal", primary_key=True),
    text("key", primary_key=True),
    text("request_sha256"),
    Column("status", Integer, nullable=False),
    document("answer"),
    text("number", nullable=True),
    instant("answered_at"),
)

staff_read = Table(
    "staff_read",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    text("account_id"),
    text("number"),
    text("what"),
    instant("read_at"),
    Index("ix_staff_read_number", "number", "read_at"),
    Index("ix_staff_read_account_id", "account_id", "read_at"),
)
