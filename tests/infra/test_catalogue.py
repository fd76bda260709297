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

    assert (refusal.value.file, refusal.value.line) == ("fees.toml", 1)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "tables" / "quota.toml").unlink()

    with pytest.raises(CatalogueError, match="quota"):
        load_catalogue(folder)


def test_a_rule_given_twice_for_one_day_is_told_with_its_file_and_line(folder: Path) -> None:
    path = folder / "tables" / "rules_isa.toml"
    text = path.read_text(encoding="utf-8")
    first = text.split("[[rules]]")[1]
    path.write_text(f"{text}\n[[rules]]{first}", encoding="utf-8")

    with pytest.raises(CatalogueError, match="given twice for the same day") as refusal:
        load_catalogue(folder)

    line = text.count("\n", 0, text.index("[[rules]]")) + 1
    assert (refusal.value.file, refusal.value.line) == (path.name, line)


ONLY = "isa.extension.ssw1.toml"


@pytest.mark.parametrize(
    ("file", "right", "wrong", "place"),
    [
        (f"procedures/{ONLY}", "typical = 39", "typical = 39\nusual = 40", "expected_days.usual"),
        (f"procedures/{ONLY}", '"ISA-RC-06"', '"ISA-RC-66"', "rules.ISA-RC-66"),
        (f"procedures/{ONLY}", '[provenance]\nsource = "isa', '[provenance]\nsource = "hearsay', "isa.extension"),
        (f"procedures/{ONLY}", 'after = "permitted"', 'after = "permitted"\nwhen = "no_such"', "isa.extension.ssw1.when"),
        ("parts/isa_ssw_stay.toml", "maximum = 200,", "maximal = 200,", "fields.lowest_score_percent.maximal"),
        ("parts/isa_ssw_stay.toml", '= "beyond_total", min', '= "beyond", min', "percent.required_when"),
        ("parts/isa_ssw_work.toml", '"hours_calendar", order = 90', '"hours_calendar", order = "last"', "order"),
        ("tables/rules_isa.toml", 'check = "photo_shape"', 'check = "photo_form"', ".check"),
        ("tables/rules_isa.toml", 'place = "card_number"', 'place = "card_no"', "ISA-RC-01.place"),
        ("tables/minimum_wages.toml", "yen_per_hour = 1226", 'yen_per_hour = "?"', "minimum_wages.0.yen_per_hour"),
        ("tables/sources_ssw.toml", "title =", "titel =", "sources.0.title"),
        ("tables/fees.toml", "fees = [", "feees = [", "feees"),
        ("tables/offices_isa.toml", 'verification = "secondary"', 'verification = "sure"', "verification"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_its_line_and_its_place(
    folder: Path, file: str, right: str, wrong: str, place: str
) -> None:
    for other in (folder / "procedures").glob("*.toml"):
        if other.name != ONLY:
            other.unlink()
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")

    with pytest.raises(CatalogueError) as refusal:
        load_catalogue(folder)

    line = text.count("\n", 0, text.index(right)) + 1 + wrong.count("\n")
    assert (refusal.value.file, refusal.value.line) == (path.name, line)
    assert place in refusal.value.place
    assert refusal.value.reason
    assert f"{path.name}:{line} " in str(refusal.value)
