"""A real mail server in this process, with the replies that a test wants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from django.test import override_settings

from tests.ports import free_port

OK = "250 OK"
CUT = "cut"  # the connection is lost without a reply


@dataclass
class Replies:
    """The server's handler: its reply to each command, and the mails that it took."""

    mail: str = OK
    rcpt: str = OK
    data: str = OK
    only_to: str = ""  # the recipient the replies to RCPT are for; all, if empty
    taken: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.mail == OK:
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.only_to and address != self.only_to:
            envelope.rcpt_tos.append(address)
            return OK
        if self.rcpt == CUT:
            assert server.transport
            server.transport.close()
        if self.rcpt == OK:
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.data == OK:
            content = envelope.content
            self.taken.append((envelope.rcpt_tos, content if isinstance(content, bytes) else b""))
        return self.data


@contextmanager
def mail_server(replies: Replies, **settings: Any) -> Iterator[Replies]:
    """Run a server that answers with `replies`, and send the shop's mails to it."""
    port = free_port()
    controller = Controller(
        replies,
        hostname="127.0.0.1",
        port=port,
        auth_require_tls=False,
        authenticator=lambda *_args: AuthResult(success=False, handled=False),
    )
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    sending = {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
    try:
        with override_settings(**sending, EMAIL_USE_TLS=False, EMAIL_USE_SSL=False, **settings):
            yield replies
    finally:
        controller.stop()
