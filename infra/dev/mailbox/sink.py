"""The receiving end: accepts every message for anybody, unless an outage is played."""

import time
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.dev.mailbox.letters import LetterBox

MAX_MESSAGE_BYTES = 30_000_000
TRY_LATER = "421 4.3.2 Service not available, an outage is being played"


class Outage:
    """A pretended outage of the mail server, for a number of seconds."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self, seconds: float) -> None:
        """Start (or with 0 end) the outage."""
        self._until = time.monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._until - time.monotonic())


class Sink:
    """aiosmtpd's hooks: refuse during an outage, else keep the message with its envelope."""

    def __init__(self, letters: LetterBox, outage: Outage) -> None:
        self._letters = letters
        self._outage = outage

    async def handle_MAIL(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._outage.seconds_left:
            return TRY_LATER
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self._outage.seconds_left:
            return TRY_LATER
        stamp = {
            "X-Mail-From": envelope.mail_from or "",
            "X-Rcpt-To": ", ".join(envelope.rcpt_tos),
            "X-Received-At": datetime.now(UTC).isoformat(),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in stamp.items())
        self._letters.put(lines.encode() + (envelope.original_content or b""))
        return "250 2.0.0 kept"
