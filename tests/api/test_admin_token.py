"""`admin_user_access_token`: from the call to the member's home, and what it must still be then."""

from typing import Any

import pytest
from allauth.idp.oidc.models import Token

from shop.catalogue.models import Product
from shop.orders.models import Order
from shop.tenancy.models import Client, Membership, Project
from tests.api.calls import post_order
from tests.factories import make_application, make_membership, make_project, make_token, pack_all
from tests.pages import AGREED, join_address, visitor, words

pytestmark = pytest.mark.django_db

JOIN = {**AGREED, "password": "quite a long phrase"}


@pytest.fixture
def partner() -> str:
    return make_token(make_application())


def placed(token: str, **members: Any) -> Order:
    """The packed order of these members."""
    answer = post_order(token, **members)
    assert answer.status_code == 201, answer.content
    pack_all()
    order = Order.objects.get(order_hash=answer.json()["data"]["order"]["order_hash"])
    assert order.state == "packed"
    return order


def home_of_new_member(order: Order) -> str:
    """Return the text that a new member reads after joining."""
    return words(visitor().post(join_address(order), JOIN, follow=True))


def test_user_is_added_to_an_existing_project(partner: str) -> None:
    project = make_project(name="Nachtdreh")
    admin_token = make_token(project.client.client_admin)
    order = placed(
        partner,
        client_name=None,
        project_name=None,
        client_id=project.client.pk,
        project_id=project.pk,
        user_email="new@gmx.com",
        admin_user_access_token=admin_token,
    )
    assert "Nachtdreh" in home_of_new_member(order)
    assert (Client.objects.count(), Project.objects.count()) == (1, 1)


def test_project_is_added_to_an_existing_client(partner: str) -> None:
    admin = make_project().client.client_admin
    order = placed(
        partner,
        client_name=None,
        user_email=None,
        client_id=Client.objects.get().pk,
        project_name="Tagdreh",
        admin_user_access_token=make_token(admin),
    )
    browser = visitor(admin)
    mine = Membership.objects.filter(user=admin, joined_at__isnull=False)
    assert not mine.exists()
    assert "Tagdreh" in words(browser.post(join_address(order), follow=True))
    assert [each.project.name for each in mine] == ["Tagdreh"]


def test_client_is_made_under_an_admins_token(partner: str) -> None:
    admin = make_project().client.client_admin
    order = placed(partner, client_name="Zweitfilm GmbH", admin_user_access_token=make_token(admin))
    assert "Zweitfilm GmbH" in words(visitor(admin).get("/portal/"))
    assert "OSD Yamdu Free" in home_of_new_member(order)


def test_members_of_the_tier_are_counted(partner: str) -> None:
    project = make_project()
    make_membership(project=project)
    Product.objects.filter(code="s").update(members=1)
    answer = post_order(
        partner,
        client_name=None,
        project_name=None,
        client_id=project.client.pk,
        project_id=project.pk,
        admin_user_access_token=make_token(project.client.client_admin),
    )
    assert answer.status_code == 201
    pack_all()
    assert Order.objects.get().state == "need_human"


def test_token_is_masked_in_answers_and_nowhere_in_rows(partner: str) -> None:
    admin_token = make_token(make_project().client.client_admin)
    answer = post_order(partner, key="k1", admin_user_access_token=admin_token)
    shown = answer.json()["data"]["order"]["admin_user_access_token"]
    assert shown == f"****{admin_token[-4:]}"
    for model in (Order, Token):
        assert admin_token not in str(list(model.objects.values()))


def test_bearer_token_gives_no_power_over_clients(partner: str) -> None:
    """Presenting a client_admin's token as the caller is not naming it in the order."""
    project = make_project()
    answer = post_order(
        make_token(project.client.client_admin),
        client_name=None,
        client_id=project.client.pk,
    )
    assert answer.status_code == 422
    assert answer.json()["error"] == {"admin_user_access_token": ["is required with client_id."]}
