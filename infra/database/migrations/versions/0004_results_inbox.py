"""What arrives from authorities is kept and matched"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("message_sha256", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("raw_key", sa.Text(), nullable=True),
        sa.Column("raw_version", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("reading", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_number", sa.Text(), nullable=True),
        sa.Column("proposed_person", sa.Text(), nullable=True),
        sa.Column("certainty", sa.Text(), nullable=True),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("content_sha256", name=op.f("uq_arrival_content_sha256")),
    )
    op.create_index("ix_arrival_message_sha256", "arrival", ["message_sha256"], unique=False)
    op.create_index("ix_arrival_proposed_number", "arrival", ["proposed_number"], unique=False)
    op.create_index("ix_arrival_received_at", "arrival", ["received_at", "id"], unique=False)
    op.create_index(
        "ix_arrival_unread",
        "arrival",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "arrival_upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("upload_id", sa.Text(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival_upload")),
    )
    op.create_index("ix_arrival_upload_completed_at", "arrival_upload", ["completed_at"], unique=False)
    op.create_table(
        "arrival_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("arrival_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrival.id"], name=op.f("fk_arrival_act_arrival_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival_act")),
    )
    op.create_index("ix_arrival_act_arrival_id", "arrival_act", ["arrival_id", "id"], unique=False)
    op.create_table(
        "arrival_part",
        sa.Column("arrival_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.LargeBinary(), nullable=True),
        sa.Column("vault_key", sa.Text(), nullable=True),
        sa.Column("vault_version", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrival.id"], name=op.f("fk_arrival_part_arrival_id")),
        sa.PrimaryKeyConstraint("arrival_id", "place", name=op.f("pk_arrival_part")),
    )
    op.create_table(
        "arrival_standing",
        sa.Column("arrival_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("persons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("decision_kind", sa.Text(), nullable=True),
        sa.Column("decision", sa.LargeBinary(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrival.id"], name=op.f("fk_arrival_standing_arrival_id")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["arrival.id"], name=op.f("fk_arrival_standing_merged_into")
        ),
        sa.PrimaryKeyConstraint("arrival_id", name=op.f("pk_arrival_standing")),
    )
    op.create_index("ix_arrival_standing_number", "arrival_standing", ["number"], unique=False)
    op.create_index("ix_arrival_standing_state", "arrival_standing", ["state", "owner"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_arrival_standing_state", table_name="arrival_standing")
    op.drop_index("ix_arrival_standing_number", table_name="arrival_standing")
    op.drop_table("arrival_standing")
    op.drop_table("arrival_part")
    op.drop_index("ix_arrival_act_arrival_id", table_name="arrival_act")
    op.drop_table("arrival_act")
    op.drop_index("ix_arrival_upload_completed_at", table_name="arrival_upload")
    op.drop_table("arrival_upload")
    op.drop_index("ix_arrival_unread", table_name="arrival", postgresql_where=sa.text("read_at IS NULL"))
    op.drop_index("ix_arrival_received_at", table_name="arrival")
    op.drop_index("ix_arrival_proposed_number", table_name="arrival")
    op.drop_index("ix_arrival_message_sha256", table_name="arrival")
    op.drop_table("arrival")
