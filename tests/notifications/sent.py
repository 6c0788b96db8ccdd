"""Read mail that was sent."""

from django.core.mail import EmailMessage, EmailMultiAlternatives

from shop.notifications.emails.send import send_due


def send_all() -> None:
    """Do what a woken worker does."""
    send_due(lambda: None)


def html_of(mail: EmailMessage) -> str:
    """The HTML part of a mail."""
    assert isinstance(mail, EmailMultiAlternatives)
    content, kind = mail.alternatives[0]
    assert kind == "text/html"
    return str(content)
