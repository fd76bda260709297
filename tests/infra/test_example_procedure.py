"""The procedure in the README is one: it is loaded beside the shipped ones, asked, and a mistake in it is refused."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from infra.catalogue import SHIPPED, load_catalogue
from schemas.document_list import document_list
from schemas.lodging import office_of, window_of
from schemas.map_parts import CatalogueError
from schemas.maps import ProcedureMap
from tests.schemas.cases import a_dossier, check

README = SHIPPED.parent / "README.md"
NAME = "sample.notice"


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def beside_the_shipped(folder: Path, text: str) -> ProcedureMap:
    """The example as its own file in a copy of the shipped data."""
    for part in ("procedures", "parts", "tables"):
        shutil.copytree(SHIPPED / part, folder / part)
    (folder / "procedures" / f"{NAME}.toml").write_text(text, encoding="utf-8")
    return load_catalogue(folder).map_for(NAME)


def test_the_procedure_of_the_readme_is_loaded_and_asked(tmp_path: Path) -> None:
    ready = beside_the_shipped(tmp_path, example())
    answers: dict[str, object] = {"site_prefecture": "13", "happened_on": date(2026, 11, 1)}

    soon = a_dossier(ready, answers, as_of=date(2026, 11, 15))
    late = a_dossier(ready, answers, as_of=date(2026, 11, 16))

    needed = [{line.kind: line.need for line in document_list(ready, each)} for each in (soon, late)]
    assert [each["sample_reason"] for each in needed] == ["not_needed", "needed"]
    assert window_of(ready, soon).latest_on == date(2026, 11, 15)
    assert office_of(ready, soon) is not None
    assert {each.place for each in check(ready, late).findings} == {"sample_notice", "sample_reason"}


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("> 14", "> '14'", "sample_reason"),
        ("ALL-FLD-01", "ALL-ZZ-99", "ALL-ZZ-99"),
        ('"boolean"', '"yesno"', "is_repeated"),
        ('source = "desk"', 'source = "hearsay"', "hearsay"),
    ],
)
def test_a_mistake_in_it_is_refused_with_file_and_place(
    tmp_path: Path, right: str, wrong: str, place: str
) -> None:
    with pytest.raises(CatalogueError) as refused:
        beside_the_shipped(tmp_path, example().replace(right, wrong))

    assert NAME in str(refused.value)
    assert place in str(refused.value)
    assert refused.value.reason
