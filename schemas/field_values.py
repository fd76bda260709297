"""Cleaning one answer when content is saved: strict type, normal form, bounds; or a refusal that helps.

Codes and numbers are brought to NFKC (full-width digits become plain ones), names and texts to NFC only.
Refusals never repeat the answer, nor do the errors behind them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from schemas.catalogue import FieldRow, Value
from schemas.expressions import FIRST_YEAR, LAST_YEAR
from schemas.maps import ProcedureMap
from schemas.my_number import shows_my_number
from schemas.offices import corporate_number_valid

_REFUSALS: dict[str, tuple[str, str]] = {
    "wrong_type": ("入力の形が正しくありません。", "This is not the kind of answer the field takes."),
    "control_characters": ("使用できない制御文字が含まれています。", "Control characters are not allowed."),
    "too_long": ("文字数が上限を超えています。", "The text is longer than the field allows."),
    "too_small": ("値が小さすぎます。", "The number is too small."),
    "too_large": ("値が大きすぎます。", "The number is too large."),
    "not_a_choice": ("選択肢から選んでください。", "Choose one of the answers offered."),
    "not_a_date": ("日付は YYYY-MM-DD の形で入力してください。", "Give the date as YYYY-MM-DD."),
    "not_latin": ("旅券のとおりローマ字で入力してください。", "Write it in Latin letters."),
    "not_kana": ("カタカナで入力してください。", "Write it in katakana."),
    "not_in_form": ("番号又はコードの形式が正しくありません。", "The number or code has a wrong form."),
    "wrong_check_digit": ("検査数字が合いません。番号を確認してください。", "Wrong check digit.."),
    "my_number": ("個人番号(マイナンバー)は入力できません。", "A My Number must not be entered here."),
}  # fmt: skip
_DEFAULT_LENGTH = 200
_LATIN_NAME = re.compile(r"^[A-Za-z][A-Za-z '\-.,]*$")
_KANA = re.compile(r"^[ァ-ヶー・ 　]+$")
_FORMS = {
    "card_number": re.compile(r"^[A-Z]{2}[0-9]{8}[A-Z]{2}$"),
    "passport_number": re.compile(r"^[A-Z0-9]{5,12}$"),
    "sending_number": re.compile(r"^[A-Z]{3}[0-9]{6}$"),
    "corporate_number": re.compile(r"^[0-9]{13}$"),
    "email": re.compile(r"^[^@\s]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,}$"),
    "phone": re.compile(r"^\+?[0-9][0-9\-() ]{5,24}$"),
}


class FieldRefused(Exception):
    """An answer that is not kept: a stable code, the field, and what to do in both languages."""

    def __init__(self, code: str, field_id: str) -> None:
        super().__init__(f"{field_id}: {code}")
        self.code = code
        self.field = field_id
        self.ja, self.en = _REFUSALS[code]


def clean_value(ready: ProcedureMap, field: FieldRow, raw: object) -> Value:
    """The answer as it is kept. Raises FieldRefused. An empty text is kept: it takes an answer away."""
    if raw == "":
        return ""
    return _CLEANERS.get(field.type, _clean_text)(ready, field, raw)


def _plain_text(field: FieldRow, raw: object, form: Literal["NFC", "NFKC"]) -> str:
    if type(raw) is not str:
        raise FieldRefused("wrong_type", field.id)
    text = unicodedata.normalize(form, raw).strip()
    allowed = "\n\t" if field.type == "text" and (field.max_length or 0) > _DEFAULT_LENGTH else ""
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") and sign not in allowed for sign in text):
        raise FieldRefused("control_characters", field.id)
    if len(text) > (field.max_length or _DEFAULT_LENGTH):
        raise FieldRefused("too_long", field.id)
    return text


def _clean_text(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = _plain_text(field, raw, "NFKC" if field.pattern else "NFC")
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        raise FieldRefused("not_in_form", field.id)
    if shows_my_number(text):
        raise FieldRefused("my_number", field.id)
    return text


def _clean_latin(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = " ".join(_plain_text(field, raw, "NFKC").split())
    if not _LATIN_NAME.fullmatch(text):
        raise FieldRefused("not_latin", field.id)
    return text.upper()


def _clean_kana(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = _plain_text(field, raw, "NFKC")
    if not _KANA.fullmatch(text):
        raise FieldRefused("not_kana", field.id)
    return text


def _clean_code(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = _plain_text(field, raw, "NFKC")
    text = text if field.type in ("email", "phone") else text.replace(" ", "").upper()
    if not _FORMS[field.type].fullmatch(text):
        raise FieldRefused("not_in_form", field.id)
    if field.type == "corporate_number" and not corporate_number_valid(text):
        raise FieldRefused("wrong_check_digit", field.id)
    return text


def _clean_country(ready: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = _plain_text(field, raw, "NFKC").upper()
    if text not in ready.tables.country_codes:
        raise FieldRefused("not_a_choice", field.id)
    return text


def _clean_prefecture(ready: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = _plain_text(field, raw, "NFKC")
    if ready.tables.prefecture(text) is None:
        raise FieldRefused("not_a_choice", field.id)
    return text


def _clean_choice(ready: ProcedureMap, field: FieldRow, raw: object) -> Value:
    if type(raw) is not str or raw not in {choice.id for choice in ready.choices_of(field)}:
        raise FieldRefused("not_a_choice", field.id)
    return raw


def _clean_boolean(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    if type(raw) is not bool:
        raise FieldRefused("wrong_type", field.id)
    return raw


def _clean_integer(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    if type(raw) is not int:
        raise FieldRefused("wrong_type", field.id)
    _within_bounds(field, Decimal(raw))
    return raw


def _clean_decimal(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = _plain_text(field, raw, "NFKC")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise FieldRefused("wrong_type", field.id) from None
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", text):
        raise FieldRefused("not_in_form", field.id)
    _within_bounds(field, number)
    return format(number, "f")


def _clean_date(_: ProcedureMap, field: FieldRow, raw: object) -> Value:
    text = _plain_text(field, raw, "NFKC")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise FieldRefused("not_a_date", field.id)
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise FieldRefused("not_a_date", field.id) from None
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise FieldRefused("not_a_date", field.id)
    return on.isoformat()


def _within_bounds(field: FieldRow, number: Decimal) -> None:
    if number < (field.minimum if field.minimum is not None else -(10**12)):
        raise FieldRefused("too_small", field.id)
    if number > (field.maximum if field.maximum is not None else 10**12):
        raise FieldRefused("too_large", field.id)


_CLEANERS: Mapping[str, Callable[[ProcedureMap, FieldRow, object], Value]] = {
    "latin_name": _clean_latin,
    "kana": _clean_kana,
    "country": _clean_country,
    "prefecture": _clean_prefecture,
    "choice": _clean_choice,
    "boolean": _clean_boolean,
    "integer": _clean_integer,
    "money_yen": _clean_integer,
    "decimal": _clean_decimal,
    "date": _clean_date,
    **dict.fromkeys(_FORMS, _clean_code),
}
