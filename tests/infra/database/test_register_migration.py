"""Mandates that were entered before the registers keep their procedure, on the way up and on the way back."""

from collections.abc import Callable

from alembic import command
from sqlalchemy import Connection, text

from infra.database.migrate import alembic_config

BEFORE, AFTER = "0002", "0003"
A_MANDATE = """
INSERT INTO organisation (id, kind, name, name_kana, prefecture, fee_class, locale, notice_email)
  VALUES ('o-1', 'company', '見本', 'ミホン', '13', 'member', 'ja', 'a@client.example');
INSERT INTO account (id, subject, display_name, email, roles, locale)
  VALUES ('h-1', 'h-1', '見本', 'h-1@office.example', '{handler}', 'ja');
INSERT INTO mandate (id, organisation_id, account_id, procedure, valid_from)
  VALUES ('m-1', 'o-1', 'h-1', 'isa.extension.ssw1', '2026-04-01')"""


def test_a_mandate_keeps_its_procedure(as_it_was: Callable[[str], Connection]) -> None:
    old = as_it_was(BEFORE)
    old.execute(text(A_MANDATE))

    command.upgrade(alembic_config(old), AFTER)
    entered = old.execute(text("SELECT id, procedures, requested_on FROM mandate")).one()

    command.downgrade(alembic_config(old), BEFORE)
    back = old.execute(text("SELECT id, procedure FROM mandate")).one()

    assert tuple(entered) == ("m-1", ["isa.extension.ssw1"], None)
    assert tuple(back) == ("m-1", "isa.extension.ssw1")
