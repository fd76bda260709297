"""Whole procedures, offices and channels can be stopped"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lodging_stop",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(procedure, authority, office, channel) > 0",
            name=op.f("ck_lodging_stop_stops_something"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lodging_stop")),
    )
    op.create_index(
        "ix_lodging_stop_running",
        "lodging_stop",
        ["placed_at"],
        unique=False,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_lodging_stop_running",
        table_name="lodging_stop",
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_table("lodging_stop")
