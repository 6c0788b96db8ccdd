"""Checks of the mail server: signing in to it, or sending a mail."""

from collections.abc import Iterator
from contextlib import closing, suppress
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from portal.backoffice.reports.health_lines import HealthLine, Verdict
from shop.operations.error_lines import first_line
from shop.theme import shop_name

LABEL = "Mail server"
ADVICE = "Check EMAIL_URL, and that the mail server takes mails of this sender from this machine."


def mail_lines(recipient: str = "") -> Iterator[HealthLine]:
    """Sign in to the mail server, and send a mail to `recipient` if there is one."""
    try:
        found = _send(recipient) if recipient else _sign_in()
    except (OSError, SMTPException) as error:
        yield HealthLine(
            "mail", LABEL, Verdict.ACT, f"{type(error).__name__}: {first_line(error)}", ADVICE
        )
    else:
        yield HealthLine("mail", LABEL, Verdict.FINE, found, ADVICE)


def _sign_in() -> str:
    connection = get_connection()
    try:
        connection.open()
    finally:
        # Where signing in fails, the connection is open all the same.
        with suppress(OSError, SMTPException):
            connection.close()
    return f"{getattr(connection, 'host', 'the demo mailbox')} takes the connection"


def _send(recipient: str) -> str:
    mail = EmailMessage(
        f"Test mail of {shop_name()}",
        f"manage.py doctor has sent this mail, by way of {settings.BASE_URL}.\n",
        to=[recipient],
        headers={"Auto-Submitted": "auto-generated"},
    )
    with closing(get_connection()) as mail.connection:
        mail.send()
    return f"has taken a mail to {recipient}; check that it arrives"
