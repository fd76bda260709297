"""Who may lodge: each lack has a code of its own, each bound is tried on both sides; and what lapses when."""

from datetime import date, timedelta
from typing import Any

import pytest

from infra.catalogue import load_catalogue
from schemas.authority import (
    WARNINGS,
    CertificateHeld,
    Lapse,
    LapsingThing,
    LodgingWanted,
    MandateGiven,
    Membership,
    OnRegister,
    entitlement_for,
    lapses_of_certificate,
    lapses_of_mandates,
)
from schemas.filing import FilingKind
from schemas.refusals import REFUSALS

TODAY = date(2026, 11, 30)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
OFFICES = load_catalogue().tables.offices
SSW = "isa.extension.ssw1"
STEPS = (90, 60, 30, 7)


def a_certificate(**given: Any) -> CertificateHeld:
    values = {"certificate_number": "SAMPLE-1", "valid_until": TODAY, "online_id_valid_until": TODAY}
    return CertificateHeld(**values | given)


def a_mandate(**given: Any) -> MandateGiven:
    values: dict[str, Any] = {
        "id": "m-1",
        "account_id": "handler",
        "organisation_id": "client",
        "procedures": (SSW,),
        "valid_from": TODAY,
        "requested_on": TODAY,
    }
    return MandateGiven(**values | given)


def lacking(
    held: CertificateHeld | None,
    *mandates: MandateGiven,
    channel: str | None = "online",
    office: str = "tokyo",
    is_pledged: bool = True,
) -> tuple[str, ...]:
    wanted = LodgingWanted(procedure=SSW, on=TODAY, channel=channel, office=office)
    known = OnRegister(held=held, mandates=mandates, is_pledged=is_pledged)
    return entitlement_for(wanted, known, OFFICES).lacks


def doubted(held: CertificateHeld, mandate: MandateGiven, office: str = "tokyo") -> tuple[str, ...]:
    wanted = LodgingWanted(procedure=SSW, on=TODAY, channel="online", office=office)
    return entitlement_for(wanted, OnRegister(held=held, mandates=(mandate,)), OFFICES).warnings


def test_who_has_everything_lacks_nothing() -> None:
    assert lacking(a_certificate(), a_mandate()) == ()


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"valid_until": YESTERDAY}, ("certificate_expired",)),
        ({"valid_until": TODAY}, ()),
        ({"valid_from": TOMORROW}, ("certificate_not_yet_valid",)),
        ({"valid_from": TODAY}, ()),
        ({"returned_on": TODAY}, ("certificate_returned",)),
        ({"returned_on": TOMORROW}, ()),
        ({"online_id_valid_until": None}, ("online_id_missing",)),
        ({"online_id_valid_until": YESTERDAY}, ("online_id_expired",)),
        ({"online_id_since": TOMORROW}, ("online_id_not_yet_valid",)),
        ({"online_id_since": TODAY}, ()),
    ],
)
def test_a_certificate_and_an_online_id_count_on_their_days(
    given: dict[str, Any], codes: tuple[str, ...]
) -> None:
    assert lacking(a_certificate(**given), a_mandate()) == codes


@pytest.mark.parametrize("channel", ["post", "counter", None])
def test_an_online_id_and_a_list_that_names_the_client_are_needed_online_only(channel: str | None) -> None:
    bare = a_certificate(online_id_valid_until=None)

    assert lacking(bare, a_mandate(), channel=channel, is_pledged=False) == ()
    assert lacking(a_certificate(), a_mandate(), is_pledged=False) == ("pledge_not_filed",)


@pytest.mark.parametrize(
    ("membership", "codes"),
    [
        (None, ("members_only",)),
        (Membership(), ()),
        (Membership(since=TODAY), ()),
        (Membership(since=TOMORROW), ("members_only",)),
    ],
)
def test_what_the_desk_does_for_members_only_needs_a_member_of_that_day(
    membership: Membership | None, codes: tuple[str, ...]
) -> None:
    wanted = LodgingWanted(procedure=SSW, on=TODAY, channel="online", members_only=("isa.*:online",))
    known = OnRegister(held=a_certificate(), mandates=(a_mandate(),), is_pledged=True, membership=membership)

    assert entitlement_for(wanted, known).lacks == codes


@pytest.mark.parametrize(
    "otherwise",
    [
        {"members_only": ()},
        {"channel": "counter"},
        {"kind": FilingKind.SUPPLEMENT},
        {"kind": FilingKind.WITHDRAWAL},
    ],
)
def test_no_member_is_needed_elsewhere_nor_for_what_was_lodged_before(otherwise: dict[str, Any]) -> None:
    wanted = LodgingWanted(procedure=SSW, on=TODAY, channel="online", members_only=("isa.*:online",))
    known = OnRegister(held=a_certificate(), mandates=(a_mandate(),), is_pledged=True)

    assert entitlement_for(wanted.model_copy(update=otherwise), known).lacks == ()


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"procedures": ("*",)}, ()),
        ({"procedures": ("other",)}, ("mandate_other_procedure",)),
        ({"valid_from": TOMORROW}, ("mandate_not_yet_valid",)),
        ({"valid_from": YESTERDAY, "valid_until": YESTERDAY}, ("mandate_expired",)),
        ({"valid_until": TODAY}, ()),
        ({"request_valid_until": YESTERDAY}, ("written_request_expired",)),
        ({"request_valid_until": TODAY}, ()),
    ],
)
def test_a_mandate_counts_for_its_procedures_on_its_days(
    given: dict[str, Any], codes: tuple[str, ...]
) -> None:
    assert lacking(a_certificate(), a_mandate(**given)) == codes


