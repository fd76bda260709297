"""What an authority's letter says is recognised with its passage; what it does not say is not made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.arrival_reading import READ_CHARACTERS, plain, recognised
from schemas.arrivals import ArrivalKind, Recognised, Source
from schemas.filing import ResultKind
from schemas.identifiers import application_number
from schemas.receipt_numbers import bare_number

PREFIXES = {"東オン": "tokyo", "阪オン": "osaka"}
NUMBER = application_number(2026, 77)


def read(text: str = "", subject: str = "") -> Recognised:
    sources = (Source(place="subject", text=subject), Source(place="text", text=text))
    return recognised(sources, PREFIXES)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("【在留申請オンラインシステム】送信完了のお知らせ", ArrivalKind.SENDING_COMPLETED),
        ("受付完了のお知らせ", ArrivalKind.RECEPTION_COMPLETED),
        ("資料提出通知書について", ArrivalKind.MORE_REQUESTED),
        ("補正依頼", ArrivalKind.MORE_REQUESTED),
        ("申請の状況: 返却中", ArrivalKind.MORE_REQUESTED),
        ("審 査 完 了 のお知らせ", ArrivalKind.EXAMINATION_FINISHED),
        ("技能実習計画認定通知書", ArrivalKind.RESULT_NOTICE),
        ("システムメンテナンスのお知らせ", ArrivalKind.UNKNOWN),
    ],
)
def test_each_kind_of_mail_is_told_by_its_subject(subject: str, kind: ArrivalKind) -> None:
    assert read(subject=subject).kind is kind


def test_the_subject_decides_against_what_the_text_mentions() -> None:
    found = read("審査完了後に改めてお知らせします。", subject="受付完了のお知らせ")

    assert found.kind is ArrivalKind.RECEPTION_COMPLETED


def test_a_text_that_says_two_things_says_none() -> None:
    found = read("受付完了しました。資料提出通知をご確認ください。")

    assert found.kind is ArrivalKind.UNKNOWN
    assert len(found.kinds) == 2


def test_a_finished_examination_names_no_result_even_beside_words_of_one() -> None:
    found = read("許可しました", subject="審査完了のお知らせ")

    assert found.kind is ArrivalKind.EXAMINATION_FINISHED
    assert found.result is None


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("在留期間の更新を許可しました。", ResultKind.PERMITTED),
        ("在留期間の更新は不許可となりました。", ResultKind.REFUSED),
        ("申請を許可しないこととしました。", ResultKind.REFUSED),
        ("技能実習計画認定通知書", ResultKind.ACCREDITED),
        ("不認定通知書", ResultKind.REFUSED),
        ("在留資格認定証明書を交付します", ResultKind.ISSUED),
    ],
)
def test_a_notice_names_its_result(text: str, result: ResultKind) -> None:
    assert read(text).result is result


def test_a_notice_that_names_two_results_names_none() -> None:
    assert read("申請甲は許可しました。申請乙は不許可です。").result is None


@pytest.mark.parametrize(
    "written", ["東オン24-012345", "東オン ２４－０１２３４５", "東ｵﾝ 24012345", "東オン24-0123\u200b45"]
)
def test_an_online_number_is_the_same_in_every_writing(written: str) -> None:
    numbers = read(f"申請受付番号：{written}").numbers

    assert bare_number(numbers[0].value).startswith("東オン24")
    assert (numbers[0].kind, numbers[0].office) == ("online", "tokyo")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("受付番号：東オン第1234567号 の申請を受け付けました", "online", "東オン1234567"),
        ("受付番号:東オン第1234567号を受け付け", "online", "東オン1234567"),
        ("申請受付番号は東オン24-012345です。", "online", "東オン24012345"),
        ("認定番号：認第2600123号を交付し", "labelled", "認2600123"),
        ("受付番号 １２３４－５６７８の件", "labelled", "12345678"),
    ],
)
def test_a_number_ends_where_its_words_begin(text: str, kind: str, value: str) -> None:
    numbers = read(text).numbers

    assert [(each.kind, each.value) for each in numbers] == [(kind, value)]


@pytest.mark.parametrize("text", ["受付番号：この件を受け付けました", "受付番号 申請年月日 2026年11月2日"])
def test_a_label_without_a_number_gives_none(text: str) -> None:
    assert read(text).numbers == ()


@pytest.mark.parametrize("text", ["関オン24012345", "東オン", "東オン1", "オンライン24012345"])
def test_what_only_looks_like_an_online_number_is_none(text: str) -> None:
    assert [each for each in read(text).numbers if each.kind == "online"] == []


def test_a_paper_number_is_read_between_other_words() -> None:
    numbers = read("大阪 阪永C 24999 について").numbers

    assert [(each.kind, each.value) for each in numbers] == [("paper", "阪永C24999")]


def test_our_own_numbers_are_read_only_with_their_check_character() -> None:
    wrong = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")

    found = read(f"整理番号 {NUMBER}.filing.2 および {wrong}")

    assert [(each.kind, each.value) for each in found.numbers] == [("filing", f"{NUMBER}.filing.2")]


@pytest.mark.parametrize(
    ("text", "role", "on"),
    [
        ("許可年月日 2026年11月19日", "decided", date(2026, 11, 19)),
        ("認定日：令和8年11月19日", "decided", date(2026, 11, 19)),
        ("提出期限：2026/12/1", "due", date(2026, 12, 1)),
        ("令和8年12月1日(火)までに提出", "due", date(2026, 12, 1)),
        ("２０２６年１１月２日", "written", date(2026, 11, 2)),
    ],
)
def test_a_day_is_read_with_what_it_is_the_day_of(text: str, role: str, on: date) -> None:
    dates = read(text).dates

    assert [(each.role, each.on) for each in dates] == [(role, on)]


@pytest.mark.parametrize("text", ["2026年13月1日", "2026年2月30日", "1999年1月1日", "12026年1月1日"])
def test_what_is_no_day_is_not_read(text: str) -> None:
    assert read(text).dates == ()


def test_two_due_days_are_left_to_a_person() -> None:
    found = read("提出期限：2026/12/1 又は 提出期限：2026/12/5")

    assert found.day("due") is None
    assert read("提出期限：2026/12/1").day("due") == date(2026, 12, 1)


def test_every_finding_carries_the_words_it_rests_on() -> None:
    found = read("前略 申請受付番号：東オン24012345 後略")

    assert "東オン24012345" in found.numbers[0].passage.words
    assert found.numbers[0].passage.place == "text"


def test_no_more_is_read_than_a_letter_holds() -> None:
    far = " " * READ_CHARACTERS + "東オン24012345"

    assert read(far).numbers == ()


@given(st.text(max_size=400))
def test_rubbish_is_read_without_trouble_and_proposes_no_result(text: str) -> None:
    found = read(text, subject=text[:60])

    assert found.result is None or found.results
    assert plain(plain(text)) == plain(text)
