"""The rules an application was promised are kept with it"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_pack",
        sa.Column("pack_version", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("map_version", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pack_version", name=op.f("pk_rule_pack")),
    )
    op.add_column("application", sa.Column("pack_version", sa.Text(), nullable=True))
    op.add_column("standing", sa.Column("pack_version", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("standing", "pack_version")
    op.drop_column("application", "pack_version")
    op.drop_table("rule_pack")
