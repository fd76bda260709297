"""One application of as many persons as a map allows, from ready to delivered, beside the limits of the workflow server."""

from infra.dev.demo.contents import EXTENSION, PLAN
from schemas.standing import Standing
from tests.bench.exact import Cost, Fields, Survey
from tests.bench.figures import Figure, Sheet, at_most

MB = 1_048_576
EVENTS_AT_MOST, HISTORY_BYTES_AT_MOST, PAYLOAD_BYTES_AT_MOST = 51_200, 50 * MB, 2 * MB
"""What the server ends a workflow for; a new run is begun long before, at 4,096 events or 4 MB."""
FOLDED = "SELECT folded FROM standing WHERE number = %s"


async def group_figures(survey: Survey, fields: Fields, sheet: Sheet, *, persons: int) -> None:
    """The shorter road and the longer one (second review, originals handed over)."""
    for procedure in (EXTENSION, PLAN):
        cost = await survey.walked(fields.sow(1, persons, procedure=procedure)[0])
        sheet.add(*_figures(f"{procedure}, {persons} persons", cost, carried_bytes(survey, cost)))


def carried_bytes(survey: Survey, cost: Cost) -> int:
    """What a new run would be told at the end: what was handed in, and the standing."""
    (row,) = survey.ground.rows(FOLDED, cost.number)
    standing = Standing.model_validate(row["folded"])
    return len(cost.history.payloads[0]) + len(standing.model_dump_json().encode())


def _figures(section: str, cost: Cost, carried: int) -> list[Figure]:
    history = cost.history
    largest = max(len(payload) for payload in history.payloads)
    return [
        Figure(
            section,
            "history events",
            history.events,
            limit=f"{EVENTS_AT_MOST}",
            verdict=at_most(history.events, EVENTS_AT_MOST),
            note=f"{history.billable_actions} actions; 6 events for each result",
        ),
        Figure(
            section,
            "history bytes",
            history.stored_bytes,
            limit="50 MB",
            verdict=at_most(history.stored_bytes, HISTORY_BYTES_AT_MOST),
            note=f"{history.stored_bytes / HISTORY_BYTES_AT_MOST:.1%} of the limit",
        ),
        _payload(section, "largest payload, bytes", largest, "in plain"),
        _payload(section, "carried into a new run, bytes", carried, "hand-in and standing"),
        Figure(
            section,
            "seconds from ready to delivered",
            cost.ready_to_delivered_seconds,
            note=f"package, lodging, results one by one: {cost.requests} requests from hand-in on, one after the other",
        ),
    ]


def _payload(section: str, name: str, size_bytes: int, note: str) -> Figure:
    return Figure(
        section,
        name,
        size_bytes,
        limit="2 MB",
        verdict=at_most(size_bytes, PAYLOAD_BYTES_AT_MOST),
        note=note,
    )
