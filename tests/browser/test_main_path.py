"""One application walked by four people in Chromium, with the modules of the pages at work."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Locator, Request, Route, expect

from infra.dev.demo.files import sample_pdf
from schemas.calendar import japan_date
from tests.browser.journey import (
    CLIENT,
    MANAGER,
    REPLIED,
    Walked,
    begin,
    fill_forms,
    links_to_forms,
    send_documents,
)
from tests.browser.walking import PATIENCE_MS, Walker

Opening = Callable[..., Walker]


def test_an_application_goes_from_the_first_click_to_its_result(walker: Opening, walked: Walked) -> None:
    client = walker(CLIENT)

    client.go(f"/applications/{walked.number}")
    text = client.page.locator("main").inner_text()

    client.picture("09-result")
    assert walked.receipt in text
    assert "許可" in text
    assert walked.complaints == []


def test_a_manager_sees_the_whole_history_and_the_engine_behind_it(walker: Opening, walked: Walked) -> None:
    manager = walker(MANAGER)

    manager.go(f"/applications/{walked.number}/timeline")
    history = manager.page.locator("main").inner_text()
    manager.picture("10-history")
    manager.go(f"/applications/{walked.number}/engine")
    engine = manager.page.locator("main").inner_text()
    manager.picture("11-engine")

    assert all(word in history for word in ("受付", "補正の依頼", "提出済み", "結果の引渡し"))
    assert "workflow_execution_update_accepted" in engine


def test_a_draft_is_saved_while_it_is_filled_in(walker: Opening) -> None:
    client = walker(CLIENT)
    number = begin(client)
    path = links_to_forms(client, number)[0]
    client.go(path)

    client.page.fill("#f-organisation_name", "見本株式会社")
    expect(client.page.locator(".saving")).to_have_text("保存しました", timeout=PATIENCE_MS)
    client.page.fill("#f-corporate_number", "123")
    client.page.locator("#f-organisation_address").focus()
    client.page.wait_for_selector("#f-corporate_number[aria-invalid=true]")
    told = client.page.locator("#f-corporate_number-fault").inner_text()
    client.page.once("dialog", lambda dialog: dialog.accept())
    client.go(path)

    assert client.page.locator("#f-organisation_name").input_value() == "見本株式会社"
    assert "番号又はコードの形式" in told


def send_list(client: Walker, file: Path, content: bytes) -> Locator:
    """Send this file as the list of documents, on the page that is open; answers the line of the list."""
    file.write_bytes(content)
    line = client.page.locator("#k-document_list")
    client.rest()
    client.page.set_input_files("#u-document_list", file)
    line.locator(".upload button").click()
    return line


def test_a_file_that_is_no_pdf_is_refused_with_what_to_do(walker: Opening, tmp_path: Path) -> None:
    client = walker(CLIENT)
    number = begin(client)
    client.go(f"/applications/{number}/documents")

    line = send_list(client, tmp_path / "list.pdf", b"%PDF-1.7 not really")

    expect(line.locator(".progress .fault")).to_contain_text("保存し直してください")
    client.reload()
    expect(line.locator(".paper-head .chip.todo")).to_be_visible()


HURRY = "{ const wait = setTimeout; window.setTimeout = (go, ms) => wait(go, ms / 4); }"
"""The pauses between two tries of a part are a quarter as long."""


def test_a_broken_line_is_tried_again_and_the_file_arrives(walker: Opening, tmp_path: Path) -> None:
    client = walker(CLIENT)
    number = begin(client)
    client.go(f"/applications/{number}/documents")
    client.page.evaluate(HURRY)
    put, declared, completed, keys = list[str](), list[str](), list[str](), set[str]()

    def expired_twice(route: Route) -> None:
        put.append(route.request.url)
        if len(put) <= 2:
            route.fulfill(status=403, headers={"access-control-allow-origin": "*"})
        else:
            route.continue_()

    def busy_once(route: Route) -> None:
        declared.append(route.request.url)
        keys.add(route.request.headers["idempotency-key"])
        if len(declared) == 2:
            route.fulfill(status=503, json={"status": 503, "code": "not_ready"})
        else:
            route.continue_()

    def cut_once(route: Route) -> None:
        completed.append(route.request.url)
        if len(completed) == 1:
            route.abort()
        else:
            route.continue_()

    client.page.route(f"**/v1/applications/{number}/documents", busy_once)
    client.page.route("**/quarantine/**", expired_twice)
    client.page.route("**/v1/documents/*/complete", cut_once)
    line = send_list(client, tmp_path / "list.pdf", sample_pdf("list"))
    expect(line.locator(".progress")).to_contain_text("もう一度送っています")
    bars = line.locator(".progress progress").count()
    expect(line.locator(".progress .fault")).to_contain_text("続きから送ります")
    line.locator(".upload button").click()
    expect(line.locator(".paper-head .chip.ok")).to_be_visible()

    with client.page.expect_download() as file:
        line.locator(".version a").click()

    assert (bars, len(put), len(set(put)), len(set(completed)), len(keys)) == (1, 3, 2, 1, 1)
    assert line.locator(".version .chip").all_inner_texts() == ["受領", "ウイルス検査なし"]
    assert Path(file.value.path()).read_bytes() == sample_pdf("list")


def test_a_file_that_can_not_go_on_is_sent_from_the_beginning(walker: Opening, tmp_path: Path) -> None:
    client = walker(CLIENT)
    number = begin(client)
    client.go(f"/applications/{number}/documents")
    client.page.evaluate(HURRY)
    keys, file = set[str](), tmp_path / "list.pdf"

    def declared(request: Request) -> None:
        if request.url.endswith(f"/v1/applications/{number}/documents"):
            keys.add(request.headers["idempotency-key"])

    def gone(route: Route) -> None:
        route.fulfill(status=404, headers={"access-control-allow-origin": "*"})

    client.page.on("request", declared)
    client.page.route("**/quarantine/**", gone)
    line = send_list(client, file, sample_pdf("list"))
    expect(line.locator(".progress .fault")).to_contain_text("選び直して")
    client.page.unroute("**/quarantine/**")
    file.write_bytes(sample_pdf("another list"))
    line.locator(".upload button").click()
    expect(line.locator(".progress .fault")).to_contain_text("選び直して")
    asked_before = len(keys)
    send_list(client, file, sample_pdf("another list"))

    expect(line.locator(".paper-head .chip.ok")).to_be_visible()
    assert (asked_before, len(keys)) == (1, 2)


def press_until_heard(walker: Walker, key: str, seen: str) -> None:
    """The module that listens is loaded after the page; a person would press the key again too."""
    for _ in range(100):
        walker.page.keyboard.press(key)
        if walker.page.locator(seen).count():
            return
        walker.page.wait_for_timeout(100)


def test_j_and_k_walk_through_the_inbox(walker: Opening, walked: Walked) -> None:
    manager = walker(MANAGER)
    manager.go("/board?state=all")

    press_until_heard(manager, "j", "tr.here")
    first = manager.page.locator("tr.here").count()
    manager.page.keyboard.press("k")
    focused = manager.page.evaluate("document.activeElement.closest('tr') !== null")
    manager.page.locator("#f-search").focus()
    manager.page.keyboard.press("j")
    typed = manager.page.locator("#f-search").input_value()

    assert (first, focused, typed) == (1, True, "j")


def test_a_page_says_when_its_case_has_moved_on(walked: Walked) -> None:
    assert not walked.told_before
    assert "この案件に動きがありました" in walked.told_after


def test_the_main_path_of_a_client_needs_no_script(walker: Opening, tmp_path: Path) -> None:
    client = walker(CLIENT, scripts=False)
    number = begin(client)

    fill_forms(client, number, japan_date(datetime.now(UTC)))
    send_documents(client, number, tmp_path)
    client.go(f"/applications/{number}")
    client.press(f"/applications/{number}/hand-in")

    assert "受け付けました" in client.done()


def test_what_was_typed_or_chosen_survives_a_reload(walked: Walked) -> None:
    reply, before, after = walked.kept

    assert reply == REPLIED
    assert before == after > 0
