"""Registers: who may act for whom, who is a member, what was quoted. Content; written by the front desk with history.

Two tables are the worker's: `lapse_notice` (reminders) and `filing_fee` (the amounts of a filing).
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Identity, Index, Integer, Table
from sqlalchemy import text as sql

from infra.database.metadata import METADATA, document, instant, of_application, text, texts

certificate = Table(
    "certificate",
    METADATA,
    text("account_id", ForeignKey("account.id"), primary_key=True),
    text("certificate_number"),
    Column("valid_until", Date, nullable=False),
    Column("online_id_valid_until", Date),
    text("bureau", nullable=True),
    Column("valid_from", Date),
    Column("return_by", Date),
    Column("returned_on", Date),
    text("online_id_body", nullable=True),
    Column("online_id_since", Date),
    Column("online_report_by", Date),
)

mandate = Table(
    "mandate",
    METADATA,
    text("id", primary_key=True),
    text("organisation_id", ForeignKey("organisation.id")),
    text("account_id", ForeignKey("account.id")),
    texts("procedures"),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("requested_on", Date),
    Column("request_valid_until", Date),
    text("request_document", nullable=True),
    Index("ix_mandate_account_id", "account_id", "organisation_id"),
    Index("ix_mandate_organisation_id", "organisation_id"),
)

membership = Table(
    "membership",
    METADATA,
    text("organisation_id", ForeignKey("organisation.id"), primary_key=True),
    Column("is_member", Boolean, nullable=False),
    Column("since", Date),
    text("parent_id", ForeignKey("organisation.id"), nullable=True),
)

register_change = Table(
    "register_change",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    text("register"),
    text("entry"),
    document("before", nullable=True),
    document("after"),
    text("changed_by"),
    text("capacity"),
    instant("changed_at"),
    Index("ix_register_change_register", "register", "entry", "id"),
)

pledge_list = Table(
    "pledge_list",
    METADATA,
    text("id", primary_key=True),
    text("account_id", ForeignKey("account.id")),
    Column("filed_on", Date, nullable=False),
    document("organisations"),
    text("recorded_by"),
    instant("recorded_at"),
    Index("ix_pledge_list_account_id", "account_id", "recorded_at"),
)

lapse_notice = Table(
    "lapse_notice",
    METADATA,
    text("id", primary_key=True),
    text("thing"),
    text("entry"),
    Column("lapses_on", Date, nullable=False),
    Column("step_days", Integer, nullable=False),
    text("account_id", ForeignKey("account.id")),
    text("recipient_id", ForeignKey("account.id")),
    text("state"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    text("trouble", nullable=True),
    instant("due_at"),
    instant("sent_at", nullable=True),
    Index("ix_lapse_notice_due_at", "due_at", postgresql_where=sql("state = 'waiting'")),
)

fee_quote = Table(
    "fee_quote",
    METADATA,
    text("number", primary_key=True),
    text("organisation_id"),
    text("procedure"),
    text("fee_class"),
    Column("persons", Integer, nullable=False),
    Column("desk_yen_per_person", Integer),
    document("authority"),
    Column("quoted_on", Date, nullable=False),
    of_application(),
)

filing_fee = Table(
    "filing_fee",
    METADATA,
    text("filing_id", primary_key=True),
    text("organisation_id"),
    text("number"),
    text("channel"),
    text("fee_class", nullable=True),
    Column("persons", Integer, nullable=False),
    Column("desk_yen_per_person", Integer),
    Column("authority_yen", Integer),
    Column("authority_units", Integer, nullable=False),
    Column("lodged_on", Date, nullable=False),
    of_application(),
    Index("ix_filing_fee_number", "number"),
    Index("ix_filing_fee_lodged_on", "lodged_on"),
)
