"""Letters as authorities send them (in invented wording), and an office whose filings wait for them."""

import smtplib
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from itertools import count
from typing import Any

from activities.arrivals import Arrivals
from infra.catalogue import load_catalogue
from infra.dev.doors import RESULTS_ADDRESS
from infra.dev.services import Stack
from infra.incoming_mail import opened_mailbox
from infra.keys import KeyRing, open_json, seal_json
from infra.objects import ObjectStore
from infra.scanner import NoScanner
from infra.settings import Settings
from infra.wrapped_keys import read_by_worker
from schemas.arrivals import ArrivalReading
from schemas.identifiers import application_number, filing_id
from tests.builders import ORGANISATION, handed_in
from tests.ground import Ground, settings_of
from tests.workflows.office import RANDOM

MAILS = count(1)
READING_PURPOSE = "arrival/reading"
CONTENT_PURPOSE = "content"
A_FILING = """INSERT INTO filing (id, organisation_id, number, kind, state, persons, office, handler, changed_at)
    VALUES (%s, %s, %s, 'first', %s, %s, 'tokyo', 'acc-handler', now())"""
A_PERSON = """INSERT INTO person_standing (number, person_id, organisation_id, stage, holder, held_since, receipt)
    VALUES (%s, %s, %s, %s, 'authority', now(), %s)"""
A_CONTENT = """INSERT INTO content
    (number, scope, version, organisation_id, values, sealed_in_round, changed_by, changed_at)
    VALUES (%s, %s, 1, %s, %s, 1, 'acc-client', now())"""


def a_mail(
    subject: str = "受付完了のお知らせ", text: str = "受付完了", *, key: str | None = None
) -> EmailMessage:
    """A mail to the desk; the same key gives the same mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "portal@authority.example", RESULTS_ADDRESS, subject
    mail["Date"] = "Sun, 22 Nov 2026 09:00:00 +0900"
    mail["Message-ID"] = f"<{key or next(MAILS)}@authority.example>"
    mail.set_content(text)
    return mail


@dataclass
class PostRoom:
    """The desk's side of the mailbox, over a database of its own."""

    stack: Stack
    ground: Ground
    settings: Settings
    keys: KeyRing
    arrivals: Arrivals

    @classmethod
    def opened(cls, stack: Stack, ground: Ground, **changed: Any) -> "PostRoom":
        """A post room; `changed` are settings."""
        settings = settings_of(stack).model_copy(update=changed)
        keys = KeyRing.from_setting(
            settings.key_encryption_key.get_secret_value(), read_by_worker(ground.database)
        )
        arrivals = Arrivals(
            settings=settings,
            database=ground.database,
            objects=ObjectStore.connect(settings),
            keys=keys,
            catalogue=load_catalogue(),
            scanner=NoScanner(),
        )
        return cls(stack, ground, settings, keys, arrivals)

    def empty(self) -> None:
        """Throw away what other tests left in the mailbox."""
        with opened_mailbox(self.settings) as mailbox:
            while left := mailbox.waiting():
                for each in left:
                    mailbox.take(each.uid)

    def waiting(self) -> int:
        """How many mails wait in the mailbox."""
        with opened_mailbox(self.settings) as mailbox:
            return len(mailbox.waiting())

    def send(self, mail: EmailMessage | bytes) -> None:
        """Send it as an authority would."""
        with smtplib.SMTP("127.0.0.1", self.stack.place.ports.smtp) as post:
            raw = (
                (mail if isinstance(mail, bytes) else bytes(mail))
                .replace(b"\r\n", b"\n")
                .replace(b"\n", b"\r\n")
            )
            post.sendmail("portal@authority.example", [RESULTS_ADDRESS], raw)

    async def walk(self) -> tuple[int, int]:
        """One round: how many were fetched, how many were read."""
        return await self.arrivals.fetch(), await self.arrivals.read()

    async def rows(self) -> list[dict[str, Any]]:
        """Every arrival, in the order they came."""
        return await self.ground.rows("SELECT * FROM arrival ORDER BY received_at, id")

    async def parts(self) -> list[dict[str, Any]]:
        return await self.ground.rows("SELECT * FROM arrival_part ORDER BY arrival_id, place")

    async def reading(self, row: dict[str, Any]) -> ArrivalReading:
        """What was read of one arrival."""
        key = await self.keys.key_for(row["id"])
        return ArrivalReading.model_validate(open_json(key, READING_PURPOSE, bytes(row["reading"])))

    async def filed(
        self, *, receipt: str | None, name: str = "", state: str = "confirmed", stage: str = "lodged"
    ) -> str:
        """A filing of one person, as it waits for its authority; answers the application's number."""
        number = application_number(2026, next(RANDOM))
        person = f"{number}.p1"
        wrapped = self.keys.new_wrapped_key(number)
        self.ground.take_in(handed_in("p1", number=number), wrapped)
        key = await self.keys.key_for(number)
        values = seal_json(key, CONTENT_PURPOSE, {"name_latin": {"v": name}} if name else {})
        with self.ground.behind_the_desk() as connection:
            connection.execute(A_FILING, (filing_id(number, 1), ORGANISATION, number, state, [person]))
            connection.execute(A_PERSON, (number, person, ORGANISATION, stage, receipt))
            connection.execute(A_CONTENT, (number, person, ORGANISATION, values))
        return number

    async def stand(
        self, arrival_id: str, state: str, *, number: str | None = None, age_days: int = 0
    ) -> None:
        """What the front desk would write when somebody decides."""
        with self.ground.behind_the_desk() as connection:
            connection.execute(
                "INSERT INTO arrival_standing (arrival_id, state, number, changed_at)"
                " VALUES (%s, %s, %s, now() - make_interval(days => %s))",
                (arrival_id, state, number, age_days),
            )

    def uploaded(self, upload_id: str, content: bytes, sha256: str, on: date | None = None) -> None:
        """A notice that somebody uploaded: bytes in the quarantine, a row of the front desk."""
        objects = ObjectStore.connect(self.settings)
        objects._client.put_object(
            Bucket=self.settings.s3_quarantine_bucket, Key=f"quarantine/{upload_id}", Body=content
        )
        with self.ground.behind_the_desk() as connection:
            connection.execute(
                "INSERT INTO arrival_upload (id, sha256, media_type, size_bytes, arrived_on, uploaded_by,"
                " created_at, completed_at) VALUES (%s, %s, 'application/pdf', %s, %s, 'acc-handler', now(), now())",
                (upload_id, sha256, len(content), on),
            )
