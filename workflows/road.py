"""The steps the road takes by itself, in the order of the story. Each looks at the standing and says what happens next.

Because every act and every event is followed by these steps, no person can be at a stage that nobody works on.
"""

from workflows import advance_review, deadlines, filing, result_receipt
from workflows.situation import Happenings, Situation

STEPS = (
    advance_review.open_reviews,  # who is checked is reviewed; who passed is reviewed again where the map says so
    advance_review.return_the_settled,  # who has nothing left to correct is not waited for
    advance_review.grant_rounds,  # who is asked to correct can do so, or somebody decides
    filing.drop_empty,  # who left leaves nothing half-open behind
    filing.open_filings,  # who is ready is lodged, together with the others that are
    result_receipt.deliver,  # who has a result gets it
    deadlines.come_due,  # what the clock asks for
    result_receipt.close,  # when everybody's road has ended
)


def next_steps(situation: Situation) -> Happenings:
    """The next thing the road does by itself, or nothing when it waits for people, the authority or the clock."""
    for step in STEPS:
        happenings = step(situation)
        if happenings:
            return happenings
    return []
