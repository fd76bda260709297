"""The exact figures as lines of the table, each beside the limit of performance.md 6.1 and with the reason of a miss."""

from collections.abc import Mapping

from infra.dev.demo.contents import PLAN
from tests.bench.documents import document_costs
from tests.bench.exact import Cost, Fields, Survey
from tests.bench.figures import Figure, Sheet, at_most, equal
from tests.bench.ground import Ground

SECTION = "exact, per application (1 person, 13 documents)"
GROWTH = "exact, how it grows"
SAFETY = "exact, what must be nought or the same"
FOUR_DECISIONS = "four decisions by people instead of two: intent and package before the act (ADR 0010)"
PINGS = ";"
WAITING_DAYS = (30, 300, 600)


async def exact_figures(ground: Ground, survey: Survey, fields: Fields, sheet: Sheet) -> None:
    """All of them. The first walk is not counted: connections are opened in it."""
    await survey.walked(fields.sow(1)[0])
    plain = await survey.walked(fields.sow(1)[0])
    sheet.add(*_of_the_engine(plain), *_of_the_tables(plain))
    await _grown(survey, fields, sheet, plain)
    await _same(survey, fields, sheet, plain)
    await _documents(ground, fields, sheet)


def _of_the_engine(cost: Cost) -> list[Figure]:
    history = cost.history
    shape = f"{history.local_activities} local activities, {dict(history.kinds)['TIMER_STARTED']} timer"
    return [
        _line("history events", history.events, 20, FOUR_DECISIONS, facts=dict(history.kinds)),
        _line(
            "history bytes",
            history.stored_bytes,
            4_000,
            f"payloads {history.opened_bytes} B in plain, {history.sealed_bytes} B sealed: "
            "each names its key; summaries are for readers",
        ),
        _line("workflow tasks", history.workflow_tasks, 3, "one per decision, one start, one package"),
        _line("state transitions", history.state_transitions, 9, "one per decision more"),
        _line("billable actions", history.billable_actions, 7, f"by the published rules; {shape}"),
    ]


def _of_the_tables(cost: Cost) -> list[Figure]:
    transactions = sum(told.transactions for told in cost.told.values())
    api, worker = cost.told["api"], cost.told["worker"]
    sent = {name: told.statements - told.kinds[PINGS] for name, told in cost.told.items()}
    pings = sum(told.kinds[PINGS] for told in cost.told.values())
    rows = cost.rows
    uploads = rows["document_version"] + rows["examination"]
    by_login = f"front desk {sent['api']} in {cost.requests} requests, worker {sent['worker']}"
    return [
        _line(
            "SQL statements",
            sum(sent.values()),
            16,
            f"{by_login}; sign-in, hat and audit of every request; + {pings} pings",
            facts={name: dict(told.kinds) for name, told in cost.told.items()},
        ),
        _line(
            "transactions", transactions, 9, f"front desk {api.transactions}, worker {worker.transactions}"
        ),
        _line(
            "rows without documents",
            sum(rows.values()) - uploads,
            17,
            "balls, notices, findings, package and reads are kept per case",
            facts=rows,
        ),
        _line("rows of documents", uploads, None, "two per document: declared, examined"),
        _line(
            "stored bytes",
            cost.stored_bytes,
            6_000,
            "without indexes; values, reports and packages are sealed with their authors",
            facts=dict(cost.kept),
        ),
        _line(
            "WAL bytes",
            cost.written_ahead_bytes,
            10_000,
            "counted once; indexes and standing rewritten per act",
        ),
    ]


def _line(
    name: str, measured: int, limit: int | None, note: str, *, facts: Mapping[str, object] | None = None
) -> Figure:
    if limit is None:
        return Figure(SECTION, name, measured, note=note, facts=facts or {})
    return Figure(
        SECTION, name, measured, None, None, f"<= {limit}", at_most(measured, limit), note, facts or {}
    )


async def _grown(survey: Survey, fields: Fields, sheet: Sheet, plain: Cost) -> None:
    more = await survey.walked(fields.sow(1, further=27)[0])
    sheet.add(_pair("events at 13 / 40 documents", plain, more, "equal"))
    waited = [await survey.walked(fields.sow(1)[0], waiting_days=days) for days in WAITING_DAYS]
    sheet.add(_waiting(waited))
    corrected = await survey.walked(fields.sow(1)[0], corrected=True)
    sheet.add(*_round(plain, corrected))
    second = await survey.walked(fields.sow(1, procedure=PLAN)[0])
    sheet.add(_road("second review and originals handed over", second))
    grown = await survey.walked(fields.sow(1, 10)[0])
    sheet.add(_road("10 persons, results one by one", grown))


