"""Persons split off into another application: what was asked of the road, where they are now, where files come from"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("split_from", sa.Text(), nullable=True))
    op.add_column("document_version", sa.Column("copied_from", sa.Text(), nullable=True))
    op.add_column("person_standing", sa.Column("moved_to", sa.Text(), nullable=True))
    op.create_index(
        "ix_person_standing_moved_to",
        "person_standing",
        ["moved_to", "number"],
        unique=False,
        postgresql_where=sa.text("moved_to IS NOT NULL"),
    )
    op.create_table(
        "split_off",
        sa.Column("to_number", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("persons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposal_id", sa.Text(), nullable=True),
        sa.Column("act_id", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_split_off_organisation_id_number"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "to_number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_split_off_organisation_id_to_number"),
        ),
        sa.PrimaryKeyConstraint("to_number", name=op.f("pk_split_off")),
    )
    op.create_index("ix_split_off_number", "split_off", ["number"], unique=False)


def downgrade() -> None:
    op.drop_table("split_off")
    op.drop_index(
        "ix_person_standing_moved_to",
        table_name="person_standing",
        postgresql_where=sa.text("moved_to IS NOT NULL"),
    )
    op.drop_column("person_standing", "moved_to")
    op.drop_column("document_version", "copied_from")
    op.drop_column("application", "split_from")
