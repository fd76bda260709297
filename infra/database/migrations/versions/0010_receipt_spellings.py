"""Receipt numbers are claimed and found as they are compared; the mails of a case are found by its number"""

import sqlalchemy as sa
from alembic import op

from infra.logs import get_log

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COMPARED = r"regexp_replace(upper(normalize(receipt, NFKC)), '[\s‐-―−ー第号-]', '', 'g')"
PLACES = sa.text(
    f"""UPDATE receipt r SET place = d.place
        FROM (SELECT receipt, row_number() OVER (PARTITION BY {COMPARED} ORDER BY claimed_at, receipt) AS place
              FROM receipt) d
        WHERE d.receipt = r.receipt AND d.place > 1"""  # noqa: S608 - an expression of our own
)
CLAIMED_TWICE = sa.text(
    f"""SELECT array_agg(DISTINCT number ORDER BY number) FROM receipt
        GROUP BY {COMPARED} HAVING count(DISTINCT (number, person_id)) > 1 ORDER BY 1"""  # noqa: S608 - the same
)
"""Cases in which one number was claimed for different persons: somebody has to correct one of them. Until then the
authority's news of it is kept and told to neither. Lines of the log with the same place are of one such number."""
_log = get_log(__name__)


def upgrade() -> None:
    op.add_column("receipt", sa.Column("place", sa.Integer(), server_default="1", nullable=False))
    op.execute(PLACES)
    for place, (numbers,) in enumerate(op.get_bind().execute(CLAIMED_TWICE).all(), start=1):
        for number in numbers:
            _log.warning("receipt_of_two", number=number, place=place)
    op.create_index("ix_receipt_compared", "receipt", [sa.text(COMPARED), "place"], unique=True)
    op.drop_index("ix_person_standing_receipt", table_name="person_standing")
    op.create_index("ix_person_standing_receipt", "person_standing", [sa.text(COMPARED)], unique=False)
    op.create_index("ix_notice_number", "notice", ["number"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_notice_number", table_name="notice")
    op.drop_index("ix_person_standing_receipt", table_name="person_standing")
    op.create_index("ix_person_standing_receipt", "person_standing", ["receipt"], unique=False)
    op.drop_index("ix_receipt_compared", table_name="receipt")
    op.drop_column("receipt", "place")
