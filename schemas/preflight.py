"""Will a channel take this set? Asked before lodging: weight, formats, characters, paper; each obstacle says how to mend it.

Pure: the content, one way of the map, the persons of a filing. No value of the content is repeated.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import Field

from schemas.asking import Asking, Subject
from schemas.catalogue import Bilingual, Channel, ChannelId, FieldRow, Rule
from schemas.dossier import DocumentFact, Dossier, PlaceKind, RuleFinding
from schemas.examination import XLSX
from schemas.findings import Severity
from schemas.jis import count_foreign_to_jis, holds_half_width, mixes_widths
from schemas.maps import ProcedureMap
from schemas.named_checks import CHANNEL
from schemas.rules import evaluate, filled, used_by
from schemas.words import Word

NEAR_PERCENT = 80
"""From this share of a channel's limit on a set is told to be near it."""
_A4_MM = (210, 297)
_SPARE_MM = 4
_ONLINE = "online"
_HEAVIEST = 3


class ObstacleCode(StrEnum):
    """What may keep a set from being taken. Closed: every code has its telling in `OBSTACLES`."""

    SET_TOO_LARGE = "set_too_large"
    SET_NEAR_LIMIT = "set_near_limit"
    FORMAT_NOT_TAKEN = "format_not_taken"
    NOT_RELEASED = "not_released"
    FOREIGN_CHARACTERS = "foreign_characters"
    HALF_WIDTH = "half_width"
    WIDTH_UNKNOWN = "width_unknown"
    COARSE_SCAN = "coarse_scan"
    SEPARATE_SHEETS = "separate_sheets"
    OTHER_PAPER = "other_paper"
    RULE_OF_CHANNEL = "rule_of_channel"


_WEIGHTS = (ObstacleCode.SET_TOO_LARGE, ObstacleCode.SET_NEAR_LIMIT)


class Telling(NamedTuple):
    """What is the matter, and how it is mended. `stops`: the channel refuses the set as it is."""

    stops: bool
    matter: Bilingual
    mend: Bilingual


def _telling(stops: bool, matter: tuple[str, str], mend: tuple[str, str]) -> Telling:
    return Telling(stops, Bilingual(ja=matter[0], en=matter[1]), Bilingual(ja=mend[0], en=mend[1]))


