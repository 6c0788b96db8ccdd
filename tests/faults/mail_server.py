"""A mail server on a bad day: real SMTP, in a thread of this process."""

import asyncio
import email
import email.policy
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port

# What a server may do to a mail; the fault "mail server refuses connections" stops it altogether.
MOODS = ("450", "550", "421", "cut", "lost 250", "hang")
HANGS = 4.0  # seconds, above the sender's time-out
Texts = list[tuple[str, str]]


class Handler:
    """Keeps the mails it took, and behaves as its mood says."""

    def __init__(self) -> None:
        self.mood = ""
        self.taken: Texts = []  # recipient and plain text
        self.refused: set[str] = set()  # recipients that were refused for good
        self.moods: Counter[str] = Counter()

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Take or refuse a recipient."""
        mood = self.mood
        self.moods[mood] += 1
        match mood:
            case "450":
                return "450 4.2.1 Try again later"
            case "550":
                self.refused.add(address)
                return "550 5.1.1 No such user"
            case "421":
                return "421 4.3.2 Not now"
            case "cut":
                abort(server)
            case "hang":
                await asyncio.sleep(HANGS)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail; perhaps without saying so."""
        content = envelope.original_content or b""
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        body = parsed.get_body(("plain",))
        text = body.get_content() if body else ""
        self.taken += [(address, text) for address in envelope.rcpt_tos]
        if self.mood == "lost 250":
            self.moods["lost 250"] += 1
            abort(server)
        return "250 OK"


def abort(server: SMTP) -> None:
    """Hang up without a word."""
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


class MailServer:
    """A server that can be stopped and started again at its port."""

    def __init__(self) -> None:
        self.handler = Handler()
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.controller: Controller | None = None

    def start(self) -> None:
        """Take connections."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # not each line of SMTP
        self.controller = Controller(self.handler, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        """Refuse connections. Those that are open go on: to wait for them may take minutes."""
        controller, self.controller = self.controller, None
        if controller and controller.server:
            controller.loop.call_soon_threadsafe(controller.server.close)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server for as long as the block runs."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
