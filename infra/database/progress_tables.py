"""Progress: what has happened. Written by the ledger only (`activities.ledger`), in one transaction per act."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, Table
from sqlalchemy import text as sql

from infra.database.metadata import METADATA, document, instant, of_application, sealed, text, texts
from infra.receipt_spellings import compared

event = Table(
    "event",
    METADATA,
    text("number", primary_key=True),
    Column("seq", Integer, primary_key=True),
    text("organisation_id"),
    text("kind"),
    document("body"),
    text("actor_id"),
    text("capacity"),
    instant("at"),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    of_application(),
)

standing = Table(
    "standing",
    METADATA,
    text("number", primary_key=True),
    text("organisation_id"),
    text("procedure"),
    text("pack_version", nullable=True),
    text("stage"),
    text("holder"),
    Column("seq", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("persons", Integer, nullable=False),
    Column("persons_closed", Integer, nullable=False),
    Column("open_findings", Integer, nullable=False),
    instant("next_due_at", nullable=True),
    text("hold", nullable=True),
    instant("opened_at"),
    instant("changed_at"),
    instant("closed_at", nullable=True),
    document("folded"),
    of_application(),
    Index("ix_standing_organisation_id_opened_at", "organisation_id", "opened_at"),
    Index("ix_standing_open_stage", "stage", "opened_at", postgresql_where=sql("closed_at IS NULL")),
    Index("ix_standing_next_due_at", "next_due_at", postgresql_where=sql("closed_at IS NULL")),
)

person_standing = Table(
    "person_standing",
    METADATA,
    text("number", primary_key=True),
    text("person_id", primary_key=True),
    text("organisation_id"),
    text("stage"),
    text("holder"),
    instant("held_since"),
    text("filing_id", nullable=True),
    text("receipt", nullable=True),
    text("result", nullable=True),
    Column("decided_on", Date),
    Column("valid_to", Date),
    text("waits_for", nullable=True),
    text("link_outcome", nullable=True),
    text("moved_to", nullable=True),
    of_application(),
    Index("ix_person_standing_receipt", sql(compared("receipt"))),
    Index("ix_person_standing_waits_for", "waits_for", postgresql_where=sql("waits_for IS NOT NULL")),
    Index("ix_person_standing_moved_to", "moved_to", "number", postgresql_where=sql("moved_to IS NOT NULL")),
)

task = Table(
    "task",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("kind"),
    text("state"),
    text("right"),
    text("assignee", nullable=True),
    texts("excluded"),
    texts("persons"),
    text("filing_id", nullable=True),
    Column("round", Integer, nullable=False),
    instant("due_at", nullable=True),
    instant("opened_at"),
    instant("closed_at", nullable=True),
    text("outcome", nullable=True),
    of_application(),
    Index("ix_task_open", "right", "due_at", postgresql_where=sql("closed_at IS NULL")),
    Index("ix_task_assignee", "assignee", postgresql_where=sql("closed_at IS NULL")),
    Index("ix_task_number", "number"),
)

finding = Table(
    "finding",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("key"),
    text("source"),
    text("rule_id", nullable=True),
    text("remark_id", nullable=True),
    text("severity"),
    text("person_id", nullable=True),
    text("place_kind"),
    text("place"),
    Column("round", Integer, nullable=False),
    text("state"),
    Column("cannot_decide", Boolean, nullable=False),
    of_application(),
    Index("ix_finding_number", "number"),
)

deadline = Table(
    "deadline",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("kind"),
    text("state"),
    instant("due_at"),
    texts("persons"),
    document("derivation", nullable=True),
    of_application(),
    Index("ix_deadline_number", "number"),
)

filing = Table(
    "filing",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("kind"),
    text("state"),
    texts("persons"),
    text("office"),
    text("channel", nullable=True),
    text("way", nullable=True),
    text("handler", nullable=True),
    text("parent_id", nullable=True),
    text("package_sha256", nullable=True),
    instant("changed_at"),
    instant("sent_at", nullable=True),
    of_application(),
    Index("ix_filing_number", "number"),
)

receipt = Table(
    "receipt",
    METADATA,
    text("receipt", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("person_id"),
    text("filing_id"),
    instant("claimed_at"),
    Column("place", Integer, nullable=False, server_default="1"),
    of_application(),
    Index("ix_receipt_compared", sql(compared("receipt")), "place", unique=True),
)
"""Each number in one spelling. A `place` behind the first: claimed before spellings were compared; told to nobody until
one of them is corrected."""

package = Table(
    "package",
    METADATA,
    text("filing_id", primary_key=True),
    text("sha256", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("vault_key"),
    text("vault_version"),
    document("manifest"),
    instant("sealed_at"),
    of_application(),
)

ball = Table(
    "ball",
    METADATA,
    text("number", primary_key=True),
    text("person_id", primary_key=True),
    instant("from_at"),
    Column("from_seq", Integer, primary_key=True),
    text("organisation_id"),
    text("holder"),
    instant("to_at", nullable=True),
    of_application(),
)

examination = Table(
    "examination",
    METADATA,
    text("document_id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("outcome"),
    text("refusal", nullable=True),
    document("facts"),
    text("vault_key", nullable=True),
    text("vault_version", nullable=True),
    instant("examined_at"),
    of_application(),
    Index("ix_examination_number", "number"),
)

check_report = Table(
    "check_report",
    METADATA,
    text("number", primary_key=True),
    Column("round", Integer, primary_key=True),
    text("pack_version", primary_key=True),
    text("organisation_id"),
    sealed("report"),
    instant("checked_at"),
    of_application(),
)

notice = Table(
    "notice",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id"),
    text("number"),
    Column("seq", Integer, nullable=False),
    text("kind"),
    text("audience"),
    document("facts"),
    text("state"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    instant("due_at"),
    instant("sent_at", nullable=True),
    text("trouble", nullable=True),
    of_application(),
    Index("ix_notice_due_at", "due_at", postgresql_where=sql("state = 'waiting'")),
    Index("ix_notice_number", "number"),
)

authority_news = Table(
    "authority_news",
    METADATA,
    text("source", primary_key=True),
    Column("after", Integer, nullable=False),
)

news_item = Table(
    "news_item",
    METADATA,
    text("source", primary_key=True),
    text("id", primary_key=True),
    Column("seq", Integer, nullable=False),
    document("item"),
    text("state"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    text("trouble", nullable=True),
    instant("received_at"),
    instant("due_at"),
    Index("ix_news_item_due_at", "due_at", postgresql_where=sql("state = 'waiting'")),
)
