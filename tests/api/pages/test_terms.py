"""What the codes of an application are called on a day: offices, the answers on offer, the facts of an event."""

from datetime import UTC, date, datetime

import pytest

from api.pages.facts import Facts
from api.pages.terms import Terms
from tests.schemas.cases import a_map

OTIT, SUCCESSOR = "外国人技能実習機構水戸支所", "外国人育成就労機構水戸支所"


@pytest.mark.parametrize(("on", "called"), [(date(2027, 3, 31), OTIT), (date(2027, 4, 1), SUCCESSOR)])
def test_an_office_is_called_as_on_the_day_of_the_page(on: date, called: str) -> None:
    terms = Terms(a_map("otit.start"), "ja", on)

    assert terms.office("MIT") == called
    assert terms.value("filing_office", "MIT") == called
    assert [each.ja for each in terms.choices["filing_office"] if each.id == "MIT"] == [called]
    assert terms.office("NOWHERE") == "NOWHERE"


def test_an_event_names_the_office_as_it_was_called_when_it_happened() -> None:
    facts = Facts(Terms(a_map("otit.start"), "ja", date(2027, 5, 1)), {})
    midnight = datetime(2027, 3, 31, 15, tzinfo=UTC)

    told = [facts.told({"office": "MIT"}, at)[0][1] for at in (midnight.replace(hour=14), midnight)]

    assert told == [OTIT, SUCCESSOR]
