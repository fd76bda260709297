"""Conditions of the maps: CEL, typed when loaded, decided over values that may be missing.

Dates are timestamps at 00:00 UTC of the calendar date, so that a date compared with a text is refused when
the map is loaded; `date('2027-03-31')` writes one. A missing input or an unpublished figure: cannot decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeAlias, TypeVar

from cel_expr_python import cel

from schemas import calendar, offices, told_lines
from schemas.catalogue import FieldType, Sourced, Value
from schemas.rows_used import looked_up
from schemas.tables import OCCUPATION_GROUPS, Dated, MinimumWage, QuotaStep, Tables

InputType = Literal["text", "date", "integer", "decimal", "boolean", "texts"]
Inputs: TypeAlias = Mapping[str, InputType]
CelInput: TypeAlias = str | int | bool | float | datetime | list[str]
Row = TypeVar("Row", bound=Dated)
Known = TypeVar("Known", bound=Sourced)

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Dates outside these years are no answers: month arithmetic could leave the calendar."""
_CEL_TYPES: dict[InputType, Any] = {
    "text": cel.Type.STRING,
    "date": cel.Type.TIMESTAMP,
    "integer": cel.Type.INT,
    "decimal": cel.Type.DOUBLE,
    "boolean": cel.Type.BOOL,
    "texts": cel.Type.List(cel.Type.STRING),
}
_TYPES_OF_FIELDS: dict[str, InputType] = {
    "date": "date",
    "integer": "integer",
    "money_yen": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
}
_TEXT_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_NAME = re.compile(r"(?<![.\w])([a-z_][a-z0-9_]*)\b(?!\s*\()")
_UNPUBLISHED = re.compile(r"unpublished:(\w+)")


class ExpressionError(Exception):
    """A condition that does not compile against its declared inputs; the text says line, column and why."""


class Unpublished(LookupError):
    """A figure that no table holds (yet)."""

    def __init__(self, table: str) -> None:
        super().__init__(f"unpublished:{table}")


@dataclass(frozen=True)
class Decision:
    """What a condition says; `missing` names absent inputs, or `table:<name>` for an unpublished figure."""

    outcome: Literal["holds", "fails", "cannot_decide"]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """A compiled, type-checked condition."""

    text: str
    inputs: tuple[str, ...]
    _expression: Any

    def decide(self, values: Mapping[str, CelInput]) -> Decision:
        """Holds, fails or cannot be decided with these values; never raises for missing ones."""
        outcome = self._expression.eval(data=_only(self.inputs, values))
        if outcome.type() == cel.Type.BOOL:
            return Decision("holds" if outcome.value() else "fails")
        return Decision("cannot_decide", _missing(self.inputs, values, str(outcome.value())))


@dataclass(frozen=True)
class Formula:
    """A compiled expression whose result is shown to people: a date, a number or a text."""

    text: str
    inputs: tuple[str, ...]
    _expression: Any

    @property
    def is_a_day(self) -> bool:
        """Whether the result is a date."""
        return bool(self._expression.return_type() == cel.Type.TIMESTAMP)

    def compute(self, values: Mapping[str, CelInput]) -> str | None:
        """The result as text (a date as ISO), or None when it cannot be computed from these values."""
        outcome = self._expression.eval(data=_only(self.inputs, values))
        if outcome.type() == cel.Type.ERROR:
            return None
        result = outcome.value()
        return result.date().isoformat() if isinstance(result, datetime) else str(result)


class Compiled:
    """What maps over the same tables share: the tables' functions, and every text compiled for the same inputs."""

    def __init__(self, tables: Tables) -> None:
        self.texts: dict[tuple[str, tuple[tuple[str, InputType], ...]], Any] = {}
        self.functions = _functions(tables)


