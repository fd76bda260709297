"""The first shape: progress, and what the authority said"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001b"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authority_news",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_authority_news")),
    )
    op.create_table(
        "ball",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_seq", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_ball_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("number", "person_id", "from_seq", name=op.f("pk_ball")),
    )
    op.create_table(
        "check_report",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("pack_version", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_check_report_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("number", "round", "pack_version", name=op.f("pk_check_report")),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("persons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("derivation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_deadline_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_number", "deadline", ["number"], unique=False)
    op.create_table(
        "event",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_event_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("number", "seq", name=op.f("pk_event")),
    )
    op.create_table(
        "examination",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vault_key", sa.Text(), nullable=True),
        sa.Column("vault_version", sa.Text(), nullable=True),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_examination_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_examination")),
    )
    op.create_index("ix_examination_number", "examination", ["number"], unique=False)
    op.create_table(
        "filing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("persons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("package_sha256", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_filing_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
    )
    op.create_index("ix_filing_number", "filing", ["number"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("remark_id", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cannot_decide", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_finding_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_number", "finding", ["number"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_notice_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_due_at", "notice", ["due_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "package",
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("vault_key", sa.Text(), nullable=False),
        sa.Column("vault_version", sa.Text(), nullable=False),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_package_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("filing_id", "sha256", name=op.f("pk_package")),
    )
    op.create_table(
        "person_standing",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_person_standing_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("number", "person_id", name=op.f("pk_person_standing")),
    )
    op.create_index("ix_person_standing_receipt", "person_standing", ["receipt"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_receipt_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("receipt", name=op.f("pk_receipt")),
    )
    op.create_table(
        "standing",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("persons_closed", sa.Integer(), nullable=False),
        sa.Column("open_findings", sa.Integer(), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("folded", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_standing_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_standing")),
    )
    op.create_index(
        "ix_standing_next_due_at",
        "standing",
        ["next_due_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_standing_open_stage",
        "standing",
        ["stage", "opened_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_standing_organisation_id_opened_at", "standing", ["organisation_id", "opened_at"], unique=False
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("excluded", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("persons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_task_organisation_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(
        "ix_task_assignee", "task", ["assignee"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index("ix_task_number", "task", ["number"], unique=False)
    op.create_index(
        "ix_task_open",
        "task",
        ["right", "due_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_task_open", table_name="task", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_task_number", table_name="task")
    op.drop_index("ix_task_assignee", table_name="task", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_table("task")
    op.drop_index("ix_standing_organisation_id_opened_at", table_name="standing")
    op.drop_index(
        "ix_standing_open_stage", table_name="standing", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_index(
        "ix_standing_next_due_at", table_name="standing", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_table("standing")
    op.drop_table("receipt")
    op.drop_index("ix_person_standing_receipt", table_name="person_standing")
    op.drop_table("person_standing")
    op.drop_table("package")
    op.drop_index("ix_notice_due_at", table_name="notice", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table("notice")
    op.drop_index("ix_finding_number", table_name="finding")
    op.drop_table("finding")
    op.drop_index("ix_filing_number", table_name="filing")
    op.drop_table("filing")
    op.drop_index("ix_examination_number", table_name="examination")
    op.drop_table("examination")
    op.drop_table("event")
    op.drop_index("ix_deadline_number", table_name="deadline")
    op.drop_table("deadline")
    op.drop_table("check_report")
    op.drop_table("ball")
    op.drop_table("authority_news")
