"""What the catalogue holds, and how a search finds it: by id, names, forms, law, messages, prompts, practice pages. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel

from schemas.catalogue import Bilingual, Rule, Sourced
from schemas.checklist import ChecklistItem, checklist_items
from schemas.maps import Catalogue, ProcedureMap
from schemas.tables import Tables

_DASH = re.compile("(?<=[0-9])[\u2010-\u2015\u2212\u30fc](?=[0-9])")


class Hit(NamedTuple):
    """One thing of the catalogue: where, its name, its row (None: without a source of its own), other words that find it."""

    kind: str
    href: str
    id: str
    name: Bilingual
    row: Sourced | ChecklistItem | None
    words: tuple[str | None, ...] = ()

    @property
    def called(self) -> tuple[str, ...]:
        """Its id and its names."""
        return (self.id, *_both(self.name))

    @property
    def all_words(self) -> tuple[str, ...]:
        """Everything that finds it."""
        return (*self.called, *(word for word in self.words if word))


def found(catalogue: Catalogue, search: str, on: date) -> list[Hit]:
    """Everything in which all words of a search stand, those so named first; case, width and kind of dash don't matter.

    `on` is the day whose rules tell what a person looks for.
    """
    words = _folded(search).split()
    hits = [each for each in everything(catalogue, on) if words and _stand_in(each.all_words, words)]
    return sorted(hits, key=lambda each: not _stand_in(each.called, words))


def everything(catalogue: Catalogue, on: date) -> Iterator[Hit]:
    """Every procedure with its documents and fields, every rule, prompt and row of a table."""
    practice = _items_of_practice(catalogue.tables)
    for ready in catalogue.maps():
        yield from _of_a_map(ready, practice)
    for rule in rules_of(catalogue):
        words: tuple[str | None, ...] = (*_of_a_rule(rule), *practice.get(rule.id, ()))
        yield Hit("rule", f"/catalogue/rules/{rule.id}", rule.id, rule.title, rule, words)
    for item, _ in prompts_of(catalogue, on):
        words = (*_both(item.title), item.legal_source, *practice.get(item.rule_id, ()))
        yield Hit("item", f"/catalogue/rules/{item.rule_id}", item.rule_id, item.prompt, item, words)
    for name, rows in table_rows(catalogue.tables).items():
        for row in rows:
            if isinstance(row, BaseModel):
                yield _of_a_table(name, row)


def _of_a_table(name: str, row: BaseModel) -> Hit:
    words = (getattr(row, "code", None), *_both(getattr(row, "left_out", None)))
    source = row if isinstance(row, Sourced) else None
    return Hit("table", f"/catalogue/tables/{name}", name, _name_of(row), source, words)


def _items_of_practice(tables: Tables) -> Mapping[str, list[str]]:
    """The ids of the practice pages' items that a rule, checklist row or kind of document decides, by its id."""
    items: dict[str, list[str]] = {}
    for item in tables.practice_items:
        for decides in (*item.by, *item.documents):
            items.setdefault(decides, []).append(item.id)
    return items


def _of_a_map(ready: ProcedureMap, practice: Mapping[str, list[str]]) -> Iterator[Hit]:
    procedure = ready.procedure
    href = f"/catalogue/procedures/{procedure.id}?version={procedure.version}"
    words: tuple[str | None, ...] = (procedure.form, *_both(procedure.legal_basis))
    yield Hit("procedure", href, procedure.id, procedure.name, procedure, words)
    for kind in procedure.documents:
        words = (kind.form, *_both(kind.note), *practice.get(kind.id, ()))
        yield Hit("document", f"{href}#d-{kind.id}", kind.id, Bilingual(ja=kind.ja, en=kind.en), kind, words)
    for field in procedure.fields:
        yield Hit("field", f"{href}#f-{field.id}", field.id, field.label, field)


def _of_a_rule(rule: Rule) -> tuple[str, ...]:
    return (*_both(rule.message), *_both(rule.hint), rule.legal_source)


def _name_of(row: BaseModel) -> Bilingual:
    """What a row of a table is called: its names, or its telling values."""
    ja, en = getattr(row, "ja", None), getattr(row, "en", None)
    values = row.model_dump(mode="json", exclude={*Sourced.model_fields, "left_out"}).values()
    told = " ".join(" ".join(map(str, each)) if isinstance(each, list) else str(each) for each in values)
    return Bilingual(
        ja=ja if isinstance(ja, str) else told or "—", en=en if isinstance(en, str) else told or "—"
    )


class Prompted(NamedTuple):
    """What a person looks for by a rule, and the maps that prompt it."""

    item: ChecklistItem
    maps: list[ProcedureMap]


def prompts_of(catalogue: Catalogue, on: date, rule_id: str | None = None) -> list[Prompted]:
    """Every prompt (of one rule) as of a day, what several maps prompt alike once."""
    prompts: dict[tuple[str, str], Prompted] = {}
    for ready in catalogue.maps():
        for item in checklist_items(ready, on):
            if rule_id in (None, item.rule_id):
                prompts.setdefault((item.rule_id, item.prompt.ja), Prompted(item, [])).maps.append(ready)
    return list(prompts.values())


def rules_of(catalogue: Catalogue) -> tuple[Rule, ...]:
    """Every rule of every map; those of one id follow each other in time."""
    rules = (each.rule for ready in catalogue.maps() for each in ready.rules)
    return tuple({(rule.id, rule.valid_from): rule for rule in rules}.values())


def table_rows(tables: Tables) -> Mapping[str, tuple[Any, ...]]:
    """Every table of rows by its name."""
    values = {name: getattr(tables, name) for name in type(tables).model_fields}
    return {name: rows for name, rows in values.items() if isinstance(rows, tuple)}


def _stand_in(texts: tuple[str, ...], words: list[str]) -> bool:
    text = _folded(" ".join(texts))
    return all(word in text for word in words)


def _folded(text: str) -> str:
    return _DASH.sub("-", unicodedata.normalize("NFKC", text).casefold())


def _both(text: Bilingual | None) -> tuple[str, ...]:
    return (text.ja, text.en) if text else ()
