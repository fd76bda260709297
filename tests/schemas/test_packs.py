"""Packs: the same rows are the same text, what was kept is what comes back, and what was kept once can be read for ever."""

import hashlib
import json
from pathlib import Path

import pytest

from infra.catalogue import load_catalogue
from schemas.maps import ProcedureMap
from schemas.packs import PackBroken, pack_text, unpacked
from tests.schemas.cases import EXTENSION, a_complete_dossier, a_dossier, a_map, check

KEPT = sorted((Path(__file__).parent / "packs").glob("*.json"))
SHIPPED = load_catalogue().maps()


def name_of(ready: ProcedureMap) -> str:
    return f"{ready.procedure.id}-{ready.procedure.version}"


@pytest.mark.parametrize("ready", SHIPPED, ids=name_of)
def test_a_pack_comes_back_as_it_was_kept(ready: ProcedureMap) -> None:
    again = unpacked(ready.pack_version, pack_text(ready))

    assert (again.procedure, again.tables) == (ready.procedure, ready.tables)
    assert [each.rule for each in again.rules] == [each.rule for each in ready.rules]
    assert pack_text(again) == pack_text(ready)


def test_a_pack_that_comes_back_decides_the_same() -> None:
    ready = a_map(EXTENSION)
    again = unpacked(ready.pack_version, pack_text(ready))
    wrong = a_dossier(ready, {"wage_yen": 1}, persons=2)

    for dossier in (a_complete_dossier(EXTENSION), wrong):
        assert check(again, dossier) == check(ready, dossier)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem[:8])
def test_a_pack_of_the_past_is_read_and_asked_today(path: Path) -> None:
    ready = unpacked(path.stem, path.read_text(encoding="utf-8"))

    empty = a_dossier(ready, persons=1)
    assert check(ready, empty).pack_version == path.stem
    assert check(ready, empty).findings != ()


def test_packs_of_the_past_are_among_the_tests() -> None:
    assert KEPT != []


def test_a_text_under_another_name_is_refused() -> None:
    ready = a_map(EXTENSION)

    with pytest.raises(PackBroken, match="another one"):
        unpacked("0" * 64, pack_text(ready))


@pytest.mark.parametrize("spoil", ["procedure", "rules", "rule_left_out", "text"])
def test_a_pack_that_cannot_be_read_says_which(spoil: str) -> None:
    parts = json.loads(pack_text(a_map(EXTENSION)))
    if spoil == "procedure":
        parts[0]["planted"] = 1
    if spoil == "rules":
        parts[1]["expression"], parts[1]["check"] = "no_such_input > 1", None
    if spoil == "rule_left_out":
        del parts[1]
    text = "[" if spoil == "text" else json.dumps(parts, sort_keys=True, ensure_ascii=False)
    name = hashlib.sha256(text.encode()).hexdigest()

    with pytest.raises(PackBroken) as refused:
        unpacked(name, text)

    assert refused.value.pack_version == name
