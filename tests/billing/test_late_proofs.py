"""Links that prove a declaration serve the mailbox on file alone, and only while it still counts."""

from datetime import date

import pytest
from django.db import transaction

from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.declarations import case_of, proof_token, prove
from shop.billing.models import Subscription
from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message
from shop.tenancy.client_admins import appoint
from tests.billing.contracts import documents, paid_until
from tests.billing.runs import clock_at, issue_on
from tests.contract_factories import make_declaration
from tests.factories import bystander, make_subscription, make_user

pytestmark = pytest.mark.django_db


def test_link_ends_as_the_client_is_handed_over() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order)
    token = proof_token(case)
    with bystander():
        assert case_of(token) == case
        assert appoint(subscription.client, make_user())
    assert case_of(token) is None
    case.refresh_from_db()
    new = case_of(proof_token(case))
    assert new == case


def test_link_is_not_mailed_once_the_client_was_handed_over() -> None:
    subscription = make_subscription()
    make_declaration(subscription.order)
    message = Message.objects.get(kind=Message.Kind.PROOF)
    assert not email_for(message).is_obsolete()
    assert appoint(subscription.client, make_user())
    message.refresh_from_db()
    assert email_for(message).is_obsolete()


def test_link_ends_as_the_address_on_file_changes() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order)
    token = proof_token(case)
    admin = subscription.client.client_admin
    admin.email = "elsewhere@example.com"
    admin.save()
    assert case_of(token) is None


def test_declaration_from_before_a_cancellation_was_taken_back_is_for_staff() -> None:
    """It would end the contract in the past, and credit what was used since."""
    with clock_at(date(2026, 3, 20)):
        subscription = paid_until(date(2026, 3, 31))
        case = make_declaration(subscription.order)
        admin = subscription.client.client_admin
        assert cancel_contract(subscription, by=admin)
        assert take_back(subscription, admin)
    issue_on(date(2026, 4, 1), subscription)
    with clock_at(date(2026, 4, 30)), transaction.atomic():
        found = case_of(proof_token(case))
        assert found
        assert prove(found)
    case.refresh_from_db()
    assert case.state == "staff"
    assert case.proven_at
    assert Subscription.objects.get(pk=subscription.pk).ends_on is None
    assert [kind for kind, *_rest in documents(subscription)] == ["invoice", "invoice"]


def test_declaration_from_after_it_was_taken_back_takes_effect() -> None:
    with clock_at(date(2026, 3, 20)):
        subscription = paid_until(date(2026, 3, 31))
        admin = subscription.client.client_admin
        assert cancel_contract(subscription, by=admin)
        assert take_back(subscription, admin)
    with clock_at(date(2026, 3, 21)):
        case = make_declaration(subscription.order)
        assert prove(case)
    case.refresh_from_db()
    assert case.state == "effective"
