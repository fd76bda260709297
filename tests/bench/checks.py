"""The checks: rules per second and per application, reading a large application's files, and what machines decide."""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from activities.checks.named import NAMED_CHECKS
from activities.documents.examination import Examined, examine
from activities.documents.warm import end_idle_readers
from infra.catalogue import load_catalogue
from infra.dossiers import Collected, DocumentRow
from infra.dossiers import dossier as read_as_kept
from infra.kept_checks import kept_check
from schemas.checklist import checklist_items
from schemas.dossier import Dossier
from schemas.examination import JPEG, PDF, XLSX, ExaminationLimits, Scan, ScanVerdict
from schemas.maps import ProcedureMap
from schemas.rechecks import earlier_results
from schemas.rules import evaluate
from tests.bench.figures import Figure, Sheet, at_most
from tests.bench.packages import READER_AT_MOST_BYTES, Watch
from tests.corpus import pdf_scanned, pdf_with_text, picture, workbook
from tests.schemas.cases import EXTENSION, PLAN, a_complete_dossier, a_map
from tests.schemas.kept_content import kept

PERSONS, FILES, READ_AT_ONCE = 50, 400, 2
SECONDS_AT_MOST = 60.0
MEASURED_SECONDS = 2.0


async def check_figures(sheet: Sheet, *, quick: bool) -> None:
    """Everything of this part; no server is needed."""
    _counts(sheet)
    for procedure_id in (EXTENSION, PLAN):
        await asyncio.to_thread(_rules, sheet, procedure_id, seconds=MEASURED_SECONDS / (4 if quick else 1))
    await asyncio.to_thread(_large_application, sheet, FILES // 10 if quick else FILES)


def _counts(sheet: Sheet) -> None:
    """By id: what machines decide, what reviewers look for beside that, and what nobody decides but a reviewer."""
    maps = load_catalogue().maps()
    rules = {each.rule.id: each.rule for ready in maps for each in ready.rules}
    items = {item.rule_id: item for ready in maps for item in checklist_items(ready, None)}
    alone = items.keys() - rules.keys()
    unverified = [each for each in rules.values() if each.check_before_use]
    unverified_alone = [each for each in alone if items[each].verification == "unverified"]
    section = "checks, what the catalogue has"
    sheet.add(
        Figure(section, "maps", len(maps)),
        Figure(section, "rules decided by machine", len(rules), note="by a condition or a named check"),
        Figure(section, "of them by a named check", sum(each.check is not None for each in rules.values())),
        Figure(section, "rules with something for reviewers to look for", len(items), note="on documents"),
        Figure(section, "of them decided by a reviewer alone", len(alone)),
        Figure(section, "machine rules not verified", len(unverified)),
        Figure(section, "reviewers' own rules not verified", len(unverified_alone)),
    )


def grown(dossier: Dossier, persons: int) -> Dossier:
    """The same application with so many persons, each with the papers of the first."""
    first = dossier.persons[0]
    lines = [first.model_copy(update={"person_id": f"p-{place}"}) for place in range(persons)]
    own = [each for each in dossier.documents if each.person_id == first.person_id]
    papers = [each for each in dossier.documents if each.person_id is None]
    papers += [
        each.model_copy(
            update={"person_id": line.person_id, "document_id": f"{each.document_id}-{line.person_id}"}
        )
        for line in lines
        for each in own
    ]
    return dossier.model_copy(update={"persons": tuple(lines), "documents": tuple(papers)})


def _rules(sheet: Sheet, procedure_id: str, *, seconds: float) -> None:
    ready = a_map(procedure_id)
    section = f"checks, {procedure_id}, {len(ready.rules)} rules"
    alone, many = (grown(a_complete_dossier(procedure_id), persons) for persons in (1, PERSONS))
    for grown_to in (alone, many):
        _full(sheet, section, ready, grown_to, seconds)
    _further_round(sheet, section, ready, many, seconds)


def _full(sheet: Sheet, section: str, ready: ProcedureMap, dossier: Dossier, seconds: float) -> None:
    persons = len(dossier.persons)
    report = evaluate(ready, dossier, named_checks=NAMED_CHECKS)
    asked = report.decided + report.not_applicable
    each = _seconds_each(lambda: evaluate(ready, dossier, named_checks=NAMED_CHECKS), seconds)
    sheet.add(
        Figure(section, f"milliseconds per application of {persons}", each * 1000),
        Figure(section, f"rules per second, {persons} persons", asked / each, note=f"{asked} asked"),
    )


def _further_round(sheet: Sheet, section: str, ready: ProcedureMap, dossier: Dossier, seconds: float) -> None:
    """One answer of one person changed: only what names it is asked again."""
    kept = kept_check(evaluate(ready, dossier, named_checks=NAMED_CHECKS), dossier)
    first = dossier.persons[0]
    name = next(iter(first.values))
    changed = first.model_copy(update={"values": {**first.values, name: ""}})
    now = dossier.model_copy(update={"persons": (changed, *dossier.persons[1:])})

    def again() -> object:
        known = earlier_results(ready, kept, now)
        return evaluate(ready, now, named_checks=NAMED_CHECKS, known=known)

    whole = _seconds_each(lambda: evaluate(ready, now, named_checks=NAMED_CHECKS), seconds)
    each = _seconds_each(again, seconds)
    sheet.add(
        Figure(
            section,
            f"milliseconds of a further round, {len(dossier.persons)} persons",
            each * 1000,
            whole * 1000,
            each / whole,
            note="one answer changed; beside: everything asked again",
        )
    )


def _seconds_each(work: Callable[[], object], seconds: float) -> float:
    turns, began = 0, time.perf_counter()
    while not turns or time.perf_counter() - began < seconds:
        work()
        turns += 1
    return (time.perf_counter() - began) / turns


class _Unscanned:
    """Files are read, not scanned: the scanner is another program's time."""

    def scan(self, path: Path) -> Scan:
        """Says so."""
        return Scan(verdict=ScanVerdict.NOT_SCANNED)


def _large_application(sheet: Sheet, files: int) -> None:
    """Every file of one application examined in the limited process, two at once, then read as kept, and all rules asked."""
    ready, whole = a_map(PLAN), grown(a_complete_dossier(PLAN), PERSONS)
    papers = sorted(whole.documents, key=lambda each: each.person_id is not None)[:files]
    handed_in = kept(whole.model_copy(update={"documents": tuple(papers)}))
    with tempfile.TemporaryDirectory(prefix="toritsugi-bench-") as folder:
        lying = [_paper(Path(folder), place, row) for place, row in enumerate(handed_in.documents)]
        end_idle_readers()
        with Watch() as watch, ThreadPoolExecutor(READ_AT_ONCE) as at_once:
            began = time.perf_counter()
            found = list(at_once.map(_examined, lying))
            read = time.perf_counter() - began
        end_idle_readers()
    began = time.perf_counter()
    evaluate(ready, read_as_kept(_as_found(handed_in, found), ready, whole.as_of), named_checks=NAMED_CHECKS)
    checked = time.perf_counter() - began
    section = f"checks, {PERSONS} persons with {files} files, half of them text, a quarter scanned"
    told = read + checked
    sheet.add(
        Figure(
            section, "seconds to read and check", told, limit="60 s", verdict=at_most(told, SECONDS_AT_MOST)
        ),
        Figure(section, "files read per second", files / read, note=f"{READ_AT_ONCE} at once"),
        Figure(section, "files released", sum(each.verdict.outcome == "released" for each in found)),
        Figure(
            section,
            "memory of a reader at its peak, bytes",
            watch.reader_bytes,
            limit="1.5 GiB",
            verdict=at_most(watch.reader_bytes, READER_AT_MOST_BYTES),
            note="its hard bound",
        ),
    )


class _Lying(NamedTuple):
    path: Path
    media_type: str


def _paper(folder: Path, place: int, row: DocumentRow) -> _Lying:
    """A file for one line of the application's list: of eight, four of text, two scanned, a picture and a workbook."""
    text = f"{row.kind} {row.person_id or 'all'}"
    media_type, content = PDF, b""
    match place % 8:
        case 0 | 1 | 2 | 3:
            content = pdf_with_text(text, pages=1 + place % 3)
        case 4 | 5:
            content = pdf_scanned(dpi=200, text=text if place % 2 else "")
        case 6:
            media_type, content = JPEG, picture(size=(1654, 2339), dpi=200)
        case _:
            media_type, content = XLSX, workbook(text)
    path = folder / row.id
    path.write_bytes(content)
    return _Lying(path, media_type)


def _examined(lying: _Lying) -> Examined:
    content = lying.path.read_bytes()
    return examine(
        lying.path,
        lying.media_type,
        len(content),
        hashlib.sha256(content).hexdigest(),
        limits=ExaminationLimits(),
        scanner=_Unscanned(),
    )


def _as_found(handed_in: Collected, found: list[Examined]) -> Collected:
    """The application with what the examination found of its own files."""
    rows = [
        replace(row, facts=each.verdict.model_dump(mode="json"), size_bytes=each.verdict.size_bytes)
        for row, each in zip(handed_in.documents, found, strict=True)
    ]
    readings = {row.id: each.reading for row, each in zip(rows, found, strict=True)}
    return replace(handed_in, documents=rows, readings=readings)
