"""Reading the catalogue from files: once per folder, and refused with the file's name when one is broken."""

import shutil
from pathlib import Path

import pytest

from infra.catalogue import SHIPPED, load_catalogue
from schemas.map_parts import CatalogueError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("procedures", "tables"):
        shutil.copytree(SHIPPED / part, tmp_path / part)
    return tmp_path


def test_a_copied_catalogue_is_the_same_catalogue(folder: Path) -> None:
    copied = load_catalogue(folder).map_for("isa.extension.ssw1")

    assert copied.pack_version == load_catalogue().map_for("isa.extension.ssw1").pack_version


def test_the_shipped_catalogue_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_a_file_that_is_no_toml_is_named(folder: Path) -> None:
    (folder / "tables" / "fees.toml").write_text("fees = [", encoding="utf-8")

    with pytest.raises(CatalogueError) as refusal:
        load_catalogue(folder)

    assert refusal.value.file == "fees.toml"


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "tables" / "quota.toml").unlink()

    with pytest.raises(CatalogueError, match="quota"):
        load_catalogue(folder)
