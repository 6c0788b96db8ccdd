"""A declaration that is sent several times at once."""

import pytest

from shop.billing.declaration_rows import Declaration
from shop.notifications.emails.models import Message
from tests.orders.test_parallel import CALLERS, at_once
from tests.pages import visitor
from tests.storefront.declaring import ORDINARY, PATH

pytestmark = pytest.mark.django_db(transaction=True)


def test_form_that_is_sent_several_times_at_once_declares_once() -> None:
    sent = {"form_token": "x" * 32, **ORDINARY}
    answers = at_once(lambda _number: visitor().post(PATH, sent).status_code)
    assert answers == [302] * CALLERS
    assert Declaration.objects.count() == 1
    assert Message.objects.filter(kind="receipt").count() == 1
