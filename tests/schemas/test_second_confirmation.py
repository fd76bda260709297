"""What one person reported of a lodging stays with its filing, and neither he nor the handler may take its task again."""

from schemas.filing import FilingState
from schemas.second_confirmation import LodgingReported
from schemas.tasks import TaskKind
from tests.builders import HANDLER, OTHER_HANDLER, PaperRoad, ready, receipts_for


def begun() -> PaperRoad:
    road = ready("p1")
    road.begin()
    return road


def test_a_report_is_kept_and_the_filing_is_still_under_way() -> None:
    road = begun()
    receipts = receipts_for(road.filing())

    road.note([LodgingReported(filing_id=road.filing().id, receipts=receipts)], OTHER_HANDLER)

    told = road.filing().reported
    assert told is not None
    assert (told.by, told.receipts) == (OTHER_HANDLER.id, receipts)
    assert road.filing().state is FilingState.INTENDED
    assert road.task(TaskKind.LODGE).excluded == (HANDLER.id, OTHER_HANDLER.id)


def test_a_report_of_a_filing_nobody_knows_changes_nothing_else() -> None:
    road = begun()
    before = road.standing

    road.note([LodgingReported(filing_id="T26-0.filing.9", receipts=())], HANDLER)

    assert road.standing.filings == before.filings
    assert road.standing.tasks == before.tasks
