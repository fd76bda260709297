"""Fees: the desk's dated tariff by class, the authority's fee as a fact, and what is not known said so."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from infra.catalogue import load_catalogue
from schemas.dossier import Dossier, PersonDossier
from schemas.fees import (
    AuthorityFee,
    FeeQuote,
    FilingFee,
    PersonsLeft,
    Tariff,
    authority_fee,
    authority_fees,
    quotes_since,
)

SSW, PLAN = "isa.extension.ssw1", "otit.plan.accreditation.D"
FROM, TO = date(2026, 4, 1), date(2027, 3, 31)
DAY = timedelta(days=1)


def a_row(**given: Any) -> dict[str, Any]:
    values = {"procedure": SSW, "fee_class": "member", "valid_from": FROM, "valid_to": TO}
    return {**values, "yen_per_person": 1_000, **given}


def a_dossier(procedure: str, on: date, persons: int) -> Dossier:
    ready = load_catalogue().map_for(procedure, on=on)
    lines = tuple(PersonDossier(person_id=f"p-{line}", values={}) for line in range(persons))
    return Dossier(
        number="T26-SAMPLE00",
        procedure_id=procedure,
        map_version=ready.procedure.version,
        as_of=on,
        application={},
        persons=lines,
        documents=(),
    )


@pytest.mark.parametrize(
    ("on", "amounts"),
    [(FROM - DAY, {}), (FROM, {"member": 1_000}), (TO, {"member": 1_000}), (TO + DAY, {"member": 2_000})],
)
def test_the_tariff_of_the_day_counts(on: date, amounts: dict[str, int]) -> None:
    next_year = a_row(valid_from=TO + DAY, valid_to=None, yen_per_person=2_000)
    tariff = Tariff.model_validate({"rows": [a_row(), next_year]})

    assert tariff.amounts(SSW, on) == amounts
    assert tariff.amounts(PLAN, on) == {}


@pytest.mark.parametrize(
    ("second", "is_possible"),
    [
        ({"valid_from": TO}, False),
        ({"valid_from": TO + DAY, "valid_to": None}, True),
        ({"valid_from": TO + DAY, "valid_to": TO}, False),
        ({"fee_class": "non_member"}, True),
        ({"procedure": PLAN}, True),
        ({"valid_from": FROM - DAY, "valid_to": None}, False),
    ],
)
def test_two_fees_never_hold_on_one_day(second: dict[str, Any], *, is_possible: bool) -> None:
    rows = {"rows": [a_row(), a_row(**second)]}

    if is_possible:
        assert len(Tariff.model_validate(rows).rows) == 2
    else:
        with pytest.raises(ValidationError, match=r"hold on one day|ends before"):
            Tariff.model_validate(rows)


@pytest.mark.parametrize("wrong", [{"yen_per_person": -1}, {"fee_class": "Gold Member"}, {"yen": 3}])
def test_a_row_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Tariff.model_validate({"rows": [a_row(**wrong)]})


def test_the_authoritys_fee_is_told_for_every_channel_and_person() -> None:
    dossier = a_dossier(SSW, date(2026, 11, 30), persons=3)
    ready = load_catalogue().map_for(SSW, on=dossier.as_of)

    fees = {each.channel: each.total_yen for each in authority_fees(ready, dossier)}

    assert set(fees) == {each.id for each in ready.procedure.channels}
    assert fees["online"] == 3 * 5_500


@pytest.mark.parametrize(("on", "yen"), [(date(2027, 3, 30), 5_500), (date(2027, 3, 31), None)])
def test_a_fee_that_is_not_published_stays_unknown(on: date, yen: int | None) -> None:
    ready = load_catalogue().map_for(SSW, on=on)

    fee = authority_fee(ready, a_dossier(SSW, on, persons=2), "online")

    assert (fee.yen_per_unit, fee.units) == (yen, 2)
    assert fee.total_yen == (None if yen is None else 2 * yen)


def a_quote(persons: int) -> FeeQuote:
    per_person = AuthorityFee(channel="online", yen_per_unit=5_500, units=persons)
    per_application = AuthorityFee(channel="post", yen_per_unit=3_900, units=1)
    return FeeQuote(
        number="T26-SAMPLE00",
        procedure=SSW,
        fee_class="member",
        persons=persons,
        desk_yen_per_person=1_000,
        authority=(per_person, per_application),
        quoted_on=FROM,
    )


def test_persons_who_leave_supersede_the_quote_and_all_that_hold_add_up_to_the_whole() -> None:
    first = a_quote(4)
    left = [
        PersonsLeft(to_number="T26-SAMPLE01", persons=1, left_on=FROM + DAY),
        PersonsLeft(to_number="T26-SAMPLE02", persons=2, left_on=FROM + 2 * DAY),
    ]

    quotes = quotes_since(first, left)
    shares = [
        quotes[place].share(each.to_number, each.persons, each.left_on) for place, each in enumerate(left)
    ]

    assert [(each.quoted_on, each.persons) for each in quotes] == [
        (FROM, 4),
        (FROM + DAY, 3),
        (FROM + 2 * DAY, 1),
    ]
    assert [(each.superseded_on, each.superseded_by) for each in quotes] == [
        (FROM + DAY, "T26-SAMPLE01"),
        (FROM + 2 * DAY, "T26-SAMPLE02"),
        (None, None),
    ]
    held = (quotes[-1], *shares)
    assert [each.number for each in held] == ["T26-SAMPLE00", "T26-SAMPLE01", "T26-SAMPLE02"]
    assert sum(each.desk_total_yen or 0 for each in held) == first.desk_total_yen == 4_000
    assert sum(each.authority[0].total_yen or 0 for each in held) == first.authority[0].total_yen == 22_000
    assert [each.authority[1].units for each in held] == [1, 1, 1]


def test_a_quote_that_nobody_left_holds_as_it_was_written() -> None:
    assert quotes_since(a_quote(2), []) == (a_quote(2),)


def test_totals_follow_the_persons_and_unknown_has_no_total() -> None:
    unpublished = AuthorityFee(channel="online", yen_per_unit=None, units=4)
    quote = a_quote(4).model_copy(update={"authority": (unpublished,)})
    filed = FilingFee(
        filing_id="f-1",
        number=quote.number,
        channel="online",
        fee_class="member",
        persons=3,
        desk_yen_per_person=1_000,
        authority_yen=5_500,
        authority_units=3,
        lodged_on=FROM,
    )
    unknown = {"desk_yen_per_person": None, "authority_yen": None}

    assert (quote.desk_total_yen, quote.authority[0].total_yen) == (4_000, None)
    assert (filed.desk_total_yen, filed.authority_total_yen) == (3_000, 16_500)
    assert quote.model_copy(update=unknown).desk_total_yen is None
    assert filed.model_copy(update={"not_taken": 1}).desk_total_yen == 2_000
    assert filed.model_copy(update={"not_taken": 1}).authority_total_yen == 16_500
    assert filed.model_copy(update=unknown).desk_total_yen is None
    assert filed.model_copy(update=unknown).authority_total_yen is None
