"""Names that stand in histories are public: a renamed workflow, activity or act would strand what is under way."""

import base64
from typing import Any, cast

import pytest
from temporalio import activity, workflow

from infra.database.connection import Database
from infra.keys import KeyRing
from infra.wrapped_keys import read_by_worker
from schemas import messages
from schemas.identifiers import application_number, filing_id, finding_id, task_id
from tests.offline import settings_with
from worker import WORKFLOWS, activities
from workflows.application import ApplicationWorkflow

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
    "correct_receipts",
}
WORKFLOW_NAMES = {
    "Application",
    "DocumentExamination",
    "DeskRound",
    "ArrivalsRound",
    "CheckAgain",
    "WeighImpact",
}
ACTIVITY_NAMES = {
    "record",
    "claim_receipts",
    "check_round",
    "examine_document",
    "examine_documents",
    "repeat_check",
    "weigh_impact",
    "prepare_lodging",
    "lodge",
    "send_due_notices",
    "remind_of_lapses",
    "end_old_drafts",
    "watch_what_comes_next",
    "deliver_links",
    "deliver_splits",
    "ask_after_silent_lodgings",
    "start_what_was_not_started",
    "deliver_corrections",
    "fetch_authority_news",
    "fetch_arrivals",
    "read_arrivals",
    "erase_arrivals",
}


@pytest.fixture
def registered() -> list[str]:
    """The names of all activities a worker offers."""
    chosen = settings_with(key_encryption_key=base64.b64encode(bytes(32)).decode())
    database = Database(chosen.worker_database_url)
    keys = KeyRing.from_setting(chosen.key_encryption_key.get_secret_value(), read_by_worker(database))
    offered = activities(chosen, cast(Any, None), keys, database)
    return [activity._Definition.must_from_callable(each).name or "" for each in offered]


def defined(kind: type) -> workflow._Definition:
    return workflow._Definition.must_from_class(kind)


def test_workflows_keep_their_names() -> None:
    names = [defined(kind).name for kind in WORKFLOWS]

    assert sorted(map(str, names)) == sorted(WORKFLOW_NAMES), TEACHING


def test_acts_and_questions_keep_their_names() -> None:
    road = defined(ApplicationWorkflow)

    assert set(road.updates) == ACTS, TEACHING
    assert set(road.queries) == {"standing"}, TEACHING
    assert not road.signals


def test_every_act_refuses_before_anything_is_written() -> None:
    without = [name for name, act in defined(ApplicationWorkflow).updates.items() if act.validator is None]

    assert not without


def test_activities_keep_their_names(registered: list[str]) -> None:
    assert sorted(registered) == sorted(ACTIVITY_NAMES), TEACHING


def test_operators_search_by_these_names() -> None:
    assert (messages.SEARCH_PROCEDURE, messages.SEARCH_ORGANISATION) == ("Procedure", "Organisation")
    assert (messages.SCHEDULE, messages.ARRIVALS_SCHEDULE) == ("desk-round", "arrivals-round")


def test_ids_in_histories_are_built_from_the_number() -> None:
    number = application_number(2026, 1)

    assert task_id(number, 2) == f"{number}.task.2"
    assert filing_id(number, 2) == f"{number}.filing.2"
    assert finding_id(number, 2) == f"{number}.finding.2"
    assert messages.examination_workflow("abc") == "document-abc"
