"""Arrivals: kept once, sealed, read and matched; nothing is lost, and nothing acts by itself."""

import hashlib
from uuid import uuid4

import pytest

from activities.arrivals.keeping import Keeping
from infra.arrival_candidates import still_waiting
from infra.dev.services import Stack
from infra.incoming_mail import Mailbox, MailboxObstacle
from infra.keys import KeyDestroyed, SealBroken
from infra.object_answers import ObjectAbsentError
from infra.objects import ObjectStore, quarantine_key
from schemas.arrivals import ArrivalKind, Certainty
from schemas.filing import ResultKind
from schemas.identifiers import filing_id
from tests.activities.arrivals.post import PostRoom, a_mail
from tests.corpus import pdf_with_script, pdf_with_text, picture
from tests.ground import Ground

NAME = "NGUYEN VAN CANARY"
AN_ACCOUNT = """INSERT INTO account (id, subject, display_name, email, roles, locale, active)
    VALUES (%s, %s, %s, %s, %s, 'ja', %s)"""


async def test_a_mail_is_kept_read_and_gone_from_the_mailbox(room: PostRoom) -> None:
    number = await room.filed(receipt="東オン24-001", name=NAME)
    room.send(a_mail("審査完了のお知らせ", "申請受付番号：東オン24001 NGUYEN VAN CANARY 様"))

    walked = await room.walk()

    (row,) = await room.rows()
    reading = await room.reading(row)
    assert walked == (1, 1)
    assert room.waiting() == 0
    assert (row["kind"], row["proposed_number"], row["certainty"]) == (
        ArrivalKind.EXAMINATION_FINISHED,
        number,
        Certainty.STRONG,
    )
    assert row["handler"] == "acc-handler"
    assert [reason.code for reason in reading.matches[0].reasons] == [
        "receipt_equal",
        "name_found",
        "office_fits",
        "awaited",
    ]
    assert reading.recognised.result is None


async def test_nothing_is_recorded_about_the_person_by_reading(room: PostRoom) -> None:
    number = await room.filed(receipt="東オン24-002")
    before = await room.ground.rows("SELECT * FROM person_standing")
    room.send(
        a_mail("在留期間更新許可通知書", "受付番号：東オン24-002 許可しました。許可年月日 2026年11月19日")
    )

    await room.walk()

    (row,) = await room.rows()
    reading = await room.reading(row)
    assert reading.recognised.result is ResultKind.PERMITTED
    assert row["proposed_number"] == number
    assert await room.ground.rows("SELECT * FROM person_standing") == before
    assert await room.ground.rows("SELECT * FROM event") == []


async def test_no_word_of_a_mail_lies_open_in_table_or_store(room: PostRoom) -> None:
    mail = a_mail(f"{NAME} 様", f"{NAME} 様")
    mail.add_attachment(pdf_with_text(NAME), maintype="application", subtype="pdf", filename=f"{NAME}.pdf")
    room.send(mail)

    await room.walk()

    (row,), (part,) = await room.rows(), await room.parts()
    objects = ObjectStore.connect(room.settings)
    raw = objects.read(row["raw_key"], row["raw_version"])
    kept = objects.read(part["vault_key"], part["vault_version"])
    said = " ".join(str(value) for value in (*row.values(), *part.values()))
    assert "CANARY" not in said
    assert b"CANARY" not in raw + kept + bytes(row["reading"]) + bytes(row["envelope"])
    assert NAME in (await room.reading(row)).sources[0].text


async def test_what_concerns_no_known_filing_is_shared_out_among_who_may_record_results(
    room: PostRoom,
) -> None:
    with room.ground.behind_the_desk() as connection:
        for name, role, active in (
            ("h-1", "handler", True),
            ("h-2", "handler", True),
            ("h-3", "handler", False),
            ("r-1", "reviewer", True),
        ):
            connection.execute(AN_ACCOUNT, (name, name, name, f"{name}@office.example", [role], active))
    for place in range(3):
        room.send(a_mail("お知らせ", f"第{place}報"))

    await room.walk()
    first = [row["handler"] for row in await room.rows()]
    with room.ground.behind_the_desk() as connection:
        connection.execute("UPDATE account SET active = false WHERE id = 'h-1'")
    await room.walk()

    assert sorted(first) == ["h-1", "h-1", "h-2"]
    assert [row["handler"] for row in await room.rows()] == ["h-2"] * 3


async def test_the_same_mail_delivered_twice_is_one_arrival(room: PostRoom) -> None:
    first = bytes(a_mail(key="same"))
    room.send(first)
    room.send(b"Received: from relay.example\r\n" + first)

    await room.walk()
    room.send(first)
    await room.walk()

    assert len(await room.rows()) == 1
    assert room.waiting() == 0


