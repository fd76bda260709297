"""Who may touch which table: the group roles, their grants, and row-level security. One table here, one place to look.

`toritsugi_client` sees its own organisation's rows only; `toritsugi_desk` is the staff hat of the front desk;
`toritsugi_worker` writes progress. The login `toritsugi_api` may put on the first two hats, one per transaction.
"""

READ = "SELECT"
ADD = "SELECT, INSERT"
WRITE = "SELECT, INSERT, UPDATE"

CLIENT: dict[str, str] = {
    "organisation": READ,
    "account": READ,
    "mandate": READ,
    "fee_quote": ADD,
    "filing_fee": READ,
    "data_key": "INSERT",
    "application": WRITE,
    "applicant": "SELECT, INSERT, DELETE",
    "content": WRITE,
    "document_version": WRITE,
    "omission": WRITE,
    "hand_in": ADD,
    "remark": WRITE,
    "idempotency": ADD,
    "event": READ,
    "standing": READ,
    "person_standing": READ,
    "finding": READ,
    "deadline": READ,
    "filing": READ,
    "ball": READ,
    "examination": READ,
    "link": "SELECT, INSERT, DELETE",
    "split_off": WRITE,
    "watch": READ,
}
DESK: dict[str, str] = {
    "organisation": WRITE,
    "account": WRITE,
    "certificate": WRITE,
    "mandate": WRITE,
    "membership": WRITE,
    "register_change": ADD,
    "pledge_list": ADD,
    "lapse_notice": READ,
    "fee_quote": READ,
    "filing_fee": READ,
    "api_key": WRITE,
    "session": WRITE,
    "data_key": READ,
    "application": READ,
    "applicant": READ,
    "content": READ,
    "document_version": READ,
    "omission": READ,
    "hand_in": READ,
    "remark": WRITE,
    "idempotency": ADD,
    "staff_read": ADD,
    "event": READ,
    "standing": READ,
    "person_standing": READ,
    "task": READ,
    "finding": READ,
    "deadline": READ,
    "filing": READ,
    "package": READ,
    "receipt": READ,
    "ball": READ,
    "examination": READ,
    "check_report": READ,
    "rule_pack": ADD,
    "lodging_stop": WRITE,
    "link": READ,
    "split_off": READ,
    "watch": READ,
    "notice": READ,
    "news_item": READ,
    "arrival": READ,
    "arrival_part": READ,
    "arrival_upload": WRITE,
    "arrival_standing": WRITE,
    "arrival_act": ADD,
}
WORKER: dict[str, str] = {
    "organisation": READ,
    "account": READ,
    "certificate": READ,
    "mandate": READ,
    "membership": READ,
    "pledge_list": READ,
    "lodging_stop": READ,
    "fee_quote": READ,
    "filing_fee": WRITE,
    "lapse_notice": WRITE,
    "data_key": "SELECT, UPDATE",
    "application": READ,
    "applicant": READ,
    "content": READ,
    "document_version": READ,
    "omission": READ,
    "hand_in": READ,
    "remark": READ,
    "rule_pack": READ,
    "event": ADD,
    "standing": WRITE,
    "person_standing": WRITE,
    "task": WRITE,
    "finding": WRITE,
    "deadline": WRITE,
    "filing": WRITE,
    "package": ADD,
    "receipt": "SELECT, INSERT, DELETE",
    "ball": WRITE,
    "examination": WRITE,
    "check_report": WRITE,
    "link": READ,
    "split_off": READ,
    "watch": "SELECT, INSERT, DELETE",
    "watch_basis": WRITE,
    "notice": WRITE,
    "authority_news": WRITE,
    "news_item": WRITE,
    "arrival": WRITE,
    "arrival_part": WRITE,
    "arrival_upload": READ,
    "arrival_standing": READ,
}
GRANTS: dict[str, dict[str, str]] = {
    "toritsugi_client": CLIENT,
    "toritsugi_desk": DESK,
    "toritsugi_worker": WORKER,
}
SINGLE_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "toritsugi_worker": {"application": ("ended_at", "erased_at")},
}
"""What a role may change of a table that it may otherwise only read: the end of a draft is the desk's round's to write."""
HATS_OF_THE_FRONT_DESK = ("toritsugi_client", "toritsugi_desk")
ORGANISATION_SETTING = "toritsugi.organisation"
OWN_ROWS = f"organisation_id = (SELECT NULLIF(current_setting('{ORGANISATION_SETTING}', true), ''))"
IS_THERE = """ended_at IS NULL AND (split_from IS NULL
  OR NOT EXISTS (SELECT FROM split_off s WHERE s.to_number = application.number)
  OR EXISTS (SELECT FROM person_standing p WHERE p.moved_to IS NOT NULL AND p.number = split_from
                                             AND p.moved_to = application.number))"""
"""A draft that has ended is seen by nobody any more (the desk's round ends it and destroys its key).
What is being split off is seen by nobody before the road has moved its persons: until then they are where they were.

Within the transaction that writes it, it is seen until the row in `split_off`, the last one, is written.
"""
SEEN_BY_CLIENT = {
    "application": f"{OWN_ROWS} AND {IS_THERE}",
    "remark": f"{OWN_ROWS} AND (for_client OR capacity = 'client')",
    "organisation": OWN_ROWS.replace("organisation_id", "id", 1),
    "idempotency": "EXISTS (SELECT FROM application own WHERE own.number = idempotency.number)",
}
SEEN_BY_DESK = {"application": IS_THERE}
WRITTEN_BY_CLIENT = {"application": OWN_ROWS}
"""Where what may be written is not what may be seen."""
NOT_OF_AN_ORGANISATION = frozenset(
    {
        "lodging_stop",
        "certificate",
        "register_change",
        "pledge_list",
        "lapse_notice",
        "session",
        "data_key",
        "staff_read",
        "rule_pack",
        "authority_news",
        "news_item",
        "arrival",
        "arrival_part",
        "arrival_upload",
        "arrival_standing",
        "arrival_act",
    }
)
"""No hat of a client can read these, so they carry no organisation and no wall."""
