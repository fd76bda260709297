"""Every name that gets into workflow histories, spelled once. It is public API: a house test pins it."""

APPLICATION = "Application"
EXAMINATION = "DocumentExamination"
DESK_ROUND = "DeskRound"
ARRIVALS_ROUND = "ArrivalsRound"

CLAIM_TASK = "claim_task"
RELEASE_TASK = "release_task"
PASS_ON_TASK = "pass_on_task"
COMPLETE_TASK = "complete_task"
HAND_IN_CORRECTION = "hand_in_correction"
BEGIN_LODGING = "begin_lodging"
END_LODGING = "end_lodging"
RECORD_MORE_REQUESTED = "record_more_requested"
RECORD_RESULT = "record_result"
WITHDRAW = "withdraw"
PLACE_HOLD = "place_hold"
LIFT_HOLD = "lift_hold"
WAIVE_FINDING = "waive_finding"
ADOPT_PACK = "adopt_pack"
TELL_LINK = "tell_link"
SPLIT_OFF = "split_off"
PROPOSE = "propose"
ANSWER_PROPOSAL = "answer_proposal"
ROUTE_FILING = "route_filing"
ENTRUST_FILING = "entrust_filing"
CORRECT_RECEIPTS = "correct_receipts"

IMPACT = "WeighImpact"
CHECK_AGAIN = "CheckAgain"

STANDING = "standing"
ANSWERED = "answered"

SCHEDULE = "desk-round"
ARRIVALS_SCHEDULE = "arrivals-round"
SEARCH_PROCEDURE = "Procedure"
SEARCH_ORGANISATION = "Organisation"


def examination_workflow(document_id: str) -> str:
    """The workflow that examines one uploaded document."""
    return f"document-{document_id}"
