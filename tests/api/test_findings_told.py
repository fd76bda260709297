"""What findings are told with: a reviewer's objection by the rule of the day on which it was written."""

from datetime import UTC, datetime, timedelta

import pytest

from api.queries_findings import Words, texts_under
from schemas.findings import Severity
from tests.schemas.cases import LAST_DAY, a_map_followed

RULE = "OTIT-HRS-05"


def words(written_at: datetime) -> Words:
    about = {"severity": Severity.CORRECT, "person_id": None, "place_kind": "field", "place": "hours_total"}
    said = {"id": "remark", "kind": "finding", "words": "見本", "author": None, "capacity": "reviewer"}
    links = {"for_client": True, "task_id": None, "finding_id": None, "written_at": written_at}
    return Words.model_validate({**about, **said, **links})


@pytest.mark.parametrize(("hour", "severity"), [(14, Severity.CORRECT), (15, Severity.WARN)])
def test_an_objection_is_told_by_the_rule_of_the_day_in_japan_on_which_it_was_written(
    hour: int, severity: Severity
) -> None:
    ready = a_map_followed(RULE, LAST_DAY + timedelta(days=1), severity=Severity.WARN)
    said = words(datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, hour, tzinfo=UTC))

    item = texts_under(ready, {}, (said,)).item(RULE, said)

    assert item is not None
    assert item.severity is severity
