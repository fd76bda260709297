"""What is written on a package: the office it goes to, as it is called on the day of lodging."""

from types import SimpleNamespace
from typing import Any

import pytest

from activities.lodging import package_order
from infra.dossiers import Collected
from infra.lodged import LodgedBefore
from schemas.checked import LodgingAsked
from tests.builders import NUMBER
from tests.schemas.cases import a_map


@pytest.mark.parametrize(
    ("as_of", "office", "called"),
    [
        ("2027-03-31", "MIT", "外国人技能実習機構水戸支所"),
        ("2027-04-01", "MIT", "外国人育成就労機構水戸支所"),
        ("2027-04-01", "unknown", "unknown"),
    ],
)
def test_a_package_names_the_office_as_it_is_called_on_the_day_of_lodging(
    as_of: str, office: str, called: str
) -> None:
    person = f"{NUMBER}.p1"
    case: Any = SimpleNamespace(persons=(person,))
    empty = Collected(case, entries={}, documents=(), omissions=(), references={}, readings={})
    asked = LodgingAsked(
        number=NUMBER,
        organisation_id="org",
        procedure="otit.start",
        filing_id=f"{NUMBER}.filing.1",
        filing_kind="first",
        persons=(person,),
        office=office,
        channel="post",
        handler="acc-handler",
        round=1,
        as_of=as_of,
    )

    order = package_order(
        asked, empty, a_map("otit.start"), LodgedBefore(), client_name="Sample", desk_name="Sample office"
    )

    assert order.office_ja == called
