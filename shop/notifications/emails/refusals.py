"""Refusals: what a mail server says of a recipient who gets no mail, now or later."""

import re
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

MAX_LENGTH = 500  # characters


def refusal_in(error: Exception, recipient: str) -> str:
    """Return the server's sentence if it has refused `recipient` for good, else "".

    A reply 5xx to RCPT does (contract, "Mail"), and one to MAIL or DATA that names the recipient.
    Any other is about us or about the server, and so are replies to connecting and signing in.
    """
    match error:
        case SMTPRecipientsRefused():
            replies: list[tuple[int, bytes | str]] = list(error.recipients.values())
        case SMTPSenderRefused() | SMTPDataError():
            replies = [(error.smtp_code, error.smtp_error)]
            if not _names(recipient, _text(error.smtp_error)):
                return ""
        case _:
            return ""
    if not all(500 <= code < 600 for code, _reply in replies):
        return ""
    return " · ".join(f"{code} {_text(reply)}" for code, reply in replies)[:MAX_LENGTH]


def _text(reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())


def _names(recipient: str, text: str) -> bool:
    # By the local part alone: the domain may be written in another form on the wire.
    local = re.escape(recipient.rpartition("@")[0])
    return bool(re.search(rf"(?<![\w.+-]){local}@", text, re.IGNORECASE))