class Vocabulary:
    """The inputs and functions that conditions of one map may use."""

    def __init__(self, inputs: Inputs, tables: Tables, compiled: Compiled | None = None) -> None:
        """`compiled` may be shared by maps over the same tables: a text over the same inputs compiles once."""
        self.inputs = dict(inputs)
        self.tables = tables
        self._conditions: dict[str, Condition] = {}
        self._shared = compiled or Compiled(tables)

    def condition(self, text: str) -> Condition:
        """A condition, compiled once. Raises ExpressionError: unknown name, wrong type, result not yes/no."""
        if text not in self._conditions:
            compiled = self._compile(text)
            if compiled.return_type() != cel.Type.BOOL:
                raise ExpressionError(f"{text!r} gives {compiled.return_type().name()}, not yes or no")
            self._conditions[text] = Condition(text, self.names_in(text), compiled)
        return self._conditions[text]

    def formula(self, text: str) -> Formula:
        """Compiles an expression that is shown. Raises ExpressionError."""
        return Formula(text, self.names_in(text), self._compile(text))

    def names_in(self, text: str) -> tuple[str, ...]:
        """The declared inputs an expression mentions, in order."""
        return tuple(name for name in _names(text) if name in self.inputs)

    def _compile(self, text: str) -> Any:
        key = (text, tuple((name, self.inputs[name]) for name in self.names_in(text)))
        try:
            if key not in self._shared.texts:
                self._shared.texts[key] = self._environment.compile(text)
        except RuntimeError as error:
            raise ExpressionError(str(error)) from error
        return self._shared.texts[key]

    @cached_property
    def _environment(self) -> Any:
        variables = {name: _CEL_TYPES[kind] for name, kind in self.inputs.items()}
        return cel.NewEnv(variables=variables, extensions=[self._shared.functions])


def compile_condition(text: str, inputs: Inputs, tables: Tables) -> Condition:
    """Compiles one condition against declared inputs. Raises ExpressionError."""
    return Vocabulary(inputs, tables).condition(text)


def input_type(field_type: FieldType) -> InputType:
    """How values of a field type appear in conditions."""
    return _TYPES_OF_FIELDS.get(field_type, "text")


def as_input(kind: InputType, value: Value | date) -> CelInput:
    """A kept value as conditions see it. Raises ValueError when it is not of that kind."""
    if kind == "date":
        on = value if isinstance(value, date) else date.fromisoformat(str(value))
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise ValueError("expected a date of our time")
        return datetime(on.year, on.month, on.day, tzinfo=UTC)
    if kind == "decimal":
        return float(value)  # type: ignore[arg-type]
    expected = {"integer": int, "boolean": bool, "text": str}[kind]
    if type(value) is not expected or isinstance(value, date):
        raise ValueError(f"expected {kind}")
    return value


@lru_cache(maxsize=4_096)
def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_NAME.findall(_TEXT_LITERAL.sub("''", text))))


def _only(inputs: tuple[str, ...], values: Mapping[str, CelInput]) -> dict[str, CelInput]:
    return {name: values[name] for name in inputs if name in values}


def _missing(inputs: tuple[str, ...], values: Mapping[str, CelInput], error: str) -> tuple[str, ...]:
    absent = tuple(name for name in inputs if name not in values)
    table = _UNPUBLISHED.search(error)
    return absent or ((f"table:{table[1]}",) if table else ())


def _functions(tables: Tables) -> Any:
    kinds = {
        "s": cel.Type.STRING,
        "d": cel.Type.TIMESTAMP,
        "i": cel.Type.INT,
        "f": cel.Type.DOUBLE,
        "b": cel.Type.BOOL,
    }
    declared = []
    for name, (signatures, work) in _catalogue_functions(tables).items():
        overloads = []
        for signature in signatures.split("|"):
            *parameters, result = (kinds[letter] for letter in signature)
            overloads.append(cel.Overload(f"{name}_{signature}", result, parameters, impl=_with_dates(work)))
        declared.append(cel.FunctionDecl(name, overloads))
    return cel.CelExtension("desk", declared)


