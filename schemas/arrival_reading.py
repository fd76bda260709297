"""Recognising what an authority's letter says: numbers, days, kind and outcome, each with the passage it stands in.

Wordings are those of the online residence system and of accreditation notices; what is not recognised stays unknown.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Literal

from schemas.arrivals import (
    ArrivalKind,
    FoundDate,
    FoundKind,
    FoundNumber,
    FoundResult,
    NumberKind,
    Passage,
    Recognised,
    Source,
)
from schemas.filing import ResultKind
from schemas.identifiers import is_application_number, number_of
from schemas.receipt_numbers import bare_number

READ_CHARACTERS = 200_000
FOUND_AT_MOST = 50
AROUND_CHARACTERS = 40
REIWA_STARTS = 2018

KINDS: tuple[tuple[ArrivalKind, re.Pattern[str]], ...] = (
    (
        ArrivalKind.MORE_REQUESTED,
        re.compile(
            r"資料提出通知|資料の提出を(?:求め|お願い)|追加資料の提出|補正(?:の)?(?:依頼|指示|を求め)|返却中"
        ),
    ),
    (ArrivalKind.EXAMINATION_FINISHED, re.compile(r"審査(?:が)?(?:完了|終了)")),
    (ArrivalKind.RECEPTION_COMPLETED, re.compile(r"受付(?:が)?(?:完了|けました)|受け付けました")),
    (ArrivalKind.SENDING_COMPLETED, re.compile(r"送信(?:が)?完了")),
)
RESULTS: tuple[tuple[ResultKind, re.Pattern[str]], ...] = (
    (ResultKind.REFUSED, re.compile(r"不(?:認定|許可|交付)|(?:認定|許可|交付)し(?:ない|ません)")),
    (ResultKind.ACCREDITED, re.compile(r"(?<!不)認定通知書|計画を認定し(?:た|ます)|計画を認定しました")),
    (ResultKind.ISSUED, re.compile(r"在留資格認定証明書を?交付し(?:ました|ます|た)|(?<!不)交付通知書")),
    (ResultKind.PERMITTED, re.compile(r"(?<!不)許可(?:しました|します|した|通知書)")),
)
LABELLED = re.compile(
    r"(?:申請受付番号|受付番号|認定番号|申請番号)\s?(?:[:：]|は)?\s?"
    r"(?P<value>[^\s、。,;()「」<>ぁ-ん0-9]{0,8}\s?[0-9][0-9A-Za-z-]{2,30}(?:\s[0-9][0-9-]{2,19})?)(?![0-9A-Za-z年月日-])"
)
PAPER = re.compile(r"(?<![一-龥])[一-龥]{2}[A-Z]\s?[0-9]{3,8}(?![0-9])")
OURS = re.compile(r"(?<![A-Z0-9])T[0-9]{2}-[0-9A-HJKMNP-TV-Z]{8}(?:\.filing\.[0-9]{1,4})?(?![A-Z0-9])")
DAY = re.compile(
    r"(?:(?:令和|R)\s?(?P<reiwa>[0-9]{1,2}|元)|(?<![0-9])(?P<year>20[0-9]{2}))\s?[年./-]\s?"
    r"(?P<month>[0-9]{1,2})\s?[月./-]\s?(?P<day>[0-9]{1,2})(?![0-9])"
)
DECIDED_BEFORE = re.compile(r"(?:許可|認定|交付|決定|処分|不許可|不認定|不交付)(?:の)?(?:年月)?日[:：\s]*$")
DUE_BEFORE = re.compile(r"(?:期限|締切|期日)(?:は|日)?[:：\s]*$")
DUE_AFTER = re.compile(r"^日?(?:\s?\(.\))?\s?(?:まで|必着)")
LETTERS_APART = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")


def plain(text: str) -> str:
    """The text as it is searched: one form of each character, none invisible, one blank where there were several."""
    folded = unicodedata.normalize("NFKC", text[:READ_CHARACTERS])
    visible = "".join(" " if each.isspace() else each for each in folded if _is_shown(each))
    return re.sub(r" +", " ", visible).strip()


def joined(text: str) -> str:
    """The same without blanks between Japanese letters, which layouts put there."""
    return LETTERS_APART.sub("", plain(text))


def _is_shown(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ("Cf", "Cc", "Co", "Cs")


def recognised(sources: Iterable[Source], prefixes: Mapping[str, str]) -> Recognised:
    """What these texts say. `prefixes` are those of online receipt numbers, each with its office's id."""
    given = tuple(sources)
    texts = [Source(place=each.place, text=joined(each.text)) for each in given]
    results = tuple(_results(texts))
    kinds = (*_kinds(texts), *_notices(results))
    return Recognised(
        kind=_kind(kinds),
        kinds=kinds,
        numbers=_once([*_numbers(texts, prefixes), *_paper_numbers(given)]),
        dates=tuple(islice(_dates(texts), FOUND_AT_MOST)),
        results=results,
    )


