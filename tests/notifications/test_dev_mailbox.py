"""The demo profile's mailbox: the backend that keeps mail, and its pages."""

from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from pytest_django import Settings

from shop.notifications.emails.models import MailboxEntry
from tests.factories import make_packed_order
from tests.notifications.sent import send_all
from tests.pages import assert_escaped, html, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "shop.notifications.emails.dev_mailbox.EmailBackend"


def test_mail_is_kept_with_text_and_html() -> None:
    mail = EmailMultiAlternatives("Subject", "The text", to=["a@example.com"])
    mail.attach_alternative("<p>The text</p>", "text/html")
    assert mail.send() == 1
    entry = MailboxEntry.objects.get()
    assert (entry.recipient, entry.subject) == ("a@example.com", "Subject")
    assert (entry.text, entry.html) == ("The text", "<p>The text</p>")


def test_what_is_attached_can_be_read(client: Client) -> None:
    mail = EmailMultiAlternatives("Subject", "The text", to=["a@example.com"])
    mail.attach("terms-1.txt", "What <b>was</b> agreed to.", "text/plain")
    mail.send()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    text = words(client.get(f"/dev/mailbox/{MailboxEntry.objects.get().pk}/"))
    assert "Attached: terms-1.txt" in text
    assert "What <b>was</b> agreed to." in text


def test_attached_file_that_is_no_text_is_opened_by_a_link(client: Client) -> None:
    mail = EmailMultiAlternatives("Subject", "The text", to=["a@example.com"])
    mail.attach("terms-1.txt", "Agreed.", "text/plain")
    mail.attach("Rechnung-1.pdf", b"%PDF-1.7 \xff", "application/pdf")
    mail.send()
    path = f"/dev/mailbox/{MailboxEntry.objects.get().pk}/"
    assert f'href="{path}attached/1/"' in html(client.get(path))
    answer = client.get(f"{path}attached/1/")
    assert answer.content == b"%PDF-1.7 \xff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="Rechnung-1.pdf"'
    for position in (0, 2):
        assert client.get(f"{path}attached/{position}/").status_code == 404


def test_mail_is_kept_once_for_each_recipient() -> None:
    send_mail("Subject", "Text", None, ["a@example.com", "b@example.com"])
    recipients = MailboxEntry.objects.values_list("recipient", flat=True)
    assert sorted(recipients) == ["a@example.com", "b@example.com"]
    assert set(MailboxEntry.objects.values_list("html", flat=True)) == {""}


def test_mailbox_lists_mail_newest_first(client: Client) -> None:
    for number in range(3):
        send_mail(f"Number {number}", "Text", None, ["a@example.com"])
    text = words(client.get("/dev/mailbox/"))
    assert text.index("Number 2") < text.index("Number 1") < text.index("Number 0")


def test_empty_mailbox_says_so(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Nothing was sent yet." in words(client.get("/dev/mailbox/"))


def test_page_of_a_mail_shows_its_text_with_a_link_to_follow(client: Client) -> None:
    order = make_packed_order()
    send_all()
    entry = MailboxEntry.objects.first()
    assert entry
    page = client.get(f"/dev/mailbox/{entry.pk}/")
    link = f"/register/{order.order_hash}/join/"
    assert link in words(page)
    assert f'href="http://localhost:8000{link}' in html(page)


def test_markup_in_a_mail_is_shown_not_run(client: Client) -> None:
    mail = EmailMultiAlternatives("<b>S</b>", "<script>a</script>", to=["a@example.com"])
    mail.attach_alternative("<script>b</script>", "text/html")
    mail.send()
    page = client.get(f"/dev/mailbox/{MailboxEntry.objects.get().pk}/")
    assert_escaped(page, "<b>S</b>", "<script>a</script>", "<script>b</script>")


def test_html_of_a_mail_is_shown_in_a_frame_that_runs_nothing(client: Client) -> None:
    mail = EmailMultiAlternatives("Subject", "The text", to=["a@example.com"])
    mail.attach_alternative("<head><style>p { color: red }</style></head><p>Hello</p>", "text/html")
    mail.send()
    path = f"/dev/mailbox/{MailboxEntry.objects.get().pk}/"
    page = client.get(path)
    assert f'src="{path}html/"' in html(page)
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = client.get(f"{path}html/")
    assert "<p>Hello</p>" in html(frame)
    assert '<base target="_blank">' in html(frame)  # our pages refuse to be shown in a frame
    policy = frame.headers["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "style-src 'sha256-" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_times_of_the_mailbox_are_written_as_everywhere(client: Client) -> None:
    send_mail("Subject", "Text", None, ["a@example.com"])
    entry = MailboxEntry.objects.get()
    MailboxEntry.objects.update(created_at=datetime(2026, 3, 7, 12, tzinfo=UTC))
    for path in ("", f"{entry.pk}/"):
        text = words(client.get(f"/dev/mailbox/{path}", headers={"accept-language": "en"}))
        assert "7 March 2026, 13:00" in text


def test_mail_that_is_not_there_is_404(client: Client) -> None:
    assert client.get("/dev/mailbox/1/").status_code == 404
    assert client.get(f"/dev/mailbox/{2**70}/").status_code == 404


def test_mailbox_is_for_the_demo_only(client: Client, settings: Settings) -> None:
    send_mail("Subject", "Text", None, ["a@example.com"])
    entry = MailboxEntry.objects.get()
    settings.DEMO = False
    for path in ("", f"{entry.pk}/", f"{entry.pk}/html/", f"{entry.pk}/attached/0/"):
        assert client.get(f"/dev/mailbox/{path}").status_code == 404
