"""Characters the online system takes, and My Numbers that must not be there and are never repeated."""

import pytest

from schemas.jis import count_foreign_to_jis
from tests.schemas.cases import EXTENSION, PLAN, a_dossier, a_map, check


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("東京都見本区見本町1-1-1", 0),
        ("第一－二～三", 0),
        ("高崎", 0),
        ("髙﨑", 2),
        ("①", 1),
        ("㈱見本", 1),
        ("ｱｲｳ", 3),
        ("𠮷野", 1),
        ("😀", 1),
        ("一行\n二行", 0),
    ],
)
def test_only_jis_level_one_and_two_can_be_sent(text: str, foreign: int) -> None:
    assert count_foreign_to_jis(text) == foreign


def test_a_text_that_cannot_be_sent_is_found_with_the_number_of_characters() -> None:
    ready = a_map(EXTENSION, only="ISA-FI-04")

    answers = {"name_kanji": "髙﨑", "reason": "継続のため"}

    report = check(ready, a_dossier(ready, answers, channel="online"))

    assert [(each.place, each.outcome, each.message_values) for each in report.findings] == [
        ("name_kanji", "fails", {"count": "2"})
    ]


@pytest.mark.parametrize(
    ("channel", "found"),
    [("online", [("fails", ())]), (None, [("cannot_decide", ("channel",))]), ("counter", [])],
)
def test_on_paper_every_character_may_stand(channel: str | None, found: list[object]) -> None:
    ready = a_map("isa.change.ssw1", only="ISA-FI-04")
    dossier = a_dossier(ready, {"name_kanji": "髙﨑"}).model_copy(update={"channel": channel})

    report = check(ready, dossier)

    assert [(each.outcome, each.missing) for each in report.findings] == found


@pytest.mark.parametrize("number", ["123456789018", "1234-5678-9018", "１２３４ ５６７８ ９０１８"])
def test_a_my_number_is_found_and_never_repeated(number: str) -> None:
    ready = a_map(PLAN, only="ALL-TX-06")

    report = check(ready, a_dossier(ready, {"officers": f"見本 {number}"}))

    assert [finding.place for finding in report.findings] == ["officers"]
    assert number not in report.model_dump_json()


@pytest.mark.parametrize("text", ["123456789019", "1234567890188", "7000012050002", "03-1234-5678"])
def test_other_numbers_are_left_alone(text: str) -> None:
    ready = a_map(PLAN, only="ALL-TX-06")

    assert check(ready, a_dossier(ready, {"officers": text})).findings == ()