OBSTACLES: Mapping[ObstacleCode, Telling] = {
    ObstacleCode.SET_TOO_LARGE: _telling(
        True,
        (
            "添付ファイルの合計が{size_bytes}バイトで、上限{limit_bytes}バイトを超えています。",
            "The files weigh {size_bytes} bytes together; the limit is {limit_bytes}.",
        ),
        (
            "大きい書類を200dpi程度の白黒又はグレーで読み取り直すか、PDFを圧縮して差し替えてもらってください。それでも超える場合は、残りを窓口又は郵送で出せるか提出先に確かめてください。",
            "Ask for smaller scans of the largest papers (200 dpi, grey), or ask the office to take the rest on paper.",
        ),
    ),
    ObstacleCode.SET_NEAR_LIMIT: _telling(
        False,
        (
            "添付ファイルの合計が{size_bytes}バイトで、上限{limit_bytes}バイトに近づいています。",
            "The files weigh {size_bytes} bytes together, close to the limit of {limit_bytes}.",
        ),
        (
            "補正で書類が増えると超えるおそれがあります。大きい書類を小さくしておくと確実です。",
            "Papers added in a correction may exceed it. Make the largest ones smaller to be safe.",
        ),
    ),
    ObstacleCode.FORMAT_NOT_TAKEN: _telling(
        True,
        (
            "この提出方法で受け付けられない形式のファイルです。",
            "This channel does not take files of this format.",
        ),
        (
            "PDFとして印刷(保存)したものに差し替えてもらってください。写真はJPEG又はPNGにしてください。",
            "Ask for a PDF printed from it; a photo must be JPEG or PNG.",
        ),
    ),
    ObstacleCode.NOT_RELEASED: _telling(
        True,
        ("検査が終わっていないファイルです。", "This file has not been examined yet."),
        (
            "検査が終わるまで待ってください。長く続く場合は運用担当に知らせてください。",
            "Wait until it is examined; tell operations if it takes long.",
        ),
    ),
    ObstacleCode.FOREIGN_CHARACTERS: _telling(
        True,
        (
            "オンラインで使えない文字が{count}字あります(JIS第1・第2水準のみ)。",
            "{count} characters can't be sent online (JIS levels 1 and 2 only).",
        ),
        (
            "常用の字体に書き換えるか、かなで記載してもらってください(例:髙→高、①→(1))。",
            "Ask for ordinary forms of the characters or kana (for example 髙 → 高, ① → (1)).",
        ),
    ),
    ObstacleCode.HALF_WIDTH: _telling(
        False,
        (
            "全角だけの欄に半角の文字があります。",
            "A field for full-width characters only holds half-width ones.",
        ),
        (
            "入力の際に全角に変えてください。内容は変えないでください。",
            "Type it in full width when lodging; do not change what it says.",
        ),
    ),
    ObstacleCode.WIDTH_UNKNOWN: _telling(
        False,
        (
            "日本語の文に半角の文字があります。この欄が全角だけを受け付けるかは確認できていません。",
            "A Japanese text holds half-width characters. Whether this field takes full width only is not known.",
        ),
        (
            "受け付けられないときは、入力の際に全角に変えてください。内容は変えないでください。",
            "If it is refused, type it in full width when lodging; do not change what it says.",
        ),
    ),
    ObstacleCode.COARSE_SCAN: _telling(
        False,
        (
            "解像度の低いページがあります({pages}ページ、最低{dpi}dpi)。200dpi以上が勧められています。",
            "Some pages are coarse (pages {pages}, {dpi} dpi at least); 200 dpi or more is advised.",
        ),
        (
            "文字が読めるか確かめ、読みにくければ読み取り直してもらってください。",
            "Look whether it can be read; if not, ask for a new scan.",
        ),
    ),
    ObstacleCode.SEPARATE_SHEETS: _telling(
        False,
        (
            "Excelのファイルは合冊に入りません。",
            "An Excel file is not part of the bound set.",
        ),
        (
            "片面で印刷し、書類一覧の番号の位置に綴じてください。",
            "Print it single-sided and put it where its number in the list of papers says.",
        ),
    ),
    ObstacleCode.OTHER_PAPER: _telling(
        False,
        ("A4以外の大きさのページがあります。", "There are pages of another size than A4."),
        (
            "A4に縮小するか、A4に折って綴じてください。",
            "Reduce them to A4, or fold them to A4 when binding.",
        ),
    ),
    ObstacleCode.RULE_OF_CHANNEL: _telling(
        False,
        ("この提出方法の規則に合いません。", "A rule of this channel does not hold."),
        (
            "依頼元に直してもらうか、別の提出方法を選んでください。",
            "Ask the client to mend it, or choose another channel.",
        ),
    ),
}

PAPER_STEPS: tuple[Bilingual, ...] = (
    Bilingual(
        ja="表紙(書類一覧)をいちばん上に置き、確認欄に印を付けてください。",
        en="Put the cover with the list of papers on top and tick what is there.",
    ),
    Bilingual(
        ja="合冊を片面で印刷し、頁番号の順に並べてください(両面印刷・並べ替えをしない)。",
        en="Print the bound set single-sided and keep the order of its page numbers.",
    ),
    Bilingual(
        ja="頁数が書類一覧の合計と同じか数えてください。",
        en="Count the pages: they must be as many as the list says.",
    ),
)


class Obstacle(Word):
    """One thing in the way, whom and what it concerns; `places` are document kinds or fields, the gravest first."""

    code: ObstacleCode
    stops: bool
    person_id: str | None = None
    place_kind: PlaceKind
    places: tuple[str, ...] = ()
    matter: Bilingual
    mend: Bilingual


