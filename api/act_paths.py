"""Ids of tasks, filings, findings, proposals and remarks in addresses: one that can't exist answers as one not there."""

from typing import Annotated

from fastapi import Depends

from api.paths import OURS
from schemas.identifiers import is_application_number, number_of
from schemas.refusals import Refused


async def task_in_path(task_id: str) -> str:
    """A task's id. Raises Refused `no_such_task`."""
    return _of_an_application(task_id, "no_such_task")


async def filing_in_path(filing_id: str) -> str:
    """A filing's id. Raises Refused `no_such_filing`."""
    return _of_an_application(filing_id, "no_such_filing")


async def finding_in_path(finding_id: str) -> str:
    """A finding's id. Raises Refused `no_such_finding`."""
    return _of_an_application(finding_id, "no_such_finding")


async def remark_in_path(remark_id: str) -> str:
    """A remark's id. Raises Refused `not_found`."""
    if not OURS.fullmatch(remark_id):
        raise Refused("not_found")
    return remark_id


async def proposal_in_path(proposal_id: str) -> str:
    """A proposal's id. Raises Refused `no_such_proposal`."""
    return _of_an_application(proposal_id, "no_such_proposal")


def _of_an_application(text: str, code: str) -> str:
    if not OURS.fullmatch(text) or not is_application_number(number_of(text)):
        raise Refused(code)
    return text


TaskInPath = Annotated[str, Depends(task_in_path)]
FilingInPath = Annotated[str, Depends(filing_in_path)]
FindingInPath = Annotated[str, Depends(finding_in_path)]
ProposalInPath = Annotated[str, Depends(proposal_in_path)]
RemarkInPath = Annotated[str, Depends(remark_in_path)]