def _pair(name: str, one: Cost, other: Cost, limit: str, note: str = "") -> Figure:
    events = (one.history.events, other.history.events)
    told = f"{events[0]} / {events[1]}"
    return Figure(GROWTH, name, told, None, None, limit, equal(*events), note)


def _waiting(waited: list[Cost]) -> Figure:
    month, year, years = (cost.history for cost in waited)
    more = year.kinds - month.kinds
    is_flat = year.events == years.events and more["TIMER_FIRED"] <= 1
    note = "a deadline that passes is recorded once and opens a task; nothing polls"
    told = f"{month.events}/{year.events}/{years.events}"
    name = f"events at {'/'.join(str(days) for days in WAITING_DAYS)} days of waiting"
    return Figure(GROWTH, name, told, None, None, "+1 timer", equal(is_flat, True), note, dict(more))


def _round(plain: Cost, corrected: Cost) -> list[Figure]:
    events = corrected.history.events - plain.history.events
    actions = corrected.history.billable_actions - plain.history.billable_actions
    note = "three acts of people: the task is taken, the client hands in the round, the round is reviewed"
    return [
        Figure(GROWTH, "events per correction round", events, None, None, "<= 6", at_most(events, 6), note),
        Figure(
            GROWTH, "actions per correction round", actions, None, None, "<= 3", at_most(actions, 3), note
        ),
    ]


def _road(name: str, cost: Cost) -> Figure:
    history = cost.history
    statements = {who: told.statements for who, told in cost.told.items()}
    note = (
        f"events; {history.billable_actions} actions, {history.stored_bytes} B, "
        f"SQL {statements['api']} + {statements['worker']} in {cost.requests} requests, {sum(cost.rows.values())} rows"
    )
    return Figure(GROWTH, name, history.events, note=note, facts={"rows": cost.rows})


async def _same(survey: Survey, fields: Fields, sheet: Sheet, plain: Cost) -> None:
    words = await survey.planted_words(plain.number)
    leaks, control = len(words["history"]), len(words["content"])
    sheet.add(
        Figure(
            SAFETY,
            "planted personal words in payloads",
            leaks,
            None,
            None,
            "= 0",
            equal(leaks, 0),
            f"the same search finds {control} of 2 in the content",
        )
    )
    twice = await survey.walked(fields.sow(1)[0], twice=True)
    rows = equal(twice.rows, plain.rows)
    sheet.add(
        Figure(
            SAFETY,
            "rows after every request twice",
            _differing(plain, twice),
            None,
            None,
            "= 0",
            rows,
            "differing",
        ),
        Figure(
            SAFETY,
            "events after every request twice",
            twice.history.events,
            plain.history.events,
            None,
            "equal",
            equal(twice.history.events, plain.history.events),
        ),
    )
    unchanged = await survey.recorded_again(plain.number)
    sheet.add(
        Figure(
            SAFETY,
            "rows after recording all again",
            int(not unchanged),
            None,
            None,
            "= 0",
            equal(unchanged, True),
        )
    )


def _differing(one: Cost, other: Cost) -> int:
    tables = one.rows.keys() | other.rows.keys()
    return sum(one.rows.get(table) != other.rows.get(table) for table in tables)


async def _documents(ground: Ground, fields: Fields, sheet: Sheet) -> None:
    small, large = await document_costs(ground, fields)
    difference = abs(large.through_the_desk_bytes - small.through_the_desk_bytes)
    note = f"{small.through_the_desk_bytes} B of JSON for 0.3 MB, {large.through_the_desk_bytes} B for 3 MB"
    sheet.add(
        Figure(SAFETY, "document content through the front desk, B", int(difference > 16), None, None, "= 0",
               equal(difference > 16, False), note),
        Figure(
            SAFETY,
            "S3 requests per document by our side",
            small.desk_requests + small.worker_requests,
            None,
            None,
            "<= 1",
            at_most(small.desk_requests + small.worker_requests, 1),
            f"front desk {small.desk_requests} (open, join, look), worker {small.worker_requests} (read for the checks, "
            "keep, discard); the sender 1",
            {"front desk": dict(small.desk_operations), "worker": dict(small.worker_operations)},
        ),
    )  # fmt: skip
