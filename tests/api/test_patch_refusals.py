"""`PATCH /api/orders/{order_hash}`: what is no change, what is refused, and who may not."""

import json
from typing import Any

import pytest
from django.test import Client as Browser

from shop.access.tokens import READ
from shop.orders.models import Order, OrderEvent
from shop.orders.problems import SENTENCES
from shop.orders.signals import order_corrected
from tests.api.calls import patch
from tests.api.patches import OWN, STATES, TOO_LATE, changed, ours, placed, refused, shown_to
from tests.factories import (
    BILLING,
    make_application,
    make_order,
    make_project,
    make_token,
    make_user,
)
from tests.signals import heard

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("situation", STATES)
def test_order_as_it_is_changes_nothing_in_any_state(situation: str) -> None:
    token, before = placed(situation)
    patch(token, before["order_hash"], **OWN)
    before = shown_to(token, before["order_hash"])
    shown_alone = {"order_hash", "order_number", "packing_errors", "packing_error_code", "price"}
    shown_alone |= {"state", "status", "subscription", "registration_url"}
    same = {name: before[name] for name in before.keys() - shown_alone if name[-3:] != "_at"}
    with heard(order_corrected) as told:
        assert changed(token, before, **same) == {}
        assert changed(token, before) == {}
    assert told == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("product", "m"),
        ("product", None),
        ("client_id", 7),
        ("client_id", True),
        ("project_id", 7),
        ("admin_user_access_token", "secret"),
        ("redirection_uri", "https://partner.example/hook"),
        ("language", "en"),
        ("language", None),
        ("promo_code", "SUMMER"),
        ("interval", "year"),
    ],
)
@pytest.mark.parametrize("situation", ["details", "packed"])
def test_other_members_are_never_changed(situation: str, member: str, value: Any) -> None:
    token, before = placed(situation)
    found = refused(422, token, before, **{member: value, "reference": "PO-1"})
    assert found == {member: [SENTENCES["not_correctable"]]}


def test_every_fault_is_told_at_once_and_nothing_is_changed() -> None:
    token, before = placed("details")
    answer = Browser().patch(
        f"/api/orders/{before['order_hash']}",
        json.dumps(
            {
                "order": {
                    "reference": "fine",
                    "metadata": {"a": 1},
                    "client_name": " ",
                    "user_email": "nobody",
                    "user_login": "someone@example.com",
                    "billing": {**BILLING, "country": "Germany"},
                    "product": "m",
                    "state": "packed",
                    "colour": "red",
                },
                "dry_run": True,
            }
        ),
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 422
    assert answer.json()["error"] == {
        "dry_run": [SENTENCES["beside_the_order"]],
        "product": [SENTENCES["not_correctable"]],
        "state": ["is read-only."],
        "colour": [SENTENCES["unknown_member"]],
        "client_name": ["must not be blank."],
        "user_email": ["must be a bare e-mail address."],
        "user_login": ["may contain @ only if it equals user_email."],
        "metadata.a": ["must be a string."],
        "billing.country": [SENTENCES["unknown_country"]],
    }
    assert shown_to(token, before["order_hash"]) == before


def test_faulty_value_is_422_also_where_the_state_forbids_the_change() -> None:
    token, before = placed("packed")
    found = refused(422, token, before, client_name="", user_first_name="Nina")
    assert found == {"client_name": ["must not be blank."]}


def test_change_that_is_in_part_too_late_changes_nothing() -> None:
    token, before = placed("packed")
    members: dict[str, Any] = {**OWN, "billing": BILLING, "client_name": "Other"}
    assert refused(409, token, before, **members) == {"client_name": TOO_LATE}


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, "{"), (400, "[]"), (400, "{}"), (400, '{"order":[]}'), (400, '{"order":null}')],
)
def test_body_without_an_order_is_refused(status: int, body: str) -> None:
    token, before = placed("details")
    path = f"/api/orders/{before['order_hash']}"
    headers = {"Authorization": f"Bearer {token}"}
    answer = Browser().patch(path, body, "application/json", headers=headers)
    assert answer.status_code == status
    answer = Browser().patch(path, '{"order":{}}', "text/plain", headers=headers)
    assert answer.status_code == 415
    answer = Browser().patch(f"{path}?x=1", '{"order":{}}', "application/json", headers=headers)
    assert (answer.status_code, list(answer.json()["error"])) == (422, ["x"])


def test_order_of_somebody_else_is_404_like_an_unknown_one() -> None:
    _token, before = placed("packed")
    token = make_token(make_application())
    unknown = patch(token, "0" * 32, **OWN)
    assert unknown.status_code == 404
    assert patch(token, before["order_hash"], **OWN).content == unknown.content
    assert shown_to(_token, before["order_hash"]) == before


def test_call_needs_a_live_token_with_the_scope_to_write() -> None:
    token, before = placed("packed")
    application = Order.objects.get(order_hash=before["order_hash"]).application
    assert application
    reads = patch(make_token(application, READ), before["order_hash"], **OWN)
    told = 'Bearer error="insufficient_scope", scope="orders:write"'
    assert (reads.status_code, reads["WWW-Authenticate"]) == (403, told)
    assert patch("nobody's", before["order_hash"], **OWN).status_code == 401
    assert shown_to(token, before["order_hash"]) == before


def test_user_whose_token_has_placed_an_order_is_named_in_its_history() -> None:
    order, user = make_order(), make_user()
    Order.objects.filter(pk=order.pk).update(placed_by=user)
    assert patch(make_token(user), order.order_hash, **OWN).status_code == 200
    assert order.events.get(kind=OrderEvent.Kind.CORRECTED).actor == user


def test_reference_of_an_order_whose_client_was_handed_over_is_changed() -> None:
    project = make_project()
    admin = project.client.client_admin
    order = make_order(
        client_id=project.client.pk,
        client_name=None,
        admin_user_access_token=make_token(admin),
    )
    project.client.client_admin = make_user()
    project.client.save()
    token = ours(order)
    assert changed(token, shown_to(token, order.order_hash), **OWN).keys() == {*OWN, "updated_at"}
