"""Answers when content is saved: what is kept in which form, what is refused with which code."""

import pytest
from pydantic import ValidationError

from schemas.catalogue import FieldRow, Value
from schemas.dossier import PersonDossier
from schemas.field_values import FieldRefused, clean_value
from tests.schemas.cases import EXTENSION, PLAN, a_map


def row(field_id: str, procedure_id: str = EXTENSION) -> FieldRow:
    found = a_map(procedure_id).procedure.field(field_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("procedure_id", "field_id", "raw", "kept"),
    [
        (EXTENSION, "name_latin", "  Sample   Person ", "SAMPLE PERSON"),
        (EXTENSION, "name_latin", "Ｓａｍｐｌｅ", "SAMPLE"),
        (EXTENSION, "name_kanji", "見本\u3000髙﨑", "見本\u3000髙﨑"),
        (EXTENSION, "name_kanji", "か\u3099", "が"),
        (EXTENSION, "birth_on", "2000-02-29", "2000-02-29"),
        (EXTENSION, "birth_on", "２０００-０２-２９", "2000-02-29"),
        (EXTENSION, "granted_months", 12, 12),
        (EXTENSION, "granted_months", 60, 60),
        (EXTENSION, "granted_months", 1, 1),
        (EXTENSION, "monthly_base_yen", 0, 0),
        (EXTENSION, "criminal_record", False, False),
        (EXTENSION, "sex", "female", "female"),
        (EXTENSION, "ssw_field", "forestry", "forestry"),
        (EXTENSION, "nationality", "vnm", "VNM"),
        (EXTENSION, "residence_prefecture", "４７", "47"),
        (EXTENSION, "card_number", "ａｂ12345678ｃｄ", "AB12345678CD"),
        (EXTENSION, "passport_number", "xa 0000001", "XA0000001"),
        (EXTENSION, "corporate_number", "７０００012050002", "7000012050002"),
        (EXTENSION, "email", "person@sample.example", "person@sample.example"),
        (EXTENSION, "organisation_phone", "03-0000-0000", "03-0000-0000"),
        (EXTENSION, "weekly_hours", "38.75", "38.75"),
        (EXTENSION, "weekly_hours", "168", "168"),
        (EXTENSION, "reason", "一行目\n二行目", "一行目\n二行目"),
        (PLAN, "occupation_code", "７-２-２", "7-2-2"),
        (PLAN, "sending_number", "vnm000123", "VNM000123"),
        (PLAN, "filing_office", "MIT", "MIT"),
        (EXTENSION, "name_kanji", "", ""),
    ],
)
def test_a_sound_answer_is_kept_in_its_normal_form(
    procedure_id: str, field_id: str, raw: object, kept: Value
) -> None:
    answer = clean_value(a_map(procedure_id), row(field_id, procedure_id), raw)

    assert answer == kept
    assert type(answer) is type(kept)


@pytest.mark.parametrize(
    ("procedure_id", "field_id", "raw", "code"),
    [
        (EXTENSION, "name_latin", "見本", "not_latin"),
        (EXTENSION, "name_latin", 7, "wrong_type"),
        (EXTENSION, "name_latin", "A" * 101, "too_long"),
        (EXTENSION, "name_kanji", "見" * 61, "too_long"),
        (EXTENSION, "name_kanji", "見\x00本", "control_characters"),
        (EXTENSION, "name_kanji", "見\n本", "control_characters"),
        (EXTENSION, "name_kanji", "\ue000", "control_characters"),
        (EXTENSION, "birth_on", "2001-02-29", "not_a_date"),
        (EXTENSION, "birth_on", "2001/02/01", "not_a_date"),
        (EXTENSION, "birth_on", "1899-12-31", "not_a_date"),
        (EXTENSION, "birth_on", "2101-01-01", "not_a_date"),
        (EXTENSION, "granted_months", 0, "too_small"),
        (EXTENSION, "granted_months", 61, "too_large"),
        (EXTENSION, "granted_months", True, "wrong_type"),
        (EXTENSION, "granted_months", "12", "wrong_type"),
        (EXTENSION, "granted_months", 12.0, "wrong_type"),
        (EXTENSION, "monthly_base_yen", -1, "too_small"),
        (EXTENSION, "monthly_base_yen", 10**12 + 1, "too_large"),
        (EXTENSION, "criminal_record", 0, "wrong_type"),
        (EXTENSION, "criminal_record", "false", "wrong_type"),
        (EXTENSION, "sex", "Female", "not_a_choice"),
        (EXTENSION, "sex", None, "not_a_choice"),
        (EXTENSION, "ssw_field", "gardening", "not_a_choice"),
        (EXTENSION, "nationality", "XXQ", "not_a_choice"),
        (EXTENSION, "residence_prefecture", "48", "not_a_choice"),
        (EXTENSION, "card_number", "AB1234567CD", "not_in_form"),
        (EXTENSION, "passport_number", "X-1", "not_in_form"),
        (EXTENSION, "corporate_number", "7000012050003", "wrong_check_digit"),
        (EXTENSION, "corporate_number", "700001205000", "not_in_form"),
        (EXTENSION, "email", "person@", "not_in_form"),
        (EXTENSION, "organisation_phone", "call me", "not_in_form"),
        (EXTENSION, "weekly_hours", "168.01", "too_large"),
        (EXTENSION, "weekly_hours", "NaN", "not_in_form"),
        (EXTENSION, "weekly_hours", "forty", "wrong_type"),
        (EXTENSION, "weekly_hours", "1e1", "not_in_form"),
        (EXTENSION, "reason", "個人番号 1234 5678 9018", "my_number"),
        (PLAN, "occupation_code", "07-02", "not_in_form"),
        (PLAN, "sending_number", "VNM0001234", "not_in_form"),
        (PLAN, "filing_office", "tokyo", "not_a_choice"),
    ],
)
def test_an_unsound_answer_is_refused_with_a_code(
    procedure_id: str, field_id: str, raw: object, code: str
) -> None:
    with pytest.raises(FieldRefused) as refusal:
        clean_value(a_map(procedure_id), row(field_id, procedure_id), raw)

    assert (refusal.value.code, refusal.value.field) == (code, field_id)
    assert refusal.value.ja and refusal.value.en


def test_a_refusal_does_not_repeat_the_answer() -> None:
    with pytest.raises(FieldRefused) as refusal:
        clean_value(a_map(), row("card_number"), "CANARY7")

    assert "CANARY7" not in f"{refusal.value} {refusal.value.ja} {refusal.value.en} {refusal.value.args}"


def test_a_broken_dossier_is_refused_without_repeating_what_is_in_it() -> None:
    with pytest.raises(ValidationError) as refusal:
        PersonDossier.model_validate({"person_id": "p1", "values": {"name_latin": ["CANARY7"]}})

    assert "CANARY7" not in str(refusal.value)
