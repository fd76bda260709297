"""The desk's own people on their pages: reviewing, lodging, recording, steering; refusals keep what was typed."""

import re

from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, REVIEWER, SECOND, PageDay, Shown
from tests.api.staff.office_day import PLAN, receipt_number, somebody

OTHER_REVIEWER = somebody("reviewer", 1)


def settles_in(page: Shown, state: str) -> dict[str, str]:
    findings = set(re.findall(r'name="settle\.([^"]+)"', page.text))
    return {f"settle.{each}": state for each in findings} | {
        f"why.{each}": "見本のため不要" for each in findings
    }


async def reviewed(day: PageDay, number: str) -> None:
    review = await day.task_of(number, "review")
    path = f"/tasks/{review['id']}"
    await day.send(REVIEWER, f"{path}/claim", {}, key=number)
    page = await day.page(REVIEWER, path)
    done = await day.send(
        REVIEWER, f"{path}/complete", {"verdict": "review", **settles_in(page, "dismissed")}, seen=page
    )
    assert done.status == 303, done.text


async def test_a_reviewer_takes_a_task_finds_settles_and_completes_without_a_script(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")
    path = f"/tasks/{review['id']}"
    inbox = await day.page(REVIEWER, "/tasks")

    claimed = await day.send(REVIEWER, f"{path}/claim", {"from": "inbox"}, key=case.number)
    page = await day.page(REVIEWER, path)
    draft = {
        "place": "field:name_latin",
        "person_id": case.persons[0],
        "severity": "correct",
        "words": "旅券のとおりに",
    }
    kept = await day.send(REVIEWER, f"{path}/drafts", draft, seen=page)
    with_draft = await day.page(REVIEWER, path)
    completed = await day.send(
        REVIEWER,
        f"{path}/complete",
        {
            "verdict": "review",
            "drafts": with_draft.hidden(f"{path}/complete", "drafts"),
            **settles_in(with_draft, "dismissed"),
        },
        seen=with_draft,
    )
    asked = await day.page(CLIENT, f"/applications/{case.number}")

    assert inbox.status == 200
    assert (claimed.status, kept.status, completed.status) == (303, 303, 303)
    assert claimed.goes_to == f"{path}?done=claimed"
    assert "旅券のとおりに" in with_draft.text
    assert "旅券のとおりに" in asked.text
    assert "補正をお願いします" in asked.text


async def test_a_reviewer_marks_the_checklist_for_all_and_one_by_one_and_objects_from_it(
    day: PageDay,
) -> None:
    case = await day.handed_in(persons=5)
    path = f"/tasks/{(await day.task_of(case.number, 'review'))['id']}"
    await day.send(REVIEWER, f"{path}/claim", {}, key=case.number)
    page = await day.page(REVIEWER, path)
    item = next(each for each in re.findall(r'name="item\.([^"]+)"', page.text) if "ISA-PH-03" in each)
    own = [f"item-of.{item}/{person}" for person in case.persons]
    place = {"place": "document:photo", "person_id": case.persons[0]}

    prefilled = await day.page(REVIEWER, f"{path}?place=document:photo&person={case.persons[0]}&item={item}")
    choices = {f"item.{item}": "seen", **settles_in(page, "dismissed")}
    opened = await day.send(REVIEWER, f"{path}/complete", {"open_item": item, **choices}, seen=page)
    words = {"severity": "warn", "words": "【ISA-PH-03】背景が写っています"}
    await day.send(REVIEWER, f"{path}/drafts", {**place, **words}, seen=prefilled)
    begun = await day.page(REVIEWER, path)
    objection = re.search(r'name="objection\.([^"]+)" value="([^"]+)"', begun.text)
    assert objection
    verdict = choices | {
        "verdict": "review",
        "drafts": objection[1],
        f"objection.{objection[1]}": objection[2],
        own[0]: "objected",
        **dict.fromkeys(own[1:4], "all"),
        own[4]: "left",
    }
    strange = {"item.ISA-XX-00:no:1": "seen"}, {f"item-of.{item}/nobody": "seen"}
    refused = [await day.send(REVIEWER, f"{path}/complete", verdict | each, seen=begun) for each in strange]
    done = await day.send(REVIEWER, f"{path}/complete", verdict, seen=refused[-1])
    overview = await day.page(REVIEWER, f"/applications/{case.number}")

    assert "【ISA-PH-03】" in prefilled.text
    assert own[0] not in page.text and all(name in opened.text for name in own)
    assert f'name="item.{item}" value="seen" checked' in opened.text
    assert f'name="{own[0]}" value="objected" checked' in begun.text
    assert f'name="{own[1]}" value="all" checked' in begun.text
    assert objection[2] == item
    assert ([each.status for each in refused], done.status) == ([422, 422], 303)
    assert (overview.text.count("mark-seen"), overview.text.count("mark-objected")) == (3, 1)
    assert "/catalogue/rules/ISA-PH-03" in overview.text.partition('id="checklist"')[0]


async def test_a_reviewer_finds_a_task_by_number_kind_and_procedure(day: PageDay) -> None:
    one, other = await day.handed_in(), await day.handed_in()
    await day.task_of(one.number, "review")
    await day.task_of(other.number, "review")

    by_number = await day.page(REVIEWER, f"/tasks?search={one.number.lower()}")
    by_kind = await day.page(REVIEWER, f"/tasks?search={one.number}&kind=lodge")
    by_procedure = await day.page(REVIEWER, f"/tasks?search={one.number}&procedure={PLAN}")
    unknown = await day.page(REVIEWER, "/tasks?kind=none-such")

    assert one.number in by_number.text and other.number not in by_number.text
    assert f"/tasks/{one.number}.task" not in by_kind.text + by_procedure.text
    assert unknown.status == 422


async def test_a_draft_without_words_is_refused_and_one_is_taken_away(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")
    path = f"/tasks/{review['id']}"
    await day.send(REVIEWER, f"{path}/claim", {}, key=case.number)
    page = await day.page(REVIEWER, path)

    refused = await day.send(
        REVIEWER, f"{path}/drafts", {"place": "application", "severity": "block", "words": " "}, seen=page
    )
    kept = await day.send(
        REVIEWER,
        f"{path}/drafts",
        {"place": "application", "severity": "warn", "words": "念のため"},
        seen=refused,
    )
    with_draft = await day.page(REVIEWER, path)
    removal = re.search(r'action="([^"]+/remove)"', with_draft.text)
    assert removal
    removed = await day.send(REVIEWER, removal[1], {}, seen=with_draft)
    without = await day.page(REVIEWER, path)

    assert (refused.status, kept.status, removed.status) == (422, 303, 303)
    assert re.search(r'value="block" selected', refused.text)
    assert "念のため" in with_draft.text
    assert "念のため" not in without.text


async def test_a_finding_is_not_dismissed_without_a_reason_and_the_choice_is_kept(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")
    path = f"/tasks/{review['id']}"
    await day.send(REVIEWER, f"{path}/claim", {}, key=case.number)
    page = await day.page(REVIEWER, path)
    settles = {
        name: value for name, value in settles_in(page, "dismissed").items() if name.startswith("settle.")
    }

    refused = await day.send(REVIEWER, f"{path}/complete", {"verdict": "review", **settles}, seen=page)

    assert refused.status == 422
    assert "理由を入力してください" in refused.trouble()
    assert refused.text.count('value="dismissed" checked') == len(settles)


async def test_a_task_of_another_is_looked_at_but_not_decided(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")
    path = f"/tasks/{review['id']}"
    await day.send(REVIEWER, f"{path}/claim", {}, key=case.number)

    looked = await day.page(OTHER_REVIEWER, path)
    claimed = await day.send(OTHER_REVIEWER, f"{path}/claim", {"from": "inbox"}, key=case.number)
    decided = await day.send(OTHER_REVIEWER, f"{path}/complete", {"verdict": "review"}, key=case.number)

    assert f'action="{path}/complete"' not in looked.text
    assert (claimed.status, decided.status) == (409, 409)
    assert "担当者から引き継いでもらうか" in claimed.trouble()


async def test_a_task_is_given_back_and_passed_on(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")
    path = f"/tasks/{review['id']}"
    await day.send(REVIEWER, f"{path}/claim", {}, key=case.number)
    page = await day.page(REVIEWER, path)

    passed = await day.send(REVIEWER, f"{path}/pass-on", {"to": OTHER_REVIEWER}, seen=page)
    theirs = await day.page(OTHER_REVIEWER, path)
    given_back = await day.send(OTHER_REVIEWER, f"{path}/release", {}, seen=theirs)
    nobody = await day.send(MANAGER, f"{path}/pass-on", {"to": "nobody-at-all"}, key=case.number)

    assert (passed.status, given_back.status, nobody.status) == (303, 303, 422)
    assert (await day.task_of(case.number, "review"))["state"] == "open"


async def test_a_document_lies_open_beside_the_data_page_by_page(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")
    path = f"/tasks/{review['id']}"

    nothing = await day.page(REVIEWER, f"{path}?document=none&page=1")
    pointed = await day.page(REVIEWER, path)
    nonsense = await day.page(REVIEWER, f"{path}?page=0")

    assert nothing.status == 200
    assert "下の一覧から書類を選ぶ" in nothing.text
    assert "CANARYNAME TARO" in pointed.text
    assert nonsense.status == 422


async def test_the_second_reviewer_sends_back_only_with_a_reason(day: PageDay) -> None:
    case = await day.handed_in(procedure=PLAN)
    await day.reviewed(case)
    second = await day.task_of(case.number, "second_review")
    path = f"/tasks/{second['id']}"
    await day.send(SECOND, f"{path}/claim", {}, key=case.number)
    page = await day.page(SECOND, path)
    back = {"verdict": "second_review", "sent_back": case.persons[0]}

    refused = await day.send(SECOND, f"{path}/complete", back, seen=page)
    sent_back = await day.send(SECOND, f"{path}/complete", {**back, "words": "もう一度"}, seen=refused)

    assert (refused.status, sent_back.status) == (422, 303)
    assert "checked" in refused.text
    assert (await day.task_of(case.number, "review"))["state"] == "open"


async def test_a_handler_walks_the_protocol_step_by_step(day: PageDay) -> None:
    case = await day.handed_in()
    await reviewed(day, case.number)
    filing = (await day.task_of(case.number, "lodge"))["filing_id"]
    path = f"/filings/{filing}"
    person = case.persons[0]
    listed = await day.page(HANDLER, "/filings")
    prepared = await day.page(HANDLER, path)

    no_channel = await day.send(HANDLER, f"{path}/begin", {"channel": "post"}, seen=prepared)
    begun = await day.send(HANDLER, f"{path}/begin", {"channel": "online"}, seen=prepared)
    under_way = await day.page(HANDLER, path)
    package = await day.page(HANDLER, f"{path}/package")
    wordless = await day.send(HANDLER, f"{path}/notes", {"note": " "}, seen=under_way)
    noted = await day.send(HANDLER, f"{path}/notes", {"note": "追跡番号 5678"}, seen=wordless)
    with_note = await day.page(HANDLER, path)
    without = await day.send(HANDLER, f"{path}/end", {"outcome": "confirmed"}, seen=under_way)
    receipt = receipt_number(case.number, 1)
    ended = await day.send(
        HANDLER, f"{path}/end", {"outcome": "confirmed", f"receipt.{person}": receipt}, seen=without
    )
    mistyped = {f"receipt.{person}": receipt_number(case.number, 9), "reason": "控えの読み違い"}
    corrected = await day.send(HANDLER, f"{path}/receipts", mistyped, seen=await day.page(HANDLER, path))
    back = {f"receipt.{person}": receipt, "reason": "控えを見直した"}
    seen = await day.page(HANDLER, path)
    put_right = await day.send(HANDLER, f"{path}/receipts", back, seen=seen)
    lodged = await day.page(HANDLER, path)
    unchanged = await day.send(HANDLER, f"{path}/receipts", back, seen=lodged)
    told = {"person_id": person, "result": "permitted", "decided_on": day.today().isoformat()}
    wrong, decided, another = [
        await day.send(HANDLER, f"{path}/results", told | said, seen=lodged)
        for said in (
            {"receipt": "R-OTHER-1"},
            {"receipt": receipt},
            {"receipt": receipt, "result": "refused"},
        )
    ]
    client = await day.page(CLIENT, f"/applications/{case.number}")

    assert path in listed.text
    assert "提出前の確認" in prepared.text
    assert "この提出方法で受け付けられる見込みです" in prepared.text
    assert "提出前の確認" not in lodged.text
    assert "一括申請用CSVの様式" in under_way.text
    assert "申請人1に添付する" in under_way.text
    assert (no_channel.status, begun.status, package.status) == (422, 303, 303)
    assert (wordless.status, noted.status, without.status) == (422, 303, 422)
    assert "追跡番号 5678" in with_note.text
    assert "覚え書きを残す" not in lodged.text
    assert "全員分の受付番号が必要です" in without.trouble()
    assert ended.status == 303
    assert (corrected.status, put_right.status, unchanged.status) == (303, 303, 409)
    assert receipt_number(case.number, 9) in seen.text
    assert "控えを見直した" in lodged.text
    assert wrong.status == 409
    assert 'value="R-OTHER-1"' in wrong.text
    assert decided.status == 303, decided.text
    assert another.status == 422
    assert another.hidden(f"{path}/results", "key") != lodged.hidden(f"{path}/results", "key")
    assert receipt in client.text
    assert "<strong>許可</strong>" in client.text


async def test_who_may_not_lodge_is_told_why(day: PageDay) -> None:
    case = await day.handed_in()
    await reviewed(day, case.number)
    filing = (await day.task_of(case.number, "lodge"))["filing_id"]
    path = f"/filings/{filing}"
    lapsed = somebody("handler", 2)

    shown = await day.page(REVIEWER, path)
    by_reviewer = await day.send(REVIEWER, f"{path}/begin", {"channel": "online"}, key=case.number)
    by_lapsed = await day.send(lapsed, f"{path}/begin", {"channel": "online"}, key=case.number)

    assert "着手できるのは取次者だけです" in shown.text
    assert by_reviewer.status == 403
    assert by_lapsed.status == 403
    assert "取次者証明書の期限が切れています" in by_lapsed.trouble()


async def test_the_authority_asks_for_more_and_the_client_reads_it(day: PageDay) -> None:
    case = await day.handed_in()
    filing = await day.lodged(case)
    path = f"/filings/{filing}"
    page = await day.page(HANDLER, path)

    silent = await day.send(
        HANDLER, f"{path}/more-requested", {"persons": case.persons[0], "words": ""}, seen=page
    )
    asked = await day.send(
        HANDLER,
        f"{path}/more-requested",
        {"persons": case.persons[0], "words": "課税証明書の提出"},
        seen=silent,
    )
    client = await day.page(CLIENT, f"/applications/{case.number}")

    assert (silent.status, asked.status) == (422, 303)
    assert "課税証明書の提出" in client.text


async def test_an_unknown_outcome_becomes_a_task_and_never_a_second_lodging(day: PageDay) -> None:
    case = await day.handed_in()
    await reviewed(day, case.number)
    filing = (await day.task_of(case.number, "lodge"))["filing_id"]
    await day.send(HANDLER, f"/filings/{filing}/begin", {"channel": "online"}, key=case.number)

    ended = await day.send(HANDLER, f"/filings/{filing}/end", {"outcome": "unknown"}, key=case.number)
    find_out = await day.task_of(case.number, "find_out")
    path = f"/tasks/{find_out['id']}"
    await day.send(HANDLER, f"{path}/claim", {}, key=case.number)
    page = await day.page(HANDLER, path)
    nothing = await day.send(HANDLER, f"{path}/complete", {"verdict": "arrived"}, seen=page)
    absent = await day.send(
        HANDLER,
        f"{path}/complete",
        {"verdict": "arrived", "arrived": "no", "words": "窓口に照会"},
        seen=nothing,
    )
    confirm = await day.task_of(case.number, "confirm_absent")
    own = await day.send(HANDLER, f"/tasks/{confirm['id']}/claim", {"from": "inbox"}, key=case.number)

    assert (ended.status, nothing.status, absent.status, own.status) == (303, 422, 303, 403)
    assert "一次点検と二次点検は別の人が行います" in own.trouble()


async def test_whom_the_counter_sent_away_is_ticked_on_the_page_and_shown_with_his_next_filing(
    day: PageDay,
) -> None:
    case = await day.handed_in(persons=2)
    await reviewed(day, case.number)
    path = f"/filings/{(await day.task_of(case.number, 'lodge'))['filing_id']}"
    await day.send(HANDLER, f"{path}/begin", {"channel": "online"}, key=case.number)
    taken, away = case.persons
    form = {"outcome": "confirmed", f"receipt.{taken}": receipt_number(case.number, 1), "not_taken": away}
    under_way = await day.page(HANDLER, path)

    wordless = await day.send(HANDLER, f"{path}/end", form, seen=under_way)
    why = {f"not_taken_why.{away}": "写真の撮り直し"}
    ended = await day.send(HANDLER, f"{path}/end", form | why, seen=wordless)

    page = await day.page(HANDLER, path)
    own = (await day.task_of(case.number, "lodge"))["filing_id"]
    assert (wordless.status, ended.status) == (422, 303)
    assert f'value="{away}" checked' in wordless.text
    assert f'href="/filings/{own}"' in page.text
    assert "写真の撮り直し" in page.text


async def test_a_manager_holds_lets_go_on_and_waives(day: PageDay) -> None:
    case = await day.handed_in()
    base = f"/applications/{case.number}"
    page = await day.page(MANAGER, base)

    held = await day.send(MANAGER, f"{base}/hold", {"reason": "client_asked", "words": "依頼"}, seen=page)
    on_hold = await day.page(MANAGER, base)
    twice = await day.send(MANAGER, f"{base}/hold", {"reason": "other"}, key="again")
    lifted = await day.send(MANAGER, f"{base}/release-hold", {}, seen=on_hold)
    waiver = re.search(r'action="(/findings/[^"]+/waive)"', page.text)
    assert waiver
    wordless = await day.send(MANAGER, waiver[1], {"reason": ""}, seen=page)
    waived = await day.send(MANAGER, waiver[1], {"reason": "対象外"}, seen=wordless)
    by_reviewer = await day.send(REVIEWER, f"{base}/hold", {"reason": "other"}, key=case.number)

    assert (held.status, twice.status, lifted.status) == (303, 409, 303)
    assert "依頼元の申出" in on_hold.text
    assert (wordless.status, waived.status, by_reviewer.status) == (422, 303, 403)


async def test_the_board_is_filtered_by_its_address(day: PageDay) -> None:
    case = await day.handed_in()

    everything = await day.page(MANAGER, "/board?state=&stage=&search=")
    found = await day.page(MANAGER, f"/board?search={case.number}&stage=review&order=due")
    elsewhere = await day.page(MANAGER, f"/board?search={case.number}&stage=decided")
    nonsense = await day.page(MANAGER, "/board?stage=nowhere")

    assert everything.status == 200
    assert f"/applications/{case.number}" in found.text
    assert f"/applications/{case.number}" not in elsewhere.text
    assert nonsense.status == 422


async def test_a_manager_reads_the_history_and_the_engine_behind_it(day: PageDay) -> None:
    case = await day.handed_in()
    await reviewed(day, case.number)

    history = await day.page(MANAGER, f"/applications/{case.number}/timeline")
    engine = await day.page(MANAGER, f"/applications/{case.number}/engine")
    own = await day.page(CLIENT, f"/applications/{case.number}/timeline")

    assert all(word in history.text for word in ("受付", "自動点検", "点検通過", "提出の準備"))
    assert "CANARYNAME" not in history.text
    assert "workflow_execution_started" in engine.text
    assert f"/workflows/{case.number}/" in engine.text
    assert "Include cross-origin credentials" in engine.text
    assert f"{day.desk.settings.public_url}/codec" in engine.text
    assert "点検通過" in own.text
    assert "自動点検" not in own.text


async def test_every_look_at_content_is_recorded(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")

    await day.page(REVIEWER, f"/tasks/{review['id']}")
    reads = (await day.get(MANAGER, f"/v1/applications/{case.number}/reads"))["items"]

    assert {(each["reader"]["id"], each["what"]) for each in reads} >= {
        (REVIEWER, "task"),
        (REVIEWER, "content"),
    }
