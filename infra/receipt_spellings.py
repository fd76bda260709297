"""Receipt numbers as the database compares them: what was written at whatever time and in whatever spelling."""

from schemas.receipt_numbers import IGNORED


def compared(column: str) -> str:
    """The SQL of `bare_number` for this column. Null stays null."""
    return f"regexp_replace(upper(normalize({column}, NFKC)), '{IGNORED}', '', 'g')"
