"""Every table is searched for a deleted person."""

import json
from base64 import b64encode

import pytest
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage

from shop.notifications.webhooks.models import Delivery
from shop.orders.models import OrderEvent
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Client, User
from tests.accounts.factors import by_password
from tests.accounts.traces import EMAIL, TRACES, leave_traces, rows_with
from tests.factories import make_user
from tests.pages import visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def test_nothing_of_a_deleted_person_is_left_in_any_table(mailoutbox: list[EmailMessage]) -> None:
    """They did all that leaves traces; then every table is searched."""
    user = leave_traces()
    assert mailoutbox
    Client.objects.update(client_admin=make_user())
    assert len(rows_with(*TRACES)) > 20

    last = visitor()
    by_password(last, user)
    Authenticator.objects.all().delete()
    erase_user(User.objects.get(pk=user.pk))

    assert rows_with(*TRACES, b64encode(EMAIL.encode()).decode()) == []
    assert Delivery.objects.exists()
    for delivery in Delivery.objects.all():
        told = json.loads(delivery.payload)["data"]["order"]
        assert (told["user_email"], told["client_name"]) == (None, "Kran")
    assert OrderEvent.objects.get(kind="note").note == "Frau … (…) rief an."
