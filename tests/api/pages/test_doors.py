"""Who may open which page, in which language, under which policy; who may not is told so on a page."""

import pytest

from api.desk import Desk
from api.pages.visit import own_path, store_origin
from api.pages.words import Wording
from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, OPERATOR, OTHER, REVIEWER, SECOND, PageDay

STAFF = (REVIEWER, SECOND, HANDLER, MANAGER)
EVERYBODY = (CLIENT, *STAFF, OPERATOR)


async def test_who_is_not_signed_in_is_welcomed_and_shown_the_way(day: PageDay) -> None:
    welcome = await day.page(None, "/")
    list_ = await day.page(None, "/applications?cursor=x")

    assert (welcome.status, welcome.heading) == (200, "申請取次の窓口")
    assert 'href="/sign-in"' in welcome.text
    assert (list_.status, list_.goes_to) == (303, "/sign-in?next=%2Fapplications%3Fcursor%3Dx")


async def test_an_act_of_somebody_whose_session_ended_is_answered_by_a_page(day: PageDay) -> None:
    refused = await day.send(None, "/applications", {"procedure": "isa.extension.ssw1"})

    assert (refused.status, refused.heading) == (401, "サインインしてください")
    assert refused.answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (CLIENT, "/applications"),
        (REVIEWER, "/tasks"),
        (SECOND, "/tasks"),
        (HANDLER, "/filings"),
        (MANAGER, "/board"),
    ],
)
async def test_everybody_begins_where_their_work_is(day: PageDay, who: str, path: str) -> None:
    sent = await day.page(who, "/")
    begun = await day.page(who, path)

    assert sent.goes_to == path
    assert begun.status == 200
    assert 'aria-current="page"' in begun.text


async def test_an_operator_has_no_pages_and_is_told_so(day: PageDay) -> None:
    welcome = await day.page(OPERATOR, "/")

    assert welcome.status == 200
    assert "Temporal" in welcome.text


@pytest.mark.parametrize(
    ("path", "admitted"),
    [
        ("/applications", (CLIENT, *STAFF)),
        ("/tasks", STAFF),
        ("/tasks?box=all", (MANAGER,)),
        ("/filings", STAFF),
        ("/board", STAFF),
    ],
)
async def test_a_list_opens_for_its_people_and_for_nobody_else(
    day: PageDay, path: str, admitted: tuple[str, ...]
) -> None:
    answers = {who: (await day.page(who, path)).status for who in EVERYBODY}

    assert {who for who, status in answers.items() if status in (200, 303)} == set(admitted)
    assert {status for who, status in answers.items() if who not in admitted} == {403}


async def test_a_case_opens_for_its_own_people_and_staff_and_does_not_exist_for_others(day: PageDay) -> None:
    case = await day.handed_in()
    review = await day.task_of(case.number, "review")
    base = f"/applications/{case.number}"

    own = [
        (await day.page(CLIENT, path)).status
        for path in (base, f"{base}/documents", f"{base}/edit", f"{base}/timeline")
    ]
    foreign = [
        (await day.page(OTHER, path)).status
        for path in (base, f"{base}/documents", f"{base}/edit", f"{base}/timeline")
    ]
    staff = {who: (await day.page(who, base)).status for who in STAFF}
    work = {who: (await day.page(who, f"/tasks/{review['id']}")).status for who in (*STAFF, CLIENT)}
    engine = {who: (await day.page(who, f"{base}/engine")).status for who in (MANAGER, REVIEWER, CLIENT)}
    history = {who: (await day.page(who, f"{base}/timeline")).status for who in (MANAGER, REVIEWER, HANDLER)}

    assert own == [200] * 4
    assert foreign == [404] * 4
    assert staff == dict.fromkeys(STAFF, 200)
    assert work == {**dict.fromkeys(STAFF, 200), CLIENT: 403}
    assert engine == {MANAGER: 200, REVIEWER: 403, CLIENT: 403}
    assert history == {MANAGER: 200, REVIEWER: 403, HANDLER: 403}


async def test_staff_find_no_door_to_change_content(day: PageDay) -> None:
    case = await day.handed_in()
    base = f"/applications/{case.number}"
    person = f"{base}/persons/{case.persons[0]}"

    looks = [
        (await day.page(who, path)).status
        for who in STAFF
        for path in (f"{base}/edit", f"{person}/edit", f"{base}/documents")
    ]
    acts = [
        (await day.send(who, path, {"version": "1", "v.name_latin": "X"})).status
        for who in STAFF
        for path in (
            f"{base}/edit",
            f"{person}/edit",
            f"{base}/hand-in",
            f"{base}/corrections",
            f"{base}/persons",
        )
    ]

    assert set(looks) == {403}
    assert set(acts) == {403}


