"""Authority to act: handlers, mandates, members, fees"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CERTIFICATE = (
    ("bureau", sa.Text()),
    ("valid_from", sa.Date()),
    ("return_by", sa.Date()),
    ("returned_on", sa.Date()),
    ("online_id_body", sa.Text()),
    ("online_id_since", sa.Date()),
    ("online_report_by", sa.Date()),
)
MANDATE = (
    ("requested_on", sa.Date()),
    ("request_valid_until", sa.Date()),
    ("request_document", sa.Text()),
)


def upgrade() -> None:
    for name, kind in CERTIFICATE:
        op.add_column("certificate", sa.Column(name, kind, nullable=True))
    op.add_column(
        "mandate",
        sa.Column("procedures", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    # Until `migrate` let the owner see behind the walls this found no row of a guarded database: a mandate that was kept
    # before 0003 covers nothing there, and what it covered is gone with the column. It has to be entered again.
    op.execute("UPDATE mandate SET procedures = ARRAY[procedure]")
    op.drop_column("mandate", "procedure")
    for name, kind in MANDATE:
        op.add_column("mandate", sa.Column(name, kind, nullable=True))
    op.create_index("ix_mandate_organisation_id", "mandate", ["organisation_id"])
    _registers()
    _reminders()
    _fees()


def _registers() -> None:
    op.create_table(
        "membership",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_membership_parent_id")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_membership")),
    )
    op.create_table(
        "register_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_change")),
    )
    op.create_index("ix_register_change_register", "register_change", ["register", "entry", "id"])
    op.create_table(
        "pledge_list",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("organisations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_pledge_list_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_list")),
    )
    op.create_index("ix_pledge_list_account_id", "pledge_list", ["account_id", "recorded_at"])


def _reminders() -> None:
    op.create_table(
        "lapse_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("lapses_on", sa.Date(), nullable=False),
        sa.Column("step_days", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_lapse_notice_account_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["account.id"], name=op.f("fk_lapse_notice_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lapse_notice")),
    )
    op.create_index(
        "ix_lapse_notice_due_at",
        "lapse_notice",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _fees() -> None:
    op.create_table(
        "fee_quote",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("fee_class", sa.Text(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("desk_yen_per_person", sa.Integer(), nullable=True),
        sa.Column("authority", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quoted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_fee_quote_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_fee_quote")),
    )
    op.create_table(
        "filing_fee",
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("fee_class", sa.Text(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("desk_yen_per_person", sa.Integer(), nullable=True),
        sa.Column("authority_yen", sa.Integer(), nullable=True),
        sa.Column("authority_units", sa.Integer(), nullable=False),
        sa.Column("lodged_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_filing_fee_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_filing_fee")),
    )
    op.create_index("ix_filing_fee_number", "filing_fee", ["number"])
    op.create_index("ix_filing_fee_lodged_on", "filing_fee", ["lodged_on"])


def downgrade() -> None:
    for table in ("filing_fee", "fee_quote", "lapse_notice", "pledge_list", "register_change", "membership"):
        op.drop_table(table)
    op.drop_index("ix_mandate_organisation_id", table_name="mandate")
    op.add_column("mandate", sa.Column("procedure", sa.Text(), nullable=True))
    op.execute("UPDATE mandate SET procedure = procedures[1]")
    op.alter_column("mandate", "procedure", nullable=False)
    for name in ("procedures", *(name for name, _ in MANDATE)):
        op.drop_column("mandate", name)
    for name, _ in CERTIFICATE:
        op.drop_column("certificate", name)