async def test_another_content_under_the_same_message_id_is_not_thrown_away(room: PostRoom) -> None:
    room.send(a_mail(text="受付完了", key="forged"))
    room.send(a_mail(text="審査完了", key="forged"))

    await room.walk()

    rows = await room.rows()
    assert len(rows) == 2
    assert rows[0]["message_sha256"] == rows[1]["message_sha256"]


async def test_attachments_go_through_the_examination_of_documents(room: PostRoom) -> None:
    mail = a_mail()
    for content, subtype in (
        (pdf_with_text("clean"), "pdf"),
        (pdf_with_script(), "pdf"),
        (b"PK\x03\x04", "zip"),
    ):
        mail.add_attachment(content, maintype="application", subtype=subtype, filename="a")
    mail.add_attachment(picture(), maintype="image", subtype="jpeg", filename="b")
    room.send(mail)

    await room.walk()

    found = [(part["place"], part["state"], part["refusal"]) for part in await room.parts()]
    assert found == [
        (1, "released", None),
        (2, "refused", "active_content"),
        (3, "refused", "wrong_type"),
        (4, "released", None),
    ]


async def test_a_number_in_the_text_layer_of_an_attachment_is_found_with_its_place(room: PostRoom) -> None:
    number = await room.filed(receipt=None, state="intended", stage="filing")
    mail = a_mail("通知", "別添のとおり")
    mail.add_attachment(pdf_with_text(filing_id(number, 1)), maintype="application", subtype="pdf")
    room.send(mail)

    await room.walk()

    (row,) = await room.rows()
    match = (await room.reading(row)).matches[0]
    assert match.filing_id == filing_id(number, 1)
    assert match.reasons[0].passage is not None
    assert match.reasons[0].passage.place == "part.1"


async def test_a_forged_number_of_another_client_only_proposes(room: PostRoom) -> None:
    number = await room.filed(receipt="東オン24-077", name="TRAN THI REAL")
    await room.filed(receipt="東オン24-078", name=NAME)
    room.send(a_mail("許可通知書", f"受付番号：東オン24-077 {NAME} 許可しました。"))

    await room.walk()

    (row,) = await room.rows()
    best = (await room.reading(row)).matches[0]
    assert best.number == number
    assert "other_name" in [reason.code for reason in best.reasons]
    assert best.certainty is not Certainty.STRONG


