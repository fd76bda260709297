"""The examination of one uploaded document, started when its upload is complete."""

from temporalio import workflow

from activities.documents.examining import Documents
from schemas import messages
from schemas.checked import DocumentUploaded
from schemas.examination import Examination
from workflows.policies import patiently


@workflow.defn(name=messages.EXAMINATION)
class ExaminationWorkflow:
    """Scan, open in the real parser, release to the vault or refuse."""

    @workflow.run
    async def run(self, uploaded: DocumentUploaded) -> Examination:
        """Answers what was found. The finding is in the ledger before this returns."""
        return await patiently(Documents.examine_one, uploaded, summary="書類の検査 examine a document")
