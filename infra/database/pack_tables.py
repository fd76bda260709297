"""Packs: the maps with their rules and tables that applications are pinned to. Written once by the front desk."""

from sqlalchemy import Column, Date, Table

from infra.database.metadata import METADATA, instant, text

rule_pack = Table(
    "rule_pack",
    METADATA,
    text("pack_version", primary_key=True),
    text("procedure"),
    Column("map_version", Date, nullable=False),
    text("body"),
    instant("kept_at"),
)
