"""The way out of a sole client_admin, on one page: hand over, end everything, or ask us."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_end import end_due
from shop.billing.models import Subscription
from shop.billing.payments import enter_payment
from shop.packing.contract_runs import run_due
from shop.tenancy.appointment_requests import ask_to_appoint, open_requests
from shop.tenancy.client_admins import NotClientAdminError, appoint
from shop.tenancy.deletion_wishes import carry_out_wishes
from shop.tenancy.departure_rows import AppointmentRequest, DeletionWish
from shop.tenancy.erasure import StillAdministersError, erase_user
from shop.tenancy.models import Client, Project, User
from tests.accounts.my_data import DATA, DELETE, EXPORT, signed_in
from tests.factories import (
    make_client,
    make_invoice,
    make_membership,
    make_order,
    make_project,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
)
from tests.pages import html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

UNDO = f"{DELETE}undo/"
LATER = "Delete my account as soon as possible"
AT_ONCE = "Delete your account for good"


def sole_admin() -> tuple[User, Subscription]:
    """Somebody who alone administers a client with one running contract, in one project."""
    admin = make_user()
    subscription = make_subscription(make_client(name="Kranfilm", client_admin=admin))
    Project.objects.filter(pk=subscription.project_id).update(name="Nachtdreh")
    return admin, subscription


def end_now(subscription: Subscription) -> None:
    """The contract is cancelled, has had its last day, and the worker carries its end out."""
    assert cancel_contract(subscription, by=subscription.client.client_admin)
    yesterday = timezone.localdate() - timedelta(days=1)
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=yesterday)
    end_due(lambda: None)
    run_due(lambda: None)


def test_running_contract_holds_the_account_and_leads_to_cancelling_it() -> None:
    admin, subscription = sole_admin()
    page = signed_in(admin).get(DELETE)
    text = words(page)
    assert "1. Hand the company over" in text
    assert "Nachtdreh · S · contract runs" in text
    assert f'href="/portal/subscriptions/{subscription.pk}/cancel/"' in html(page)
    assert LATER in text
    assert AT_ONCE not in text
    with pytest.raises(StillAdministersError):
        erase_user(admin)


def test_nobody_else_has_joined_so_the_page_leads_to_inviting_and_else_to_handing_over() -> None:
    admin, subscription = sole_admin()
    project = Project.objects.get(pk=subscription.project_id)
    browser = signed_in(admin)
    page = html(browser.get(DELETE))
    over = f'href="/portal/clients/{project.client_id}/hand-over/"'
    assert f'href="/portal/projects/{project.pk}/invite/"' in page
    assert over not in page
    make_membership(project=project)
    page = html(browser.get(DELETE))
    assert over in page
    assert f'href="/portal/projects/{project.pk}/invite/"' not in page


def test_wish_is_kept_shown_with_its_day_and_can_be_undone() -> None:
    admin, _subscription = sole_admin()
    browser = signed_in(admin)
    page = browser.post(DELETE, follow=True)
    assert page.status_code == 422
    assert not DeletionWish.objects.exists()
    page = browser.post(DELETE, {"sure": "on"}, follow=True)
    assert "You asked for this on" in words(page)
    assert LATER not in words(page)
    assert DeletionWish.objects.get().user == admin
    assert User.objects.get(pk=admin.pk).is_active
    assert "for your account to be deleted" in words(browser.get(DATA))
    page = browser.post(UNDO, follow=True)
    assert "Your account stays." in words(page)
    assert not DeletionWish.objects.exists()


def test_wish_is_carried_out_once_the_contract_has_ended_and_the_export_is_waived() -> None:
    admin, subscription = sole_admin()
    browser = signed_in(admin)
    browser.post(DELETE, {"sure": "on"})
    end_now(subscription)
    text = words(browser.get(DELETE))
    assert "Nachtdreh has ended; its data can be downloaded until" in text
    assert "contract runs" not in text
    carry_out_wishes(lambda: None)
    assert User.objects.get(pk=admin.pk).is_active
    waive = f"/portal/projects/{subscription.project_id}/export/waive/"
    assert "After this step, nobody can." in words(browser.get(waive))
    browser.post(waive)
    carry_out_wishes(lambda: None)
    assert User.objects.get(pk=admin.pk).is_erased
    assert browser.get(DATA).status_code == 302


def test_open_invoice_holds_the_account_until_it_is_paid() -> None:
    make_seller()
    admin, subscription = sole_admin()
    invoice = make_invoice(subscription)
    # Otherwise over, with its last day in the invoiced period.
    now, yesterday = timezone.now(), timezone.localdate() - timedelta(days=1)
    ended = {"ended_at": now, "ends_on": invoice.period_end, "next_period_on": None}
    Subscription.objects.filter(pk=subscription.pk).update(**ended)
    Project.objects.update(closed_at=now, export_until=yesterday)
    browser = signed_in(admin)
    page = browser.get(DELETE)
    assert "One invoice is open" in words(page)
    assert f'href="/portal/clients/{subscription.client_id}/invoices/"' in html(page)
    staff = make_staff()
    enter_payment(
        invoice, staff, amount_cents=invoice.gross_cents, currency="EUR",
        paid_on=timezone.localdate(),
    )  # fmt: skip
    assert AT_ONCE in words(browser.get(DELETE))


def test_order_under_way_is_named() -> None:
    admin = make_user()
    client = make_client(client_admin=admin)
    make_order(client_id=client.pk, client_name=None, client_admin=admin)
    page = signed_in(admin).get(DELETE)
    assert "One order is being set up." in words(page)
    assert f'href="/portal/clients/{client.pk}/orders/"' in html(page)


def test_client_that_needs_nobody_holds_nobody() -> None:
    client = make_client(name="Kranfilm")
    admin = client.client_admin
    browser = signed_in(admin)
    page = words(browser.get(DELETE))
    assert "Kranfilm" not in page
    assert AT_ONCE in page
    page = words(browser.post(DELETE, {"sure": "on"}, follow=True))
    assert "Your account is deleted." in page
    assert User.objects.get(pk=admin.pk).is_erased
    assert Client.objects.get(pk=client.pk).client_admin_id == admin.pk


def test_staff_are_asked_once_to_appoint_somebody_else_and_the_page_says_since_when() -> None:
    admin, subscription = sole_admin()
    client = subscription.client
    bystander, _of = sole_admin()
    browser = signed_in(admin)
    ask = f"/portal/clients/{client.pk}/ask-for-successor/"
    page = browser.post(ask, {"note": "Uta knows the company."}, follow=True)
    assert "You asked us on" in words(page)
    assert "Ask to appoint somebody else" not in words(page)
    browser.post(ask, {"note": "Once more."})
    request = AppointmentRequest.objects.get()
    assert (request.client, request.asked_by, request.note) == (
        client, admin, "Uta knows the company.",
    )  # fmt: skip
    assert "Ask to appoint somebody else" in words(signed_in(bystander).get(DELETE))


def test_export_holds_what_was_asked_on_the_way_out() -> None:
    user, other = make_user(time_zone="America/Lima"), make_user()
    client = make_client(client_admin=user, name="Kranfilm")
    wish = DeletionWish.objects.create(user=user)
    DeletionWish.objects.create(user=other)
    assert ask_to_appoint(client, user, "Uta knows the company.")
    assert ask_to_appoint(make_client(client_admin=other), other, "Somebody else's")
    data = json.loads(signed_in(user).get(EXPORT).content)
    assert data["user"]["time_zone"] == "America/Lima"
    assert data["wishes_to_be_deleted"] == [{"asked_at": wish.asked_at.isoformat()}]
    (asked,) = data["requests_to_appoint"]
    assert (asked["client"], asked["note"], asked["done_at"]) == (
        "Kranfilm",
        "Uta knows the company.",
        None,
    )


def test_only_the_client_admin_asks_to_appoint() -> None:
    admin, subscription = sole_admin()
    ask = f"/portal/clients/{subscription.client_id}/ask-for-successor/"
    assert visitor(make_user()).post(ask).status_code == 404
    with pytest.raises(NotClientAdminError):
        ask_to_appoint(subscription.client, make_user(), "")
    assert not AppointmentRequest.objects.exists()
    assert visitor(admin).post(ask).status_code == 302
    assert open_requests().get().note == ""


def test_whoever_was_replaced_is_deleted_by_their_wish() -> None:
    admin, subscription = sole_admin()
    signed_in(admin).post(DELETE, {"sure": "on"})
    assert appoint(subscription.client, make_user())
    carry_out_wishes(lambda: None)
    assert User.objects.get(pk=admin.pk).is_erased


def test_staff_see_on_the_page_of_a_person_what_holds_them() -> None:
    admin, subscription = sole_admin()
    browser = visitor(make_staff())
    page = browser.get(f"/staff/people/accounts/{admin.pk}/")
    assert "Kranfilm still needs this person: a contract runs" in words(page)
    erase = f"/staff/people/accounts/{admin.pk}/erase/"
    page = browser.get(erase, follow=True)
    assert "A client still needs this person" in words(page)
    Client.objects.filter(pk=subscription.client_id).update(client_admin=make_user())
    make_project()
    assert "still needs" not in words(browser.get(f"/staff/people/accounts/{admin.pk}/"))
