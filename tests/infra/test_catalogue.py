"""Reading the catalogue from files: once per folder, and refused with the file's name when one is broken."""

import shutil
from pathlib import Path

import pytest

from infra.catalogue import SHIPPED, load_catalogue
from schemas.map_parts import CatalogueError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("procedures", "parts", "tables"):
        if (SHIPPED / part).is_dir():
            shutil.copytree(SHIPPED / part, tmp_path / part)
    return tmp_path


def test_a_copied_catalogue_is_the_same_catalogue(folder: Path) -> None:
    copied = load_catalogue(folder).map_for("isa.extension.ssw1")

    assert copied.pack_version == load_catalogue().map_for("isa.extension.ssw1").pack_version


def test_the_shipped_catalogue_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_rules_are_asked_in_the_order_of_their_tables_the_shared_ones_first(folder: Path) -> None:
    path = folder / "procedures" / "isa.extension.ssw1.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"ISA-RC-01", ', "").replace("rules = [", 'rules = ["ISA-RC-01", '), "utf-8")

    rules = load_catalogue(folder).procedure("isa.extension.ssw1").rules

    assert rules.index("ALL-FLD-01") < rules.index("ISA-RC-01") < rules.index("ISA-RC-02")


def test_a_file_that_is_no_toml_is_named(folder: Path) -> None:
    (folder / "tables" / "fees.toml").write_text("fees = [", encoding="utf-8")

    with pytest.raises(CatalogueError) as refusal:
        load_catalogue(folder)

    assert refusal.value.file == "fees.toml"


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "tables" / "quota.toml").unlink()

    with pytest.raises(CatalogueError, match="quota"):
        load_catalogue(folder)
