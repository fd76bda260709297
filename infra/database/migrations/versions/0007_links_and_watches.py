"""What comes after a result is watched; a result may say until when it is good; persons of two applications are linked"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWNER = (["organisation_id", "number"], ["application.organisation_id", "application.number"])


def upgrade() -> None:
    op.add_column("person_standing", sa.Column("valid_to", sa.Date(), nullable=True))
    op.add_column("person_standing", sa.Column("waits_for", sa.Text(), nullable=True))
    op.add_column("person_standing", sa.Column("link_outcome", sa.Text(), nullable=True))
    op.create_index(
        "ix_person_standing_waits_for",
        "person_standing",
        ["waits_for"],
        unique=False,
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )
    op.create_table(
        "watch_basis",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(*OWNER, name=op.f("fk_watch_basis_organisation_id_number")),
        sa.PrimaryKeyConstraint("number", "person_id", name=op.f("pk_watch_basis")),
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("missing", sa.Text(), nullable=True),
        sa.Column("derivation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(*OWNER, name=op.f("fk_watch_organisation_id_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    op.create_index("ix_watch_number", "watch", ["number", "person_id"], unique=False)
    op.create_index("ix_watch_closes_on", "watch", ["closes_on", "id"], unique=False)
    op.create_index(
        "ix_watch_opens_on",
        "watch",
        ["opens_on"],
        unique=False,
        postgresql_where=sa.text("opens_on IS NOT NULL"),
    )
    _links()


def _links() -> None:
    op.create_table(
        "link",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("other_number", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("other_person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(*OWNER, name=op.f("fk_link_organisation_id_number")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "other_number"],
            ["application.organisation_id", "application.number"],
            name=op.f("fk_link_organisation_id_other_number"),
        ),
        sa.PrimaryKeyConstraint("number", "person_id", "other_number", "kind", name=op.f("pk_link")),
    )
    op.create_index("ix_link_other_number", "link", ["other_number"], unique=False)


def downgrade() -> None:
    op.drop_table("link")
    op.drop_table("watch")
    op.drop_table("watch_basis")
    op.drop_index(
        "ix_person_standing_waits_for",
        table_name="person_standing",
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )
    for column in ("link_outcome", "waits_for", "valid_to"):
        op.drop_column("person_standing", column)
