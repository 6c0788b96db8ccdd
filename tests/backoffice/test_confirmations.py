"""Staff are asked before what cannot be taken back, and told what it does."""

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from portal.backoffice.models import BulkJob
from shop.access.models import Application, SigningSecret
from shop.access.signing_secrets import rotate
from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.factories import (
    make_application,
    make_client,
    make_membership,
    make_order,
    make_staff,
    make_subscription,
    make_token,
    pack_all,
)
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return visitor(make_staff())


def asked(browser: Client, path: str) -> str:
    """The words of the page that asks; it holds a form that posts to the same address."""
    page = browser.get(path)
    assert page.status_code == 200
    main = html(page).partition("<main")[2]
    assert main.count('<form class="stack" method="post" novalidate>') == 1
    return words(page)


def test_revoking_a_token_tells_how_many_orders_need_it(browser: Client) -> None:
    application = make_application()
    make_token(application)
    other = make_token(make_client().client_admin)
    token = Token.objects.get(client=application.oauth_client)
    waiting, done = make_order(), make_order()
    Order.objects.filter(pk=done.pk).update(token=token, state="packed")
    Order.objects.filter(pk=waiting.pk).update(token=token)
    path = f"/staff/applications/{application.pk}/"
    assert f'href="{path}tokens/{token.pk}/revoke/"' in html(browser.get(path))
    question = asked(browser, f"{path}tokens/{token.pk}/revoke/")
    assert "1 order uses it and is not set up yet: staff will have to review it." in question
    assert Token.objects.filter(pk=token.pk).exists()
    assert browser.post(f"{path}tokens/{token.pk}/revoke/").status_code == 302
    assert not Token.objects.filter(pk=token.pk).exists()
    assert Token.objects.count() == 1
    assert other


def test_new_signing_secret_tells_when_the_old_one_ends(browser: Client) -> None:
    application = make_application()
    path = f"/staff/applications/{application.pk}/signing-secret/"
    assert "The old secret expires" not in asked(browser, path)
    rotate(application)
    question = asked(browser, path)
    assert (
        "The old secret expires in 24 hours; until then webhooks are signed with both." in question
    )
    assert SigningSecret.objects.count() == 1
    assert browser.post(path).status_code == 200
    assert SigningSecret.objects.count() == 2


def test_switching_off_tells_which_orders_it_concerns(browser: Client) -> None:
    application, other = make_application(), make_application("Other")
    make_order(caller=Caller(application=application))
    make_order(caller=Caller(application=other))
    path = f"/staff/applications/{application.pk}/off/"
    question = asked(browser, path)
    assert "1 order that it placed is not finished" in question
    assert Application.objects.filter(active=True).count() == 2
    browser.post(path)
    assert [each.name for each in Application.objects.filter(active=True)] == ["Other"]


@pytest.mark.parametrize("action", ["cancel", "approve", "retry"])
def test_bulk_action_lists_the_orders_and_their_sum(browser: Client, action: str) -> None:
    product = "s" if action == "cancel" else "xl"
    first, second, other = (make_order(product, client_name=name) for name in ("A1", "B2", "C3"))
    if action != "cancel":
        pack_all()
    if action == "retry":
        Order.objects.update(fault="tries_used_up")
    data = {"action": action, "order": [first.pk, second.pk]}
    page = browser.post("/staff/bulk/new/", data)
    cents = first.gross_cents + second.gross_cents
    assert cents != first.net_cents + second.net_cents
    listed = words(page)
    assert f"Together, per month with VAT: €{cents / 100:,.2f}" in listed
    assert f"Order {first.order_number} A1" in listed
    assert f"Order {second.order_number} B2" in listed
    assert f"Order {other.order_number} " not in listed
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize("path", ["cancel/", "end-now/"])
def test_button_that_ends_a_contract_looks_its_part(path: str) -> None:
    subscription = make_subscription()
    clerk = visitor(make_staff("billing"))
    page = f"/staff/subscriptions/{subscription.pk}/"
    assert f'class="button button--danger" href="{page}{path}"' in html(clerk.get(page))
    question = html(clerk.get(f"{page}{path}"))
    assert '<button class="button button--danger">' in question
    assert "button--primary" not in question
    # What can be undone keeps the look of what is to be done.
    assert '<button class="button button--primary">' in html(clerk.get(f"{page}raise/"))


def test_order_is_not_cancelled_without_a_reason_and_a_tick(browser: Client) -> None:
    order = make_order()
    page = browser.post(f"/staff/orders/{order.pk}/cancel/", {"reason": "Twice."})
    assert (page.status_code, "Please tick the box to confirm." in words(page)) == (422, True)
    order.refresh_from_db()
    assert order.state == "pending"


def test_client_admin_is_asked_before_a_member_is_removed() -> None:
    membership = make_membership()
    project = membership.project
    browser = visitor(project.client.client_admin)
    path = f"/portal/projects/{project.pk}/members/{membership.pk}/remove/"
    page = browser.get(path)
    assert "They lose access to the project." in words(page)
    assert project.memberships.count() == 1


def test_member_is_asked_before_their_own_token_is_revoked() -> None:
    admin = make_client().client_admin
    make_token(admin)
    browser, number = visitor(admin), Token.objects.get().pk
    page = browser.get(f"/portal/tokens/{number}/revoke/")
    assert page.status_code == 200
    assert Token.objects.count() == 1