def test_everything_that_lacks_is_named_together() -> None:
    assert lacking(None) == ("certificate_missing", "no_mandate")


def test_one_mandate_that_counts_is_enough() -> None:
    ended = a_mandate(id="m-0", valid_from=YESTERDAY, valid_until=YESTERDAY)

    assert lacking(a_certificate(), ended, a_mandate()) == ()


def test_of_an_ended_and_a_coming_mandate_the_coming_one_is_told() -> None:
    ended = a_mandate(id="m-0", valid_from=YESTERDAY, valid_until=YESTERDAY)

    assert lacking(a_certificate(), ended, a_mandate(valid_from=TOMORROW)) == ("mandate_not_yet_valid",)


@pytest.mark.parametrize(
    ("bureau", "office", "codes"),
    [
        ("tokyo", "tokyo", ()),
        ("tokyo", "yokohama", ()),
        ("osaka", "tokyo", ("certificate_of_another_bureau",)),
        (None, "tokyo", ()),
        ("osaka", "an-office-of-otit", ()),
    ],
)
def test_another_bureau_is_doubted_and_keeps_nobody_from_lodging(
    bureau: str | None, office: str, codes: tuple[str, ...]
) -> None:
    held = a_certificate(bureau=bureau)

    assert doubted(held, a_mandate(), office) == codes
    assert lacking(held, a_mandate(), office=office) == ()


def test_a_mandate_without_a_written_request_is_doubted() -> None:
    assert doubted(a_certificate(), a_mandate(requested_on=None)) == ("written_request_missing",)


def test_who_reviewed_it_himself_is_warned_and_not_kept_from_lodging() -> None:
    known = OnRegister(held=a_certificate(), mandates=(a_mandate(),), is_pledged=True)
    wanted = LodgingWanted(procedure=SSW, on=TODAY, channel="online", office="tokyo", reviewed=True)

    found = entitlement_for(wanted, known, OFFICES)

    assert (found.lacks, found.warnings) == ((), ("lodger_reviewed",))


def test_every_lack_can_be_told_and_no_doubt_is_a_refusal() -> None:
    prefixes = ("certificate_", "online_id_", "mandate_", "pledge_")
    lacks = {code for code in REFUSALS if code.startswith(prefixes)}

    assert len(lacks) == 11
    assert not set(WARNINGS) & set(REFUSALS)


@pytest.mark.parametrize(
    ("left", "step"),
    [(91, None), (90, 90), (61, 90), (60, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_of_several_reminders_the_nearest_is_due(left: int, step: int | None) -> None:
    lapse = Lapse(
        thing=LapsingThing.MANDATE, entry="m-1", account_id="handler", on=TODAY + timedelta(days=left)
    )

    assert (lapse.days_left(TODAY), lapse.step(TODAY, STEPS)) == (left, step)


def test_certificate_id_report_and_return_each_have_a_day() -> None:
    held = a_certificate(return_by=TOMORROW, online_report_by=YESTERDAY)

    lapses = {each.thing: each.on for each in lapses_of_certificate("handler", held)}

    assert lapses == {
        "certificate": TODAY,
        "certificate_return": TOMORROW,
        "online_id": TODAY,
        "online_report": YESTERDAY,
    }


def test_a_returned_certificate_lapses_no_more() -> None:
    assert lapses_of_certificate("handler", a_certificate(returned_on=TODAY)) == ()


@pytest.mark.parametrize(
    ("until", "things"),
    [(None, ["written_request"]), (TODAY, ["mandate", "written_request"]), (YESTERDAY, [])],
)
def test_a_mandate_and_its_request_lapse_until_it_has_ended(until: date | None, things: list[str]) -> None:
    mandate = a_mandate(valid_from=YESTERDAY, valid_until=until, request_valid_until=TODAY)

    assert [each.thing for each in lapses_of_mandates([mandate], TODAY)] == things


@pytest.mark.parametrize(
    ("successor", "count"),
    [
        ({"valid_from": TOMORROW}, 0),
        ({"valid_from": TOMORROW + timedelta(days=1)}, 1),
        ({"valid_from": TOMORROW, "procedures": ("other",)}, 1),
        ({"valid_from": TOMORROW, "organisation_id": "another"}, 1),
        ({"valid_from": YESTERDAY, "request_valid_until": TODAY}, 2),
    ],
)
def test_what_another_mandate_carries_on_needs_nobody(successor: dict[str, Any], count: int) -> None:
    ending = a_mandate(valid_until=TODAY)

    lapses = lapses_of_mandates([ending, a_mandate(id="m-2", **successor)], TODAY)

    assert len(lapses) == count
