"""What tables and their columns are called, in Japanese and English; a row told by its names and figures."""

from collections.abc import Iterator, Mapping

from schemas.catalogue import Bilingual, Sourced
from schemas.tables import Tables

_TABLES: Mapping[str, tuple[str, str]] = {
    "prefectures": ("都道府県", "Prefectures"),
    "offices": ("提出先の官署", "Offices"),
    "branches": ("出張所", "Branch offices"),
    "fees": ("官署の手数料", "State fees"),
    "minimum_wages": ("地域別最低賃金", "Regional minimum wages"),
    "holidays": ("休日", "Holidays"),
    "cut_offs": ("制度の期限", "Ends of regimes"),
    "law_starts": ("法律の施行日", "Days laws take effect"),
    "ssw_intakes": ("分野の受入れ制限", "Limits on intake by field"),
    "ssw_fields": ("特定産業分野", "Fields of specified skilled work"),
    "esd_fields": ("育成就労産業分野", "Fields of employment for skill development"),
    "residence_statuses": ("在留資格", "Statuses of residence"),
    "occupations": ("移行対象職種・作業", "Transfer-eligible occupations"),
    "course_kinds": ("講習の種類", "Kinds of courses"),
    "plan_changes": ("計画の変更の区分", "Changes of plans"),
    "paper_lives": ("書類・証明書の有効期間", "How long papers may be used"),
    "form_editions": ("様式の版", "Editions of forms"),
    "country_codes": ("国・地域のコード", "Country codes"),
    "countries": ("国・地域", "Countries"),
    "bilateral_papers": ("二国間取決めの書類", "Papers of bilateral arrangements"),
    "bilateral_arrangements": ("二国間取決め", "Bilateral arrangements"),
    "quota": ("基本人数枠", "Base head count"),
    "esd_quota": ("育成就労の基本人数枠", "Base head count (employment for skill development)"),
    "checklist": ("確認事項", "Checklist"),
    "practice_items": ("実務上の項目との対応", "Items of practice"),
    "sources": ("出典", "Sources"),
}
_COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("ID", "id"),
    "prefecture": ("都道府県", "prefecture"),
    "prefectures": ("管轄", "area"),
    "yen_per_hour": ("時間額(円)", "yen per hour"),
    "valid_from": ("有効期間の初日", "from"),
    "valid_to": ("有効期間の末日", "to"),
    "staff_up_to": ("常勤職員数(以下)", "staff up to"),
    "base": ("人数枠", "head count"),
    "grant_months": ("一回の在留期間(月)", "months per grant"),
    "total_months": ("通算(月)", "months in total"),
    "tier": ("手続", "takes"),
    "stage_3": ("第3号", "stage (iii)"),
    "country": ("国", "country"),
    "authority": ("官署", "authority"),
    "lodge_by": ("提出の期限", "lodged by"),
    "anchor_by": ("起算日の期限", "anchor by"),
    "in_force_from": ("施行日", "in force from"),
    "field": ("分野", "field"),
    "intake": ("受入れ", "intake"),
    "amount_yen": ("額(円)", "yen"),
    "cap_yen": ("上限(円)", "at most (yen)"),
    "table": ("表", "table"),
    "channel": ("提出方法", "channel"),
    "months": ("月数", "months"),
}
_INTAKES: Mapping[str, tuple[str, str]] = {
    "limited": ("制限中", "limited"),
    "not_open": ("開始前", "not open yet"),
}


def table_name(name: str) -> Bilingual:
    """What a table is called; one without a name by its own."""
    ja, en = _TABLES.get(name, (name, name))
    return Bilingual(ja=ja, en=en)


def row_told(row: Sourced, tables: Tables) -> Bilingual:
    """A row by its names and figures, without its provenance and what is not given."""
    figures = list(_figures(row, tables))
    ja = [getattr(row, "ja", ""), *(f"{column[0]} {told.ja}" for column, told in figures)]
    en = [getattr(row, "en", ""), *(f"{column[1]} {told.en}" for column, told in figures)]
    return Bilingual(ja=" · ".join(filter(None, ja)) or "-", en=" · ".join(filter(None, en)) or "-")


def _figures(row: Sourced, tables: Tables) -> Iterator[tuple[tuple[str, str], Bilingual]]:
    for name, value in row.model_dump(mode="json").items():
        if value not in (None, "", []) and name in _COLUMNS:
            yield _COLUMNS[name], _named(name, value, tables) or Bilingual(ja=str(value), en=str(value))


def _named(column: str, value: object, tables: Tables) -> Bilingual | None:
    """What a value stands for, where it is the key of another table or a word of ours."""
    if column == "intake":
        ja, en = _INTAKES[str(value)]
        return Bilingual(ja=ja, en=en)
    rows = {"prefecture": tables.prefecture, "field": tables.ssw_field}
    row = rows[column](str(value)) if column in rows else None
    return Bilingual(ja=row.ja, en=row.en) if row else None
