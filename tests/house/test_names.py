"""Names that stand in histories are public: a renamed workflow, activity or act would strand what is under way."""

from collections.abc import Callable
from typing import Any

from temporalio import activity, workflow

from activities.arrivals import Arrivals
from activities.authorities import Authorities
from activities.checks.again import Repeats
from activities.checks.impact import Impacts
from activities.checks.round import Checks
from activities.documents.examining import Documents
from activities.lapses import Lapses
from activities.ledger import Ledger
from activities.links import Links
from activities.lodging import Lodging
from activities.notices import Notices
from activities.rounds import Rounds
from activities.splits import Splits
from activities.watches import Watches
from schemas import messages
from schemas.identifiers import application_number, filing_id, finding_id, task_id
from workflows.application import ApplicationWorkflow
from workflows.arrivals_round import ArrivalsRoundWorkflow
from workflows.desk_round import DeskRoundWorkflow
from workflows.examination import ExaminationWorkflow
from workflows.inspections import CheckAgainWorkflow, ImpactWorkflow

TEACHING = "A name that stands in histories has changed. Add a new one beside it; the old one stays for what is under way."
ACTS = {
    "claim_task",
    "release_task",
    "pass_on_task",
    "complete_task",
    "hand_in_correction",
    "begin_lodging",
    "end_lodging",
    "record_more_requested",
    "record_result",
    "withdraw",
    "place_hold",
    "lift_hold",
    "waive_finding",
    "adopt_pack",
    "tell_link",
    "split_off",
    "propose",
    "answer_proposal",
    "route_filing",
    "entrust_filing",
}
ACTIVITIES: dict[Callable[..., Any], str] = {
    Ledger.record: "record",
    Ledger.claim_receipts: "claim_receipts",
    Checks.check_round: "check_round",
    Documents.examine_one: "examine_document",
    Documents.examine_all: "examine_documents",
    Repeats.repeat: "repeat_check",
    Impacts.weigh: "weigh_impact",
    Lodging.prepare: "prepare_lodging",
    Authorities.lodge: "lodge",
    Notices.send_due: "send_due_notices",
    Lapses.remind: "remind_of_lapses",
    Watches.look: "watch_what_comes_next",
    Links.deliver: "deliver_links",
    Splits.deliver: "deliver_splits",
    Rounds.ask_after_silent_lodgings: "ask_after_silent_lodgings",
    Rounds.start_what_was_not_started: "start_what_was_not_started",
    Rounds.deliver_corrections: "deliver_corrections",
    Rounds.fetch_news: "fetch_authority_news",
    Arrivals.fetch: "fetch_arrivals",
    Arrivals.read: "read_arrivals",
    Arrivals.erase: "erase_arrivals",
}


def defined(kind: type) -> workflow._Definition:
    return workflow._Definition.must_from_class(kind)


def test_workflows_keep_their_names() -> None:
    kinds = (
        ApplicationWorkflow,
        ExaminationWorkflow,
        DeskRoundWorkflow,
        ArrivalsRoundWorkflow,
        CheckAgainWorkflow,
        ImpactWorkflow,
    )
    names = {defined(kind).name for kind in kinds}

    assert names == {
        "Application",
        "DocumentExamination",
        "DeskRound",
        "ArrivalsRound",
        "CheckAgain",
        "WeighImpact",
    }, TEACHING


def test_acts_and_questions_keep_their_names() -> None:
    road = defined(ApplicationWorkflow)

    assert set(road.updates) == ACTS, TEACHING
    assert set(road.queries) == {"standing"}, TEACHING
    assert not road.signals


def test_every_act_refuses_before_anything_is_written() -> None:
    without = [name for name, act in defined(ApplicationWorkflow).updates.items() if act.validator is None]

    assert not without


def test_activities_keep_their_names() -> None:
    names = {given: activity._Definition.must_from_callable(act).name for act, given in ACTIVITIES.items()}

    assert names == {name: name for name in ACTIVITIES.values()}, TEACHING


def test_operators_search_by_these_names() -> None:
    assert (messages.SEARCH_PROCEDURE, messages.SEARCH_ORGANISATION) == ("Procedure", "Organisation")
    assert (messages.SCHEDULE, messages.ARRIVALS_SCHEDULE) == ("desk-round", "arrivals-round")


def test_ids_in_histories_are_built_from_the_number() -> None:
    number = application_number(2026, 1)

    assert task_id(number, 2) == f"{number}.task.2"
    assert filing_id(number, 2) == f"{number}.filing.2"
    assert finding_id(number, 2) == f"{number}.finding.2"
    assert messages.examination_workflow("abc") == "document-abc"
