"""Drafts that were left lying end: when, and when their files were gone"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("application", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_application_changed_at",
        "application",
        ["changed_at"],
        unique=False,
        postgresql_where=sa.text("handed_in_at IS NULL AND erased_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_application_changed_at",
        table_name="application",
        postgresql_where=sa.text("handed_in_at IS NULL AND erased_at IS NULL"),
    )
    op.drop_column("application", "erased_at")
    op.drop_column("application", "ended_at")