async def test_by_name_who_waits_longest_is_known_as_well_as_who_was_just_lodged(
    room: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.arrival_candidates.AT_EACH_END", 1)
    numbers = [await room.filed(receipt=None, name=NAME) for _ in range(3)]
    with room.ground.behind_the_desk() as connection:
        for days, number in enumerate(numbers):
            connection.execute(
                "UPDATE filing SET changed_at = now() - make_interval(days => %s) WHERE number = %s",
                (days, number),
            )

    async with room.ground.database.as_worker() as connection:
        waiting = await still_waiting(connection)

    assert sorted(each.number for each in waiting) == sorted((numbers[0], numbers[2]))


async def test_rubbish_is_an_arrival_without_a_proposal(room: PostRoom) -> None:
    room.send(b"Subject: \xff\xfe\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n\x01\x02\xff")

    await room.walk()

    (row,) = await room.rows()
    assert (row["kind"], row["proposed_number"]) == (ArrivalKind.UNKNOWN, None)
    assert row["read_at"] is not None


async def test_a_mail_of_twenty_megabytes_is_taken(room: PostRoom) -> None:
    room.send(a_mail(text="a" * 70 + "\n" + "b" * 50 + "\n" + ("0123456789" * 7 + "\n") * 290_000))

    await room.walk()

    (row,) = await room.rows()
    assert row["size_bytes"] > 20_000_000
    assert row["trouble"] is None


async def test_a_mail_over_the_limit_stays_in_the_mailbox_and_a_person_is_told(
    servers: Stack, desk_ground: Ground
) -> None:
    usual = PostRoom.opened(servers, desk_ground)
    usual.empty()
    limits = usual.settings.limits.model_copy(update={"arrival_size_bytes": 2_000})
    room = PostRoom.opened(servers, desk_ground, limits=limits)
    room.send(a_mail(text="x" * 60))
    room.send(a_mail(text="\n".join(["y" * 60] * 60)))

    fetched = await room.arrivals.fetch()
    again = await room.arrivals.fetch()

    rows = await room.rows()
    assert (fetched, again) == (2, 0)
    assert [(row["trouble"], row["raw_key"] is None) for row in rows] == [(None, False), ("too_large", True)]


async def test_a_crash_before_the_mail_is_kept_loses_nothing(
    room: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.send(a_mail())

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(ObjectStore, "write_sealed", broken)
        with pytest.raises(ConnectionError):
            await room.arrivals.fetch()
    half_kept = await room.rows()
    waiting = room.waiting()
    walked = await room.walk()

    assert [row["raw_key"] for row in half_kept] == [None]
    assert waiting == 1
    assert walked == (1, 1)
    assert len(await room.rows()) == 1
    assert room.waiting() == 0


async def test_a_crash_after_the_mail_is_kept_keeps_it_once(
    room: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.send(a_mail())

    def broken(*_: object) -> None:
        raise MailboxObstacle

    with monkeypatch.context() as patched:
        patched.setattr(Mailbox, "take", broken)
        with pytest.raises(MailboxObstacle):
            await room.arrivals.fetch()
    waiting = room.waiting()
    await room.walk()

    assert waiting == 1
    assert len(await room.rows()) == 1
    assert room.waiting() == 0


async def test_a_crash_while_reading_reads_again(room: PostRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = a_mail()
    mail.add_attachment(pdf_with_text(), maintype="application", subtype="pdf")
    room.send(mail)
    await room.arrivals.fetch()

    async def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(Keeping, "write_reading", broken)
        with pytest.raises(ConnectionError):
            await room.arrivals.read()
    read = [await room.arrivals.read() for _ in range(2)]

    (row,) = await room.rows()
    assert read == [1, 0]
    assert row["attempts"] == 2
    assert len(await room.parts()) == 1


async def test_one_that_kills_its_reader_every_time_is_given_to_a_person(
    room: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.send(a_mail())
    room.send(a_mail("送信完了"))
    await room.arrivals.fetch()
    first = (await room.rows())[0]["id"]
    write = Keeping.write_reading

    async def broken(keeping: Keeping, arrival_id: str, *given: object) -> None:
        if arrival_id == first:
            raise RuntimeError
        await write(keeping, arrival_id, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Keeping, "write_reading", broken)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            await room.arrivals.read()
    last = await room.arrivals.read()

    rows = await room.rows()
    assert last == 0
    assert [row["trouble"] for row in rows] == ["unreadable", None]
    assert all(row["read_at"] for row in rows)


async def test_a_mailbox_that_is_away_leaves_what_is_there_for_later(
    servers: Stack, desk_ground: Ground
) -> None:
    away = PostRoom.opened(servers, desk_ground, imap_port=9)

    with pytest.raises(MailboxObstacle):
        await away.arrivals.fetch()

    assert await PostRoom.opened(servers, desk_ground, imap_host=None).walk() == (0, 0)


async def test_an_uploaded_notice_is_kept_and_its_upload_is_gone(room: PostRoom) -> None:
    number = await room.filed(receipt=None, state="unknown", stage="filing")
    content = pdf_with_text(filing_id(number, 1))
    upload, repeated = str(uuid4()), str(uuid4())
    digest = hashlib.sha256(content).hexdigest()
    room.uploaded(upload, content, digest)
    room.uploaded(repeated, content, digest)

    walked = await room.walk()

    (row,) = await room.rows()
    objects = ObjectStore.connect(room.settings)
    assert walked == (2, 1)
    assert (row["way"], row["proposed_number"], row["uploaded_by"]) == ("upload", number, "acc-handler")
    for each in (upload, repeated):
        with pytest.raises(ObjectAbsentError):
            objects.stat(quarantine_key(each))
    assert await room.walk() == (0, 0)


async def test_an_upload_that_is_not_what_was_declared_is_told_and_not_kept(room: PostRoom) -> None:
    upload = str(uuid4())
    room.uploaded(upload, pdf_with_text("other"), "0" * 64)

    await room.walk()

    (row,) = await room.rows()
    assert (row["trouble"], row["raw_key"]) == ("not_as_declared", None)
    assert await room.walk() == (0, 0)


async def test_erasing_the_case_erases_what_was_confirmed_for_it(room: PostRoom) -> None:
    number = await room.filed(receipt="東オン24-009")
    room.send(a_mail())
    room.send(a_mail("別件"))
    await room.walk()
    ours, other = (row["id"] for row in await room.rows())
    await room.stand(ours, "confirmed", number=number)
    untouched = await room.arrivals.erase()
    with room.ground.behind_the_desk() as connection:
        connection.execute("UPDATE data_key SET wrapped = NULL, destroyed_at = now()")

    erased = await room.arrivals.erase()

    assert (untouched, erased) == (0, 1)
    with pytest.raises(KeyDestroyed):
        await room.keys.key_for(ours)
    assert (await room.keys.key_for(other)).owner == other


@pytest.mark.parametrize(("age_days", "erased"), [(89, 0), (91, 1)])
async def test_what_was_dismissed_is_erased_after_its_time(
    room: PostRoom, age_days: int, erased: int
) -> None:
    room.send(a_mail())
    await room.walk()
    await room.stand((await room.rows())[0]["id"], "dismissed", age_days=age_days)

    assert await room.arrivals.erase() == erased


async def test_one_arrivals_key_does_not_open_another(room: PostRoom) -> None:
    room.send(a_mail())
    room.send(a_mail("別件"))
    await room.walk()
    one, other = await room.rows()

    with pytest.raises(SealBroken):
        await room.reading({**one, "id": other["id"]})