async def test_a_page_that_is_not_there_says_so_in_the_language_of_the_visitor(day: PageDay) -> None:
    japanese = await day.page(CLIENT, "/applications/T26-00000000")
    english = await day.page(None, "/", **{"Accept-Language": "en-GB,en;q=0.9"})

    assert (japanese.status, japanese.heading, japanese.language) == (404, "ページが見つかりません", "ja")
    assert (english.heading, english.language) == ("The filing desk", "en")


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/no/such/page", {}, 404),
        ("GET", "/sign-out", {}, 405),
        ("GET", "/sign-in/back?state=x&code=y", {}, 401),
        ("GET", "/board?state=all&state=open", {}, 422),
        ("POST", "/applications", FORM | {"Origin": "https://evil.example"}, 403),
        ("POST", "/applications", FORM | {"Content-Length": "400000"}, 413),
        ("POST", "/applications", {"Content-Type": "text/plain", "Content-Length": "9"}, 415),
    ],
)
async def test_a_browser_is_always_answered_by_a_page_with_a_way_out(
    day: PageDay, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    page = await day.call(CLIENT, method, path, **BROWSER, **headers)
    body = await day.call(CLIENT, method, path, **headers)

    assert (page.status_code, body.status_code) == (status, status)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["x-request-id"] in page.text
    assert 'href="/"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert body.headers["content-type"] == "application/problem+json"
    assert page.headers.get("allow") == body.headers.get("allow")


@pytest.mark.parametrize(
    ("act", "page"),
    [
        ("/applications/T26-00000000/hand-in", "/applications/T26-00000000"),
        ("/applications/T26-00000000/persons/p-1/remove", "/applications/T26-00000000"),
        ("/tasks/T26-00000000.task.1/complete", "/tasks/T26-00000000.task.1"),
        ("/registers/handlers/handler-1/mandates", "/registers/handlers/handler-1"),
    ],
)
async def test_who_reloads_after_a_refused_act_comes_back_to_its_page(
    day: PageDay, act: str, page: str
) -> None:
    reloaded = await day.call(CLIENT, "GET", act, **BROWSER)

    assert (reloaded.status_code, reloaded.headers["location"]) == (303, page)


async def test_who_could_not_sign_in_is_told_what_to_do(day: PageDay) -> None:
    failed = await day.page(None, "/sign-in/back?state=x&code=y", **BROWSER)

    assert (failed.status, failed.heading) == (401, "サインインしてください")
    assert Wording("ja")("refused_page.next.sign_in_failed") in failed.text
    assert 'href="/sign-in"' in failed.text


async def test_a_browser_at_the_machine_interface_reads_what_machines_read(day: PageDay) -> None:
    answer = await day.call(CLIENT, "GET", "/v1/no-such-door", **BROWSER)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/", "/applications", "/v1/applications", "/static/desk.css", "/nowhere"])
async def test_a_head_is_a_get_without_its_body(day: PageDay, path: str) -> None:
    full = await day.call(CLIENT, "GET", path)
    head = await day.call(CLIENT, "HEAD", path)

    assert head.status_code == full.status_code
    assert head.headers.get("content-type") == full.headers.get("content-type")
    assert head.content == b""
    assert full.content != b"" or full.status_code == 303


async def test_the_language_is_chosen_by_a_button_and_leads_back_to_the_page(day: PageDay) -> None:
    before = await day.page(MANAGER, "/board?state=all")

    there = await day.send(MANAGER, "/language", {"locale": "en", "back": before.hidden("/language", "back")})
    english = await day.page(MANAGER, there.goes_to)
    await day.send(MANAGER, "/language", {"locale": "ja", "back": "/board"})
    japanese = await day.page(MANAGER, "/board")

    assert there.goes_to == "/board?state=all"
    assert (english.language, english.heading) == ("en", "Board")
    assert (japanese.language, japanese.heading) == ("ja", "案件一覧")


async def test_the_choice_of_a_stranger_is_kept_in_a_cookie(day: PageDay) -> None:
    chosen = await day.send(None, "/language", {"locale": "en", "back": "/"})

    assert "toritsugi-language=en" in chosen.answer.headers["set-cookie"]
    assert "HttpOnly" in chosen.answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "", None, "/a\nb", "javascript:alert(1)"],
)
def test_the_way_back_never_leaves_this_site(path: str | None) -> None:
    assert own_path(path) == "/"


def test_the_way_back_may_have_a_query() -> None:
    assert own_path("/board?state=all") == "/board?state=all"


async def test_every_page_is_under_a_strict_policy(day: PageDay, desk: Desk) -> None:
    pages = [
        await day.page(None, "/"),
        await day.page(CLIENT, "/applications"),
        await day.page(CLIENT, "/tasks"),
    ]

    for shown in pages:
        policy = shown.answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert f"connect-src 'self' {store_origin(desk.settings)};" in policy
        assert "unsafe" not in policy
        assert shown.answer.headers["referrer-policy"] == "same-origin"
        assert shown.answer.headers["cache-control"] == "no-store"
        assert shown.answer.headers["x-content-type-options"] == "nosniff"


async def test_a_form_from_another_site_is_refused(day: PageDay) -> None:
    headers = {"Origin": "https://evil.example", "Content-Type": "application/x-www-form-urlencoded"}

    refused = await day.call(CLIENT, "POST", "/applications", **headers)
    opaque = await day.call(CLIENT, "POST", "/applications", **{**headers, "Origin": "null"})

    assert (refused.status_code, opaque.status_code) == (403, 403)


async def test_style_sheet_and_modules_are_served_and_checked_each_time(day: PageDay) -> None:
    sheet = await day.page(None, "/static/desk.css")
    script = await day.page(None, "/static/desk.js")
    again = await day.page(None, "/static/desk.css", **{"If-None-Match": sheet.answer.headers["etag"]})
    outside = await day.page(None, "/static/../visit.py")

    assert sheet.answer.headers["content-type"].startswith("text/css")
    assert "javascript" in script.answer.headers["content-type"]
    assert sheet.answer.headers["cache-control"] == "no-cache"
    assert (again.status, outside.status) == (304, 404)


async def test_pages_are_not_part_of_the_machine_interface(day: PageDay) -> None:
    paths = (await day.page(None, "/openapi.json")).answer.json()["paths"]

    assert [
        path for path in paths if path.startswith(("/applications", "/tasks", "/filings", "/board"))
    ] == []
