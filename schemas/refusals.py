"""Every stable error code of the desk, drawn as a tree: where it can happen, its HTTP status, what it says in ja and en.

Refusal                          the caller or the applicant can mend it; nothing was changed
├── the request itself           not_signed_in … body_too_large
├── content and documents        unknown_procedure … document_*
├── hand-in and rounds           not_complete … nothing_to_correct
├── human tasks                  no_such_task … same_person
├── filing and results           no_such_filing … no_result_pending
├── what arrives                 no_such_arrival … arrival_being_confirmed
├── registers                    no_such_entry … pledges_changed
└── the desk                     not_ready (try again with the same key)
"""

from typing import NamedTuple


class Telling(NamedTuple):
    """How a refusal is told: HTTP status, Japanese and English title. Titles say what to do where it is not plain."""

    status: int
    ja: str
    en: str


REFUSALS: dict[str, Telling] = {
    # the request itself
    "not_signed_in": Telling(401, "サインインが必要です。", "Sign in, or send a valid token."),
    "not_allowed": Telling(403, "この操作の権限がありません。", "You do not have the right to do this."),
    "foreign_origin": Telling(
        403, "他のサイトからの送信は受け付けません。", "Requests from other sites are refused."
    ),
    "foreign_host": Telling(
        421,
        "この名前(Host)では受け付けません。公開アドレスを使ってください。",
        "The desk does not answer under this name (Host). Use its public address.",
    ),
    "not_found": Telling(404, "見つかりません。", "Not found."),
    "method_not_allowed": Telling(405, "この方法では利用できません。", "This method is not available here."),
    "not_acceptable": Telling(406, "この形式では回答できません。", "This representation is not available."),
    "unsupported_media_type": Telling(
        415, "Content-Type は application/json にしてください。", "Send application/json."
    ),
    "malformed_http": Telling(
        400, "HTTP のリクエストとして読み取れません。", "This can't be read as an HTTP request."
    ),
    "head_too_slow": Telling(
        408,
        "リクエストのヘッダーが時間内に届きませんでした。",
        "The head of the request did not arrive in time.",
    ),
    "head_too_large": Telling(
        431, "リクエストのヘッダーが大きすぎます。", "The head of the request is too large."
    ),
    "malformed_body": Telling(400, "本文が正しいJSONではありません。", "The body is not valid JSON."),
    "malformed_request": Telling(
        422, "項目の型又は値が正しくありません。", "A field has a wrong type or value."
    ),
    "body_too_large": Telling(413, "本文が大きすぎます。", "The body is too large."),
    "idempotency_key_missing": Telling(
        400,
        "Idempotency-Key ヘッダーが必要です。",
        "The Idempotency-Key header is needed (1 to 200 visible ASCII).",
    ),
    "idempotency_key_reused": Telling(
        422,
        "同じ Idempotency-Key が別の内容で使われています。",
        "This Idempotency-Key was used for another request.",
    ),
    "version_missing": Telling(
        428, "If-Match ヘッダーが必要です。", "Send If-Match with the version you read."
    ),
    "version_stale": Telling(
        412, "他の人が先に変更しました。読み直してください。", "Somebody changed it first. Read it again."
    ),
    "too_many_requests": Telling(429, "しばらく待ってからやり直してください。", "Wait, then try again."),
    # content and documents
    "unknown_procedure": Telling(
        422, "この手続は取り扱っていません。", "This procedure is not in the catalogue."
    ),
    "procedure_not_in_force": Telling(
        422,
        "この手続は現在受け付けていません。カタログで現在の手続を確認し、新しく作成してください。",
        "This procedure is not in force today. See the catalogue for those that are, and begin again under one.",
    ),
    "no_person": Telling(422, "申請人を1人以上入力してください。", "At least one person is needed."),
    "too_many_persons": Telling(
        422, "申請人の数が上限を超えています。", "Too many persons for one application."
    ),
    "unknown_field": Telling(
        422, "この項目はこの手続にありません。", "This field is not part of the procedure."
    ),
    "unknown_person": Telling(
        422, "この申請人は申請にありません。", "This person is not in the application."
    ),
    "value_refused": Telling(422, "項目の値が正しくありません。", "A field's value was refused."),
    "content_sealed": Telling(
        409,
        "受付後の内容は変更できません。",
        "What was handed in can't be changed; answer findings in a correction.",
    ),
    "unknown_document_kind": Telling(
        422, "この書類はこの手続にありません。", "This document is not part of the procedure."
    ),
    "document_scope": Telling(
        422, "書類の対象が正しくありません。", "The document's scope does not fit (person or not)."
    ),
    "too_many_documents": Telling(
        422, "書類の数が上限を超えています。", "Too many documents in one application."
    ),
    "document_type_refused": Telling(
        422, "この種類のファイルは受け付けません。", "This type of file is not accepted."
    ),
    "document_too_large": Telling(413, "ファイルが大きすぎます。", "The file is too large."),
    "upload_incomplete": Telling(
        409, "アップロードが終わっていません。", "The upload has not arrived completely."
    ),
    "upload_mismatch": Telling(
        422,
        "届いたファイルの長さ又はハッシュが申告と違います。",
        "Length or hash of the file differ from what was declared.",
    ),
    "document_refused": Telling(
        422, "この書類は受け付けられません。", "The document was refused; see the reason."
    ),
    "document_not_released": Telling(409, "書類はまだ検査中です。", "The document is still being examined."),
    "omission_not_allowed": Telling(422, "この書類は省略できません。", "This document can't be omitted."),
    # hand-in and rounds
    "not_complete": Telling(
        422, "必要な項目又は書類が不足しています。", "Required fields or documents are missing."
    ),
    "already_handed_in": Telling(409, "すでに受け付けています。", "It has been handed in already."),
    "not_handed_in": Telling(409, "まだ受付前です。", "It has not been handed in yet."),
    "nothing_to_correct": Telling(409, "現在、補正の依頼はありません。", "No correction is asked for now."),
    "too_many_rounds": Telling(
        409, "補正の回数が上限に達しました。", "The limit of correction rounds is reached."
    ),
    "nothing_to_stop": Telling(
        422,
        "手続・官署・提出先・提出方法のいずれかを選んでください。",
        "Name a procedure, an authority, an office of theirs or a channel.",
    ),
    "lodging_stopped": Telling(
        409,
        "この提出は現在止められています。停止が解除されてから提出してください。",
        "Lodging this is stopped at present. Lodge it when the stop has been lifted.",
    ),
    "day_out_of_range": Telling(
        422, "日付が今日から2年以内ではありません。", "The day is not within two years from today."
    ),
    "no_such_application": Telling(
        422,
        "この番号の申請案件は貴組織にありません。番号を確かめてください。",
        "Your organisation has no application of this number. Check the number.",
    ),
    "not_to_split": Telling(
        409,
        "提出済み、結果が出た、取り下げた又は他の案件へ移った申請人は分割できません。",
        "Who is lodged, decided, withdrawn or moved already can't be split off.",
    ),
    "last_person": Telling(
        409,
        "最後の申請人は分割できません。1人以上を元の案件に残してください。",
        "The last person can't be split off. Leave at least one.",
    ),
    "split_under_way": Telling(
        409,
        "この申請人の分割を処理しています。しばらく待ってから確かめてください。",
        "This person is being split off already. Wait a moment, then look again.",
    ),
    "no_such_proposal": Telling(404, "この提案はありません。", "There is no such proposal."),
    "proposal_answered": Telling(
        409, "この提案には回答が済んでいます。", "This proposal has been answered already."
    ),
    "proposed_already": Telling(
        409,
        "同じ提案が回答を待っています。",
        "The same was proposed already and waits for the client's answer.",
    ),
    "not_to_wait": Telling(
        409,
        "提出済み、終了又は既に他の案件を待っている申請人に、別の案件を待たせることはできません。",
        "Who is lodged, has ended or waits already can't be made to wait for another application.",
    ),
    "link_circle": Telling(
        409,
        "その案件は、この案件の結果を待っています。互いに待つことはできません。",
        "That application waits for this one. They can't wait for each other.",
    ),
    "link_other_person": Telling(
        409,
        "両方の案件の氏名・旅券番号・生年月日・国籍から、同じ申請人と確かめられません。未入力のときは先に入力してください。",
        "Name, passport, birth date and nationality don't show that it is the same person. Answer them first in both.",
    ),
    "no_follow_up": Telling(
        409,
        "この申請人の結果に、この手続は続きません。",
        "This procedure does not follow from the result of this person.",
    ),
    # human tasks
    "no_such_task": Telling(404, "この作業はありません。", "There is no such task."),
    "task_closed": Telling(409, "この作業は終わっています。", "The task is already done or cancelled."),
    "task_of_another": Telling(409, "この作業は他の人が担当しています。", "The task is somebody else's."),
    "task_not_claimed": Telling(409, "先に作業を引き受けてください。", "Claim the task first."),
    "wrong_task_kind": Telling(
        422, "この作業にはこの結果は使えません。", "This outcome does not fit the task."
    ),
    "same_person": Telling(
        403, "一次点検と二次点検は別の人が行います。", "The same person can't do both (four eyes)."
    ),
    "pack_in_force": Telling(
        409,
        "この申請には、すでにその規則が適用されています。",
        "These rules count for this application already.",
    ),
    "unknown_pack": Telling(
        422,
        "その規則は現在提供されているものではありません。影響の一覧から選び直してください。",
        "These rules are not the ones shipped now; choose again from the list of impacts.",
    ),
    "check_not_kept": Telling(
        404,
        "この回の点検の記録は、再実行できる形では残っていません。",
        "The check of this round was not kept in a form that can be repeated.",
    ),
    "verdict_missing": Telling(422, "全員分の判定が必要です。", "A verdict is needed for every person."),
    "no_such_item": Telling(
        422, "この確認事項はありません。", "The checklist of this application has no such item."
    ),
    "no_such_finding": Telling(404, "この指摘はありません。", "There is no such finding."),
    "reason_missing": Telling(422, "理由を入力してください。", "A reason is needed."),
    "no_such_colleague": Telling(
        422, "引き継ぐ相手が見つかりません。", "No colleague with that role was found."
    ),
    # filing and results
    "no_such_filing": Telling(404, "この提出はありません。", "There is no such filing."),
    "filing_not_open": Telling(
        409, "この提出は今は操作できません。", "The filing is not in the state for this act."
    ),
    "office_not_possible": Telling(
        422,
        "この提出先は選べません。この手続の他の提出先を選んでください。",
        "This office is not possible. Choose another office of this procedure.",
    ),
    "filing_under_way": Telling(
        409,
        "提出の途中です。結果を確かめてからやり直してください。",
        "A lodging is under way; find out its outcome first.",
    ),
    "channel_not_allowed": Telling(422, "この方法では提出できません。", "This channel is not possible here."),
    "package_too_large": Telling(
        409,
        "書類の合計が一つの提出にまとめられる大きさを超えています。申請人の一部を別の案件に分割し、分けて提出してください。",
        "The documents exceed what one package may hold. Split persons off into another application; lodge in parts.",
    ),
    "package_content_differs": Telling(
        409,
        "保管中の書類が点検したものと一致しません。封入も着手もしていません。管理者に連絡してください。",
        "A kept document is not what was reviewed, or is gone. Nothing was sealed or begun. Call the manager.",
    ),
    "package_not_bound": Telling(
        409,
        "書類の中に一式に綴じられないものがあります。封入も着手もしていません。管理者に連絡してください。",
        "A document can't be bound into the package. Nothing was sealed or begun. Call the manager.",
    ),
    "certificate_missing": Telling(
        403, "取次者証明書の登録がありません。", "No certificate of the handler is on the register."
    ),
    "certificate_not_yet_valid": Telling(
        403, "取次者証明書はまだ有効ではありません。", "The handler's certificate is not valid yet."
    ),
    "certificate_expired": Telling(
        403, "取次者証明書の期限が切れています。", "The handler's certificate has expired."
    ),
    "certificate_returned": Telling(
        403, "取次者証明書は返納されています。", "The handler's certificate has been returned."
    ),
    "online_id_missing": Telling(
        403, "取次者のオンラインIDの登録がありません。", "The handler has no online id on the register."
    ),
    "online_id_not_yet_valid": Telling(
        403, "オンラインIDはまだ使えません。", "The handler's online id is not valid yet."
    ),
    "online_id_expired": Telling(
        403, "オンラインIDの期限が切れています。", "The handler's online id has expired."
    ),
    "pledge_not_filed": Telling(
        403,
        "届け出た利用者別誓約機関一覧表に、この依頼元が載っていません。",
        "The list of pledged organisations that the handler filed last does not name this client.",
    ),
    "members_only": Telling(
        403,
        "この方法での提出は会員に限られます。この依頼元は会員として登録されていません。",
        "Lodging this way is for members only, and this client is not a member on the register.",
    ),
    "no_mandate": Telling(
        403,
        "この依頼元から取次者への依頼の登録がありません。",
        "There is no mandate of this client for the handler.",
    ),
    "mandate_not_yet_valid": Telling(
        403, "この依頼元の依頼はまだ始まっていません。", "The client's mandate has not begun."
    ),
    "mandate_expired": Telling(403, "この依頼元の依頼は終わっています。", "The client's mandate has ended."),
    "mandate_other_procedure": Telling(
        403, "この依頼元の依頼に、この手続は含まれません。", "The client's mandate is for other procedures."
    ),
    "written_request_expired": Telling(
        403, "依頼書の期限が切れています。", "The written request of the mandate has expired."
    ),
    "receipt_missing": Telling(
        422,
        "受け付けられた全員分の受付番号が必要です。",
        "A receipt number is needed for every person who was taken.",
    ),
    "not_taken_form": Telling(
        422,
        "受け付けられなかった人は、ほかの人が受理されたときに限り、一人につき一度、受付番号なしで指定してください。",
        "Who was not taken is named once, without a receipt number, and only where others were taken.",
    ),
    "nobody_taken": Telling(
        422,
        "全員が受け付けられなかったときは、結果を「受け付けられなかった」として記録してください。",
        "Where nobody was taken, record the lodging as refused.",
    ),
    "receipt_taken": Telling(
        409, "この受付番号は別の申請で使われています。", "This receipt number belongs to another filing."
    ),
    "receipt_unchanged": Telling(
        409,
        "この番号は記録済みの受付番号と同じです。訂正する番号だけを入力してください。",
        "This number is the recorded one. Give only the numbers that are wrong.",
    ),
    "receipts_differ": Telling(
        409,
        "先に報告された受付番号又は受け付けられなかった人と違います。書面を見直し、違いが残るときは「分からない」として記録してください。",
        "Numbers, or who was not taken, differ from the first report."
        " Look at the paper again; if they still differ, record unknown.",
    ),
    "receipt_form": Telling(
        422, "受付番号の形式が提出先と合いません。", "The receipt number does not fit the office."
    ),
    "no_result_pending": Telling(
        409, "この人の結果は待っていません。", "No result is pending for this person."
    ),
    "result_kind": Telling(
        422, "この手続にこの結果はありません。", "This result does not exist for the procedure."
    ),
    "already_closed": Telling(409, "この案件は終了しています。", "The application is closed."),
    "on_hold": Telling(409, "保留中です。", "The application is on hold."),
    "not_on_hold": Telling(409, "保留中ではありません。", "The application is not on hold."),
    # registers
    "no_such_entry": Telling(404, "この登録はありません。", "There is no such entry on the register."),
    "period_not_possible": Telling(
        422, "期間の終わりが始まりより前です。", "The period ends before it begins, or the request is later."
    ),
    "parent_not_possible": Telling(
        422, "この組織を親会社にすることはできません。", "That organisation can't be the parent."
    ),
    "fee_class_unknown": Telling(422, "料金表にない料金区分です。", "The tariff has no such fee class."),
    "pledges_changed": Telling(
        409,
        "一覧が変わりました。読み直して、出した内容と照らしてください。",
        "The list has changed. Read it again and compare it with what was filed.",
    ),
    # what arrives from authorities
    "no_such_arrival": Telling(404, "この到着物はありません。", "There is no such arrival."),
    "arrival_settled": Telling(
        409, "この到着物は処理が済んでいます。", "Somebody has settled this arrival already."
    ),
    "arrival_being_confirmed": Telling(
        409,
        "この到着物は記録の途中です。途中の記録を終えてください。",
        "A recording from this arrival is under way; finish it first.",
    ),
    # the desk
    "not_ready": Telling(
        503,
        "ただいま処理できません。同じ Idempotency-Key でやり直してください。",
        "Not possible right now. Try again with the same Idempotency-Key.",
    ),
    "fault": Telling(
        500, "障害が発生しました。記録番号をお知らせください。", "Something broke. Tell us the request id."
    ),
}


class Refused(Exception):
    """Raised anywhere in our code for a refusal: a code of `REFUSALS` and the field at fault; never a person's data."""

    def __init__(self, code: str, field: str | None = None, /, **facts: str | int) -> None:
        self.code = code
        self.field = field
        self.facts = facts
        self.telling = REFUSALS[code]
        super().__init__(code)
