"""One example of every request body, by module and class: what stands in the OpenAPI document. Every value is made up."""

from collections.abc import Mapping
from typing import Any

NUMBER, OTHER_NUMBER = "T26-0JR3000B", "T26-1JR3000G"
_PERSON, _OTHER_PERSON = "p-0123456789abcdef", "p-fedcba9876543210"
_SHA256 = "0" * 64
_REASON = {"reason": "担当者と電話で確認しました。"}
_WORDS = {"words": "担当者と電話で確認しました。"}
_RECEIPTS = [{"person_id": _PERSON, "number": "1234567890"}]
_FILE = {"media_type": "application/pdf", "size_bytes": 120_000, "sha256": _SHA256}
_TERMS = {"procedures": ["isa.extension.ssw1"], "valid_from": "2026-04-01", "requested_on": "2026-03-20"}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "applications.NewApplication": {"procedure": "isa.extension.ssw1", "persons": 1},
    "applications.Values": {
        "application": {"corporate_number": "7000012050002"},
        "persons": {_PERSON: {"name_latin": "NGUYEN VAN AN", "birth_on": "2000-01-02"}},
    },
    "applications.MorePersons": {"count": 1},
    "applications.Withdrawal": {"persons": [_PERSON], **_REASON},
    "arrival_confirming.Confirmed": {
        "decision": {"kind": "receipt", "filing_id": f"{NUMBER}.filing.1", "receipts": _RECEIPTS}
    },
    "arrival_uploads.NewUpload": {**_FILE, "arrived_on": "2026-11-20"},
    "arrivals.Assigned": {"to": "reviewer-1"},
    "arrivals.Dismissed": _WORDS,
    "arrivals.Merged": {"into": "arrival-00000000-0000-4000-8000-000000000000"},
    "corrections.Correction": {
        "persons": [_PERSON],
        "replies": [{"finding_id": f"{NUMBER}.finding.1", "words": "新しい写しを添付しました。"}],
    },
    "documents.NewDocument": {
        "kind": "passport_copy",
        "person_id": _PERSON,
        "file_name": "passport.pdf",
        **_FILE,
    },
    "documents.Completed": {"parts": [{"number": 1, "etag": "0123456789abcdef0123456789abcdef"}]},
    "filings.Begun": {"channel": "online", "way": "by_hand"},
    "filings.OtherOffice": {"office": "tokyo", **_REASON},
    "filings.Noted": _WORDS,
    "filings.Ended": {
        "outcome": "confirmed",
        "receipts": _RECEIPTS,
        "not_taken": [{"person_id": _OTHER_PERSON, "words": "窓口で写真の撮り直しを求められました。"}],
    },
    "filings.CorrectNumbers": {"receipts": _RECEIPTS, **_REASON},
    "findings.Waived": _REASON,
    "following.NextApplication": {"follow_up": "isa.extension.ssw1", "persons": [_PERSON]},
    "holds.HoldAsked": {"reason": "client_asked", "until_on": "2026-12-21", **_WORDS},
    "inspections.Adopted": {"pack_version": _SHA256, **_REASON},
    "me.Language": {"locale": "ja"},
    "me.NewKey": {"name": "人事システム", "rights": ["read_own", "edit_content"]},
    "omissions.NewOmission": {
        "kind": "applicant_outline",
        "reference": "1234567890",
        "submitted_on": "2026-01-15",
    },
    "proposals.NewProposal": {"proposed": "split_off", "persons": [_PERSON], **_REASON},
    "proposals.Answering": {"answer": "declined", **_REASON},
    "registers.CertificateKept": {"certificate_number": "1234567890", "valid_until": "2027-03-31"},
    "registers_leaving.Leaving": {
        "moves": [{"item_id": f"{NUMBER}.task.1", "to": "handler-2"}],
        "left_on": "2026-12-31",
    },
    "registers_mandates.MandateTerms": _TERMS,
    "registers_mandates.NewMandate": {**_TERMS, "organisation_id": "org-1", "account_id": "handler-1"},
    "registers_members.MembershipKept": {"is_member": True, "since": "2026-04-01", "fee_class": "member"},
    "registers_pledges.ListFiled": {"filed_on": "2026-11-20", "organisations": ["org-1"]},
    "remarks.DraftAsked": {
        "task_id": f"{NUMBER}.task.1",
        "severity": "correct",
        "place_kind": "document",
        "place": "passport_copy",
        "person_id": _PERSON,
        "words": "顔写真のページが切れています。",
    },
    "remarks.DraftChanged": {"severity": "warn"},
    "results.MoreRequested": {"persons": [_PERSON], "due_on": "2026-12-04", "words": "課税証明書の追加"},
    "results.Decided": {
        "person_id": _PERSON,
        "receipt": "1234567890",
        "result": "permitted",
        "decided_on": "2026-11-20",
        "valid_to": "2027-11-20",
    },
    "splitting.Splitting": {"persons": [_PERSON], "proposal_id": f"{NUMBER}.proposal.1"},
    "stops.StopAsked": {
        "channel": "online",
        "reason": "channel_down",
        "words": "オンラインの窓口が止まっています。",
        "until_on": "2026-11-24",
    },
    "tasks.PassedOn": {"to": "reviewer-2"},
    "verdicts.Completed": {
        "verdict": {"kind": "review", "looked_at": [{"key": "OTIT-ID-01:plan:1", "mark": "seen"}]}
    },
    "waiting.NewLink": {
        "person_id": _PERSON,
        "other_number": OTHER_NUMBER,
        "other_person_id": _OTHER_PERSON,
    },
}


def example_of(body: type) -> Mapping[str, Any] | None:
    """The example of a body's class; None for what only stands inside another body."""
    return EXAMPLES.get(f"{body.__module__.rpartition('.')[2]}.{body.__name__}")