def _kinds(texts: list[Source]) -> Iterator[FoundKind]:
    for each in texts:
        for kind, sign in KINDS:
            found = sign.search(each.text)
            if found is not None:
                yield FoundKind(kind=kind, passage=_passage(each, found))


def _notices(results: tuple[FoundResult, ...]) -> Iterator[FoundKind]:
    for each in results:
        yield FoundKind(kind=ArrivalKind.RESULT_NOTICE, passage=each.passage)


def _kind(found: tuple[FoundKind, ...]) -> ArrivalKind:
    """The subject decides; without it the only kind there is. Contradictions are left to a person."""
    subject = {each.kind for each in found if each.passage.place == "subject"}
    for kinds in (subject, {each.kind for each in found}):
        if len(kinds) == 1:
            return next(iter(kinds))
        if kinds:
            return ArrivalKind.UNKNOWN
    return ArrivalKind.UNKNOWN


def _results(texts: list[Source]) -> Iterator[FoundResult]:
    for each in texts:
        for result, sign in RESULTS:
            found = sign.search(each.text)
            if found is not None:
                yield FoundResult(result=result, passage=_passage(each, found))


def _numbers(texts: list[Source], prefixes: Mapping[str, str]) -> Iterator[FoundNumber]:
    for each in texts:
        yield from _ours(each)
        yield from _online(each, prefixes)
        yield from (_number("labelled", each, found, group="value") for found in LABELLED.finditer(each.text))


def _paper_numbers(given: tuple[Source, ...]) -> Iterator[FoundNumber]:
    """Numbers of paper filings begin with two letters of their own, which joining would hide among others."""
    for source in given:
        spaced = Source(place=source.place, text=plain(source.text))
        yield from (_number("paper", spaced, found) for found in PAPER.finditer(spaced.text))


def _ours(source: Source) -> Iterator[FoundNumber]:
    for found in OURS.finditer(source.text):
        if is_application_number(number_of(found[0])):
            kind: NumberKind = "filing" if ".filing." in found[0] else "application"
            yield FoundNumber(kind=kind, value=found[0], passage=_passage(source, found))


def _online(source: Source, prefixes: Mapping[str, str]) -> Iterator[FoundNumber]:
    if not prefixes:
        return
    begins = "|".join(re.escape(plain(prefix)) for prefix in prefixes)
    sign = re.compile(rf"(?P<prefix>{begins})[\s-]?第?\s?[A-Z]?[\s-]?[0-9](?:[0-9-]{{1,20}}[0-9])")
    offices = {plain(prefix): office for prefix, office in prefixes.items()}
    for found in sign.finditer(source.text):
        yield _number("online", source, found, office=offices[found["prefix"]])


def _number(
    kind: NumberKind,
    source: Source,
    found: re.Match[str],
    *,
    office: str | None = None,
    group: str | int = 0,
) -> FoundNumber:
    return FoundNumber(
        kind=kind, value=bare_number(found[group]), office=office, passage=_passage(source, found)
    )


def _once(numbers: Iterable[FoundNumber]) -> tuple[FoundNumber, ...]:
    """Each value once, as the most telling kind it was read as."""
    kept: dict[str, FoundNumber] = {}
    for each in numbers:
        kept.setdefault(each.value, each)
    return tuple(kept.values())[:FOUND_AT_MOST]


def _dates(texts: list[Source]) -> Iterator[FoundDate]:
    for each in texts:
        for found in DAY.finditer(each.text):
            on = _day(found)
            if on is not None:
                yield FoundDate(role=_role(each.text, found), on=on, passage=_passage(each, found))


def _day(found: re.Match[str]) -> date | None:
    reiwa = found["reiwa"]
    year = int(found["year"]) if reiwa is None else REIWA_STARTS + (1 if reiwa == "元" else int(reiwa))
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _role(text: str, found: re.Match[str]) -> Literal["decided", "due", "written"]:
    before = text[max(0, found.start() - AROUND_CHARACTERS) : found.start()]
    after = text[found.end() : found.end() + AROUND_CHARACTERS]
    if DUE_BEFORE.search(before) or DUE_AFTER.match(after):
        return "due"
    return "decided" if DECIDED_BEFORE.search(before) else "written"


def _passage(source: Source, found: re.Match[str]) -> Passage:
    begins, ends = max(0, found.start() - AROUND_CHARACTERS), found.end() + AROUND_CHARACTERS
    return Passage(place=source.place, words=source.text[begins:ends])