class Preflight(Word):
    """What one channel will say to the set. Sizes are those of the heaviest person's set with the common files."""

    channel: ChannelId
    takes: bool
    size_bytes: int
    limit_bytes: int | None
    pages: int
    obstacles: tuple[Obstacle, ...] = Field(default=())
    steps: tuple[Bilingual, ...] = ()


def preflight(
    ready: ProcedureMap,
    dossier: Dossier,
    channel: Channel,
    persons: Sequence[str],
    *,
    enclosed: Collection[str] | None = None,
) -> Preflight:
    """What `channel` will say to the files and answers of these persons, the common ones included.

    `enclosed`: the documents that go along, where not all do.
    """
    files = [
        fact
        for fact in dossier.documents
        if fact.omitted is None and fact.state != "refused" and fact.person_id in (None, *persons)
        if enclosed is None or fact.document_id in enclosed
    ]
    through = dossier.model_copy(update={"channel": channel.id})
    looking = _Looking(Asking(ready, through), channel, tuple(persons), files)
    obstacles = tuple(sorted(looking.obstacles(), key=lambda each: not each.stops))
    return Preflight(
        channel=channel.id,
        takes=not any(each.stops for each in obstacles),
        size_bytes=max((looking.weight(person) for person in persons), default=looking.weight(None)),
        limit_bytes=channel.set_size_bytes,
        pages=sum(fact.pages or 0 for fact in files if fact.media_type != XLSX),
        obstacles=obstacles,
        steps=() if channel.id == _ONLINE else PAPER_STEPS,
    )


def weight_obstacles(ready: ProcedureMap, dossier: Dossier) -> tuple[Obstacle, ...]:
    """Persons whose files as they are come near the limit of a channel that has one, or exceed it."""
    persons = tuple(line.person_id for line in dossier.persons)
    return tuple(
        each
        for channel in ready.procedure.channels
        if channel.set_size_bytes is not None
        for each in preflight(ready, dossier, channel, persons).obstacles
        if each.code in _WEIGHTS
    )


class _Looking(NamedTuple):
    """One channel, whose files, and the answers beside them."""

    asking: Asking
    channel: Channel
    persons: tuple[str, ...]
    files: list[DocumentFact]

    def obstacles(self) -> Iterator[Obstacle]:
        yield from self._weights()
        yield from self._formats()
        yield from self._rules()
        if self.channel.id == _ONLINE:
            yield from self._characters()
            yield from self._coarse()
        else:
            yield from self._paper()

    def weight(self, person_id: str | None) -> int:
        return sum(fact.size_bytes or 0 for fact in self._of(person_id))

    def _of(self, person_id: str | None) -> list[DocumentFact]:
        return [fact for fact in self.files if fact.person_id in (None, person_id)]

    def _weights(self) -> Iterator[Obstacle]:
        limit = self.channel.set_size_bytes
        for person_id in self.persons if limit else ():
            size = self.weight(person_id)
            code = _weight_code(size, limit or 0)
            if code is not None:
                heaviest = sorted(self._of(person_id), key=lambda fact: -(fact.size_bytes or 0))[:_HEAVIEST]
                values = {"size_bytes": f"{size:,}", "limit_bytes": f"{limit:,}"}
                yield _obstacle(code, "document", [fact.kind for fact in heaviest], person_id, values)

    def _formats(self) -> Iterator[Obstacle]:
        for fact in self.files:
            if fact.state != "released":
                yield _at(ObstacleCode.NOT_RELEASED, fact)
            elif self.channel.media_types and fact.media_type not in self.channel.media_types:
                yield _at(ObstacleCode.FORMAT_NOT_TAKEN, fact)

    def _rules(self) -> Iterator[Obstacle]:
        """Rules that wait for the channel, asked now that it is known."""
        ready = self.asking.ready
        waiting = tuple(each for each in ready.rules if each.holds and CHANNEL in used_by(each))
        alone, dossier = replace(ready, rules=waiting), self.asking.dossier
        for found in evaluate(alone, dossier, named_checks={}).findings:
            asked = alone.rule(found.rule_id, dossier.as_of)
            if asked and found.outcome == "fails" and found.person_id in (None, *self.persons):
                yield _by_rule(asked.rule, found)

    def _characters(self) -> Iterator[Obstacle]:
        for subject, row, text in self._texts():
            person_id = subject.person_id if subject else None
            foreign = count_foreign_to_jis(text)
            if foreign:
                values = {"count": str(foreign)}
                yield _obstacle(ObstacleCode.FOREIGN_CHARACTERS, "field", [row.id], person_id, values)
            width = _width_code(row, text)
            if width is not None:
                yield _obstacle(width, "field", [row.id], person_id, {})

    def _texts(self) -> Iterator[tuple[Subject, FieldRow, str]]:
        for subject, row in self.asking.questions():
            if subject is not None and subject.person_id not in self.persons:
                continue
            answer = self.asking.answers(subject).get(row.id)
            if row.type in ("text", "kana") and isinstance(answer, str):
                yield subject, row, answer

    def _coarse(self) -> Iterator[Obstacle]:
        for fact in self.files:
            if fact.coarse_pages:
                pages = ", ".join(str(page) for page in fact.coarse_pages)
                yield _at(ObstacleCode.COARSE_SCAN, fact, {"pages": pages, "dpi": str(fact.scan_dpi)})

    def _paper(self) -> Iterator[Obstacle]:
        for fact in self.files:
            if fact.media_type == XLSX:
                yield _at(ObstacleCode.SEPARATE_SHEETS, fact)
            if not all(_is_a4(size) for size in fact.page_sizes_mm):
                yield _at(ObstacleCode.OTHER_PAPER, fact)