def _with_dates(work: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        plain = [argument.date() if isinstance(argument, datetime) else argument for argument in arguments]
        result = work(*plain)
        return as_input("date", result) if isinstance(result, date) else result

    return call


def _catalogue_functions(tables: Tables) -> dict[str, tuple[str, Callable[..., Any]]]:
    """Name, signatures (parameters, then result: s text, d date, i integer, f decimal, b yes/no) and work.

    A second signature without the day is for kept packs: their conditions did not give it, and every row counts.
    """
    office_days = calendar.OfficeCalendar(
        known_from=tables.holidays_from, known_to=tables.holidays_to, holidays=tables.holidays
    )
    return {
        "date": ("sd", date.fromisoformat),
        "days_after": ("did", lambda on, days: on + timedelta(days=days)),
        "months_before": ("did", calendar.months_before),
        "months_after": ("did", calendar.months_after),
        "month_of": ("ds", lambda on: on.strftime("%Y-%m")),
        "days_between": ("ddi", calendar.days_between),
        "longest_year_days": ("ddi", calendar.longest_year_days),
        "office_days_between": ("ddi", office_days.office_days_between),
        "age_on": ("ddi", calendar.age_on),
        "corporate_number_valid": ("sb", offices.corporate_number_valid),
        "min_wage": ("sdi", lambda prefecture, on: _wages(tables, prefecture, on, on)[0].yen_per_hour),
        "min_wage_through": ("sddi", lambda *asked: max(row.yen_per_hour for row in _wages(tables, *asked))),
        "min_wages_published": ("sddb", lambda *asked: _wages_published(tables, *asked)),
        "lowest_wage": ("di", lambda on: _lowest_wage(tables, on)),
        "hourly_wage": ("iii", lambda monthly_yen, annual_hours: monthly_yen * 12 // annual_hours),
        "base_quota": ("idi|ii", lambda staff, on=None: _base_quota(tables, staff, on)),
        "esd_base_quota": ("idi|ii", lambda staff, on=None: _esd_base_quota(tables, staff, on)),
        "paper_life": ("sdi", lambda kind, on: _published("paper_lives", tables.paper_life(kind, on)).months),
        "stay_limit": ("ssdi|ssi", lambda *asked: _stay_limit(tables, *asked)),
        "total_stay_days": ("siddi", lambda *asked: _total_stay_days(tables, *asked)),
        "transfer_eligible": ("sdb", lambda told, on: _transfer_eligible(tables, told, on)),
        "same_people": ("ssb", told_lines.same_people),
        "total_of_lines": ("sf", told_lines.total_of_lines),
        "stage_3_closed": ("sdb|sb", lambda code, on=None: _stage_3_closed(tables, code, on)),
        "change_tier": ("sds|ss", lambda change, on=None: _change_tier(tables, change, on)),
        "listed": ("ssdb", lambda table, row_id, on: _listed(tables, table, row_id, on)),
        "needs_bilateral_paper": ("ssdb", lambda *asked: _bilateral(tables, *asked)),
        "has_arrangement": ("sdb|sb", lambda land, on=None: _has_arrangement(tables, land, on)),
        "office_for": ("ssds|sss", lambda *asked: _office(tables, *asked)),
        "state_fee": ("sdi", lambda table, on: _state_fee(tables, table, on)),
        "lodge_by": ("sd", lambda cut_off: _published("cut_offs", tables.cut_off(cut_off)).lodge_by),
        "in_force_from": ("sd", lambda law: _law_start(tables, law)),
        "ssw_intake": ("sds", lambda field, on: _ssw_intake(tables, field, on)),
        "anchor_by": ("sd", lambda cut_off: _published("cut_offs", tables.cut_off(cut_off)).anchor_by),
    }


def _wages(tables: Tables, prefecture: str, begins: date, ends: date) -> list[MinimumWage]:
    """The published wages for days from `begins` to `ends`. Raises Unpublished where there is none."""
    rows = [row for row in tables.minimum_wages if row.prefecture == prefecture]
    touching = [row for row in rows if row.valid_from <= ends and begins <= row.valid_to]
    if not touching:
        raise Unpublished("minimum_wages")
    return [looked_up("minimum_wages", row) for row in touching]


def _wages_published(tables: Tables, prefecture: str, begins: date, ends: date) -> bool:
    """True when a wage is published for every one of the days. Raises Unpublished."""
    rows = _wages(tables, prefecture, begins, ends)
    days = sum((min(row.valid_to, ends) - max(row.valid_from, begins)).days + 1 for row in rows)
    if days < (ends - begins).days + 1:
        raise Unpublished("minimum_wages")
    return True


def _lowest_wage(tables: Tables, on: date) -> int:
    if on < tables.lowest_from:
        raise Unpublished("minimum_wages")
    return tables.lowest_yen_per_hour


def _on_day(rows: Iterable[Row], on: date | None) -> Iterator[Row]:
    return (row for row in rows if on is None or row.in_force(on))


def _published(table: str, row: Known | None) -> Known:
    """The row, noted as looked up. Raises Unpublished where the table has none."""
    if row is None:
        raise Unpublished(table)
    return looked_up(table, row)


def _step(table: str, rows: tuple[QuotaStep, ...], staff: int, on: date | None) -> QuotaStep | None:
    """The step in force that day for so many staff; None above the last. Raises Unpublished for a day without."""
    steps = sorted(_on_day(rows, on), key=lambda row: row.staff_up_to)
    if not steps:
        raise Unpublished(table)
    return next((looked_up(table, row) for row in steps if staff <= row.staff_up_to), None)


def _base_quota(tables: Tables, staff: int, on: date | None) -> int:
    step = _step("quota", tables.quota, staff, on)
    return step.base if step else staff // 20


def _esd_base_quota(tables: Tables, staff: int, on: date | None) -> int:
    step = _step("esd_quota", tables.esd_quota, staff, on)
    return step.base if step else staff * 3 // 20


def _stay_limit(tables: Tables, bound: str, status: str, on: date | None = None) -> int:
    row = next((row for row in _on_day(tables.residence_statuses, on) if row.id == status), None)
    months = {"grant": row.grant_months, "total": row.total_months}.get(bound) if row else None
    if row is None or months is None:
        raise Unpublished("residence_statuses")
    looked_up("residence_statuses", row)
    return months


def _total_stay_days(tables: Tables, status: str, more_months: int, ends_on: date, on: date) -> int:
    """The days of the longest total stay (and so many months more) that ends on a day, by the calendar."""
    months = _stay_limit(tables, "total", status, on) + more_months
    return calendar.days_between(calendar.months_before(ends_on, months), ends_on)


def _transfer_eligible(tables: Tables, told: str, on: date) -> bool:
    """Whether every code (last on its line) is in force on the list that day; no list has another group.

    Raises Unpublished for one that was not read, unless another certainly is not on it.
    """
    codes = told_lines.last_words(told)
    known = {row.id for row in tables.occupations}
    unread = {code for code in codes if code not in known and code.partition("-")[0] in OCCUPATION_GROUPS}
    listed = all(_listed(tables, "occupations", code, on) for code in codes if code not in unread)
    if listed and unread:
        raise Unpublished("occupations")
    return listed


def _stage_3_closed(tables: Tables, code: str, on: date | None) -> bool:
    found = (row for row in _on_day(tables.occupations, on) if row.id == code)
    return any(looked_up("occupations", row).stage_3 is False for row in found)


def _change_tier(tables: Tables, change: str, on: date | None) -> str:
    found = next((row for row in _on_day(tables.plan_changes, on) if row.id == change), None)
    return str(_published("plan_changes", found).tier)


def _has_arrangement(tables: Tables, country: str, on: date | None) -> bool:
    found = (row for row in _on_day(tables.bilateral_arrangements, on) if row.country == country)
    return any(looked_up("bilateral_arrangements", row) for row in found)


def _listed(tables: Tables, table: str, row_id: str, on: date) -> bool:
    rows = tables.listed(table)
    if rows is None:
        raise Unpublished(table)
    return any(looked_up(table, row).in_force(on) for row in rows if row.id == row_id)


def _bilateral(tables: Tables, authority: str, country: str, on: date) -> bool:
    rows = (row for row in tables.bilateral_papers if row.authority == authority and row.country == country)
    return any(looked_up("bilateral_papers", row).in_force(on) for row in rows)


def _office(tables: Tables, authority: str, prefecture: str, on: date | None = None) -> str:
    return _published("offices", offices.office_for(tables, authority, prefecture, on)).id


def _law_start(tables: Tables, law: str) -> date:
    found = next((row for row in tables.law_starts if row.id == law), None)
    return _published("law_starts", found).in_force_from


def _ssw_intake(tables: Tables, field: str, on: date) -> str:
    found = next((row for row in _on_day(tables.ssw_intakes, on) if row.field == field), None)
    return looked_up("ssw_intakes", found).intake if found else "open"


def _state_fee(tables: Tables, table: str, on: date) -> int:
    for row in tables.fees:
        in_force = row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
        if row.table == table and in_force and row.amount_yen is not None:
            looked_up("fees", row)
            return row.amount_yen
    raise Unpublished("fees")
