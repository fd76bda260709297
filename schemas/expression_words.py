"""Conditions in words: fields by their labels, functions by what they mean, signs as on paper; Japanese and English."""

import re
from collections.abc import Iterator

from schemas.catalogue import Bilingual
from schemas.maps import ProcedureMap

_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_]\w*|\d[\d.]*|&&|\|\||[<>=!]=|\S")
_SIGNS: dict[str, tuple[str, str]] = {
    "&&": ("かつ", "and"),
    "||": ("または", "or"),
    ">=": ("≥", "≥"),
    "<=": ("≤", "≤"),
    "==": ("=", "="),
    "!=": ("≠", "≠"),
    "!": ("〔否定〕", "not"),
    "*": ("×", "×"),
    "/": ("÷", "÷"),
    "in": ("∈", "among"),
    "true": ("はい", "yes"),
    "false": ("いいえ", "no"),
}
_NAMES: dict[str, tuple[str, str]] = {
    "as_of": ("提出予定日", "day of lodging"),
    "person_count": ("申請人の数", "number of persons"),
    "expected_days": ("結果までの標準日数", "usual days to the result"),
    "channel": ("提出方法", "channel"),
    "answered": ("回答済みの項目", "answered fields"),
    "documents_present": ("添付された書類", "documents attached"),
    "scanned_pages": ("画像のページ", "pages that are pictures"),
    "my_number_like": ("個人番号と思われる数字の数", "digits that look like a My Number"),
    "text_in_picture": ("画像の文字(機械では未確認)", "text in a picture (not looked at by machine)"),
    "plan_behind": ("もとにした計画の申請", "the plan application it rests on"),
    "elsewhere": ("進行中の別の申請", "other open applications"),
    "issued_on": ("発行日", "date of issue"),
    "signed_on": ("署名の日", "date of signature"),
    "blank_pages": ("白紙のページ", "blank pages"),
    "coarse_pages": ("解像度の低いページ", "coarse pages"),
    "masked_pages": ("個人番号を隠したページ", "pages with a masked My Number"),
    "scan_dpi": ("最も低い解像度(dpi)", "lowest resolution (dpi)"),
    "blur_percent": ("ぼけの割合(%)", "blur (%)"),
    "taken_on": ("撮影日(カメラの記録)", "day taken, by the camera"),
    "width_px": ("幅(画素)", "width (pixels)"),
    "height_px": ("高さ(画素)", "height (pixels)"),
    "set_size_bytes": ("書類の合計(バイト)", "files together (bytes)"),
    "omitted": (
        "省略の申出(以前の提出日・番号・理由)",
        "what was said to leave it out (day, number, reason)",
    ),
    "quota": ("基本人数枠の表", "table of base head counts"),
    "esd_quota": ("育成就労の基本人数枠の表", "table of base head counts (employment for skill development)"),
    "paper_lives": ("書類・証明書の有効期間の表", "table of how long papers may be used"),
    "offices": ("本人の官署(申請の中で最も多い官署)", "the person’s office (the one of most persons)"),
    "passport_zone": ("旅券の機械読取領域(MRZ)", "the passport’s zone"),
    "told": ("様式のセル・記入欄", "cells and fields of forms"),
    "date": ("日付", "date"),
    "days_after": ("N日後", "days after"),
    "months_before": ("Nか月前", "months before"),
    "months_after": ("Nか月後", "months after"),
    "month_of": ("年月", "month of"),
    "days_between": ("日数", "days between"),
    "longest_year_days": ("契約期間中で最も長い1年の日数", "days of the contract’s longest year"),
    "office_days_between": ("開庁日数", "office days between"),
    "age_on": ("その日の年齢", "age on"),
    "corporate_number_valid": ("法人番号の検査", "valid corporate number"),
    "min_wage": ("地域別最低賃金", "regional minimum wage"),
    "min_wage_through": ("期間中で最も高い地域別最低賃金", "highest regional minimum wage within"),
    "min_wages_published": ("期間中の最低賃金がすべて公表済み", "minimum wages published for all days"),
    "transfer_eligible": ("移行対象職種・作業の一覧に掲載", "on the list of transfer-eligible occupations"),
    "same_people": ("同じ人々", "the same people"),
    "total_of_lines": ("各行の額の合計", "sum of the lines"),
    "double": ("数値", "number"),
    "lowest_wage": ("全国で最も低い最低賃金", "lowest minimum wage"),
    "hourly_wage": ("時間額", "wage per hour"),
    "base_quota": ("基本人数枠", "base head count"),
    "esd_base_quota": ("育成就労の基本人数枠", "base head count (employment for skill development)"),
    "needs_bilateral_paper": ("二国間取決めの書類が必要", "bilateral paper needed"),
    "office_for": ("管轄する官署", "office for"),
    "state_fee": ("手数料", "state fee"),
    "lodge_by": ("制度の提出期限", "last day to lodge"),
    "anchor_by": ("制度の基準日の期限", "last anchor day"),
    "in_force_from": ("法律の施行日", "day the law takes effect"),
    "ssw_intake": ("分野の受入れ状況", "intake of the field"),
    "listed": ("一覧に掲載", "stands in the list"),
    "has_arrangement": ("二国間取決めの締結国", "country with an arrangement"),
    "stage_3_closed": ("第3号への移行対象外", "closed to stage 3"),
    "paper_life": ("使用できる月数", "months of use"),
    "stay_limit": ("在留期間の上限", "longest stay"),
    "total_stay_days": ("通算在留期間の上限の日数", "days of the longest total stay"),
    "change_tier": ("変更の手続区分", "kind of change"),
    "size": ("件数", "count"),
}
"""What conditions may name besides fields; a name without words is shown as it is written."""
_ROWS_OF = {"paper_life": "paper_lives"}
"""Functions whose texts are rows of a table."""


def in_words(ready: ProcedureMap, expression: str) -> Bilingual:
    """A condition, or a single name, as people read it. Nothing is evaluated."""
    pairs = list(_told(ready, expression))
    return Bilingual(ja=_joined(ja for ja, _ in pairs), en=_joined(en for _, en in pairs))


def _told(ready: ProcedureMap, expression: str) -> Iterator[tuple[str, str]]:
    about = ""
    for token in _TOKEN.findall(expression):
        field = ready.procedure.field(token)
        about = token if field is not None or token in _ROWS_OF else about
        if field is not None:
            yield field.label.ja, field.label.en
        elif token in _SIGNS:
            yield _SIGNS[token]
        elif token[0] in "'\"":
            yield _text(ready, about, token[1:-1])
        elif (kind := ready.procedure.document(token)) is not None:
            yield kind.ja, kind.en
        else:
            yield _NAMES.get(token, (token, token))


def _text(ready: ProcedureMap, about: str, text: str) -> tuple[str, str]:
    """A text: a choice of the field (a row of the table) named before it, a field or kind it names, or as it is."""
    field = ready.procedure.field(about)
    choices = ready.choices_of(field) if field is not None else ()
    for row in choices or ready.tables.listed(_ROWS_OF.get(about, "")) or ():
        if row.id == text:
            return row.ja, row.en
    kind, named = ready.procedure.document(text), ready.procedure.field(text)
    if kind is not None:
        return kind.ja, kind.en
    return (named.label.ja, named.label.en) if named is not None else (text, text)


def _joined(words: Iterator[str]) -> str:
    text = " ".join(words)
    return re.sub(r"\s+([),])", r"\1", re.sub(r"\(\s+", "(", text)).replace(" (", "(") or "—"
