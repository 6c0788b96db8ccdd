"""Mails about cancellations and withdrawals that were declared without signing in."""

import re

import pytest
from django.core.mail import EmailMessage
from django.utils.html import urlize
from pytest_django import Settings

from shop.billing.declarations import assign, prove
from shop.billing.models import Subscription
from shop.notifications.emails.content import HAIR_SPACE
from shop.notifications.emails.kinds import email_for, render
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import sample_message
from tests.contract_factories import make_declaration
from tests.factories import make_invoice, make_packed_order, make_staff, make_subscription
from tests.notifications.sent import html_of, send_all
from tests.pages import visitor
from tests.storefront.test_withdraw import BILLING

pytestmark = pytest.mark.django_db

REASON = "It was away.\n\n" + "Again and again. " * 60 + "\nSee https://evil.example/a?b=c"


def sent(mails: list[EmailMessage], subject: str) -> EmailMessage:
    """The one mail with this subject."""
    (found,) = [mail for mail in mails if mail.subject == subject]
    return found


def test_receipt_quotes_the_declaration_whole_without_links(
    mailoutbox: list[EmailMessage],
) -> None:
    make_declaration(for_cause=True, reason=REASON, name="N" * 200, contract="www.evil.example")
    send_all()
    mail = sent(mailoutbox, "We have received your cancellation")
    assert mail.to == ["nina@example.com"]
    # Our own address for questions ends each mail.
    text, ours, _address = str(mail.body).partition("Questions?")
    assert ours
    said = text.replace(HAIR_SPACE, "")
    for line in (*REASON.splitlines(), "N" * 200, "www.evil.example", "nina@example.com"):
        assert line.strip() in said
        assert line.strip() in html_of(mail).replace(HAIR_SPACE, "")
    assert "http" not in text.replace("https:" + HAIR_SPACE, "")
    # Nor is there one that a mail program would make.
    assert "<a" in urlize(REASON)
    assert "<a" not in urlize(text)
    assert re.findall('<a href="(?!mailto:|tel:)', html_of(mail)) == []


@pytest.mark.parametrize("kind", ["cancellation", "withdrawal"])
def test_receipt_says_when_the_declaration_was_received(
    kind: str, mailoutbox: list[EmailMessage]
) -> None:
    make_declaration(kind=kind)
    send_all()
    mail = sent(mailoutbox, f"We have received your {kind}")
    when = r"We received this \w+ on \d+ \w+ \d{4}, \d\d:\d\d \(UTC\+[12]\)\. This e-mail is"
    assert re.search(when, str(mail.body))
    assert re.search(r"\nReceived: \d+ \w+ \d{4}, \d\d:\d\d \(UTC\+[12]\)\n", str(mail.body))


def test_receipt_needs_no_contract_and_tells_of_none(mailoutbox: list[EmailMessage]) -> None:
    subscription = make_subscription()
    make_declaration(subscription.order)
    send_all()
    receipt = sent(mailoutbox, "We have received your cancellation")
    proof = str(mailoutbox[-1].body)
    for fact in (subscription.tier_name, subscription.project.name):
        assert f": {fact}\n" in proof
        assert f": {fact}\n" not in str(receipt.body)


def test_proof_goes_to_the_address_on_file_with_a_link_that_works(
    mailoutbox: list[EmailMessage],
) -> None:
    order = make_packed_order(language="en")
    case = make_declaration(order)
    send_all()
    mail = sent(mailoutbox, "Please confirm the cancellation of your contract")
    subscription = Subscription.objects.get(order=order)
    assert mail.to == [subscription.client.client_admin.email] != [case.declaration.email]
    (link,) = re.findall(r"https?://\S+(/declarations/prove/\S+)", str(mail.body))
    assert visitor().post(link).status_code == 302
    subscription.refresh_from_db()
    assert subscription.cancelled_at == case.declaration.received_at


def test_proof_is_obsolete_once_proven_or_once_there_is_a_newer_link() -> None:
    first, second = make_subscription().order, make_subscription().order
    proven, assigned = make_declaration(first), make_declaration(second)
    proofs = Message.objects.filter(kind="proof")
    assert [email_for(message).is_obsolete() for message in proofs] == [False, False]
    prove(proven)
    assert assign(assigned, second, make_staff(), mail_proof=True)
    proofs = Message.objects.filter(kind="proof").order_by("pk")
    assert [email_for(message).is_obsolete() for message in proofs] == [True, True, False]


def test_mail_about_a_withdrawal_names_what_is_credited_and_paid_back(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.CUSTOMERS = "everyone"
    order = make_packed_order(
        billing=BILLING, user_email="camille@example.com", client_name="C", language="en"
    )
    invoice = make_invoice(Subscription.objects.select_related("client", "order").get(order=order))
    invoice.payments.create(amount_cents=invoice.gross_cents, paid_on=invoice.issued_on)
    case = make_declaration(order, kind="withdrawal", email="camille@example.com")
    assert prove(case)
    send_all()
    mail = sent(mailoutbox, "Your withdrawal has taken effect")
    assert mail.to == ["camille@example.com"]
    text = str(mail.body)
    assert "All invoices for it are credited; you owe nothing." in text
    assert "Credited: €58.31\nWe refund: €58.31\n" in text
    assert "We transfer what you have paid within 14 days of your withdrawal." in text


def test_sample_of_a_proof_says_when_the_contract_ends() -> None:
    assert "The contract ends on " in render(sample_message("proof", 0, "en")).text
    assert "We refund everything" in render(sample_message("proof", 1, "en")).text
