"""A sign that PostgreSQL cannot store is taken out or refused; no page fails."""

import pytest

from shop.tenancy.appointment_requests import open_requests
from tests.accounts.my_data import signed_in
from tests.contract_factories import make_running_contract

pytestmark = pytest.mark.django_db


def test_plan_with_a_nul_sends_back_to_the_choice() -> None:
    subscription = make_running_contract()
    browser = signed_in(subscription.client.client_admin)
    path = f"/portal/subscriptions/{subscription.pk}/plan/"
    for asked in ("product=%00&interval=month", "product=m&interval=%00"):
        answer = browser.get(f"{path}confirm/?{asked}")
        assert (answer.status_code, answer.headers["Location"]) == (302, path)


def test_request_to_appoint_is_kept_without_its_nul() -> None:
    subscription = make_running_contract()
    admin = subscription.client.client_admin
    path = f"/portal/clients/{subscription.client_id}/ask-for-successor/"
    assert signed_in(admin).post(path, {"note": "Uta\0 knows."}).status_code == 302
    assert open_requests().get().note == "Uta knows."