def _weight_code(size_bytes: int, limit_bytes: int) -> ObstacleCode | None:
    if size_bytes > limit_bytes:
        return ObstacleCode.SET_TOO_LARGE
    return ObstacleCode.SET_NEAR_LIMIT if size_bytes * 100 >= limit_bytes * NEAR_PERCENT else None


def _width_code(row: FieldRow, text: str) -> ObstacleCode | None:
    """What the width of signs may meet; a field whose row says nothing is not known to want full width."""
    if row.full_width:
        return ObstacleCode.HALF_WIDTH if holds_half_width(text) else None
    unknown = row.full_width is None and mixes_widths(text)
    return ObstacleCode.WIDTH_UNKNOWN if unknown else None


def _is_a4(size_mm: tuple[int, int]) -> bool:
    return all(abs(one - other) <= _SPARE_MM for one, other in zip(sorted(size_mm), _A4_MM, strict=True))


def _by_rule(rule: Rule, found: RuleFinding) -> Obstacle:
    """A rule that fails, told in its own words; what it weighs decides whether the channel refuses the set."""
    return Obstacle(
        code=ObstacleCode.RULE_OF_CHANNEL,
        stops=rule.severity is Severity.BLOCK,
        person_id=found.person_id,
        place_kind=found.place_kind,
        places=(found.place,),
        matter=filled(rule.message, found.message_values),
        mend=filled(rule.hint or OBSTACLES[ObstacleCode.RULE_OF_CHANNEL].mend, found.message_values),
    )


def _at(code: ObstacleCode, fact: DocumentFact, values: Mapping[str, str] | None = None) -> Obstacle:
    return _obstacle(code, "document", [fact.kind], fact.person_id, values or {})


def _obstacle(
    code: ObstacleCode,
    place_kind: Literal["document", "field"],
    places: Iterable[str],
    person_id: str | None,
    values: Mapping[str, str],
) -> Obstacle:
    telling = OBSTACLES[code]
    return Obstacle(
        code=code,
        stops=telling.stops,
        person_id=person_id,
        place_kind=place_kind,
        places=tuple(dict.fromkeys(places)),
        matter=Bilingual(ja=telling.matter.ja.format(**values), en=telling.matter.en.format(**values)),
        mend=telling.mend,
    )
