"""`/api/webhook_endpoints`: register, list, change and delete an application's own endpoints."""

import json
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from pytest_django import Settings

from shop.access.models import Application
from shop.access.tokens import SCOPES
from shop.notifications.webhooks.endpoints import EVENTS, LARGEST_NUMBER, WHOLE_KINDS, register
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.orders.placing import Caller
from shop.tenancy.models import User
from tests.factories import make_application, make_order, make_token, make_user
from tests.pages import Response

pytestmark = pytest.mark.django_db

PATH = "/api/webhook_endpoints"
HOOK = {"url": "https://partner.example/hooks", "events": ["order.*", "invoice.issued"]}


def call(
    holder: Application | User, method: str = "GET", path: str = PATH, body: Any = None
) -> Response:
    token = make_token(holder, *SCOPES)
    return Client().generic(
        method,
        path,
        json.dumps(body) if body is not None else "",
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_registered_endpoint_is_answered_with_its_secret_this_once() -> None:
    application = make_application()
    made = call(application, "POST", body=HOOK)
    row = WebhookEndpoint.objects.get()
    assert (made.status_code, made["Location"]) == (201, f"{PATH}/{row.pk}")
    shown = made.json()["data"]["webhook_endpoint"]
    secret = shown.pop("secret")
    assert secret == row.secret
    assert secret.startswith("whsec_")
    assert shown.pop("created_at")
    assert shown == {"id": row.pk, **HOOK, "enabled": True}
    for answer in (call(application), call(application, path=made["Location"])):
        assert answer.status_code == 200
        assert "partner.example" in answer.content.decode()
        assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("event", [*EVENTS, *WHOLE_KINDS])
def test_each_event_can_be_asked_for(event: str) -> None:
    assert call(make_application(), "POST", body={**HOOK, "events": [event]}).status_code == 201


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"url": None}, {"url": ["is required."]}),
        ({"url": "http://partner.example/"}, {"url": ["must be an absolute https URI."]}),
        (
            {"url": "https://127.0.0.1/"},
            {"url": ["must not be an IP address that is not public."]},
        ),
        ({"url": "https://a:b@c.example/"}, {"url": ["must not contain user information."]}),
        ({"url": 5}, {"url": ["must be a string."]}),
        ({"events": []}, {"events": ["must name at least one event."]}),
        ({"events": None}, {"events": ["is required."]}),
        ({"events": "order.*"}, {"events": ["must be a list."]}),
        (
            {"events": ["orders", "*", 5]},
            {"events": ["must be names of events, as the guide lists them."]},
        ),
        ({"enabled": "yes"}, {"enabled": ["must be true or false."]}),
        ({"secret": "mine"}, {"secret": ["is not known here."]}),
        ({"id": None}, {"id": ["is not known here."]}),
    ],
)
def test_faults_are_named_and_nothing_is_registered(
    settings: Settings, changes: dict[str, Any], error: dict[str, Any]
) -> None:
    settings.DEMO = False
    answer = call(make_application(), "POST", body={**HOOK, **changes})
    assert (answer.status_code, answer.json()["error"]) == (422, error)
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("body", [[], "x", 1])
def test_body_that_is_no_object_is_refused(body: Any) -> None:
    assert call(make_application(), "POST", body=body).status_code == 400


def test_application_has_a_largest_number_of_endpoints() -> None:
    application, other = make_application(), make_application("Other")
    for _ in range(LARGEST_NUMBER):
        register(application, HOOK)
    answer = call(application, "POST", body=HOOK)
    assert answer.status_code == 422
    assert answer.json()["error"]["base"][0].startswith("This application has 20 ")
    assert call(other, "POST", body=HOOK).status_code == 201
    assert application.webhook_endpoints.count() == LARGEST_NUMBER


def test_endpoints_of_another_application_are_not_there() -> None:
    mine, others = make_application(), register(make_application("Other"), HOOK)
    own = register(mine, HOOK)
    shown = call(mine).json()["data"]["array"]
    assert [each["id"] for each in shown] == [own.pk]
    for method, body in (("GET", None), ("PATCH", {"enabled": False}), ("DELETE", None)):
        answer = call(mine, method, f"{PATH}/{others.pk}", body)
        assert answer.status_code == 404
    others.refresh_from_db()
    assert others.enabled


def test_change_keeps_what_is_not_sent() -> None:
    application = make_application()
    hook = register(application, HOOK)
    path = f"{PATH}/{hook.pk}"
    new = {"events": ["subscription.started"], "url": None}
    shown = call(application, "PATCH", path, new).json()["data"]["webhook_endpoint"]
    assert (shown["url"], shown["events"]) == (HOOK["url"], ["subscription.started"])
    refused = call(application, "PATCH", path, {"events": [], "secret": "mine"})
    assert (refused.status_code, sorted(refused.json()["error"])) == (422, ["events", "secret"])
    secret = hook.secret
    hook.refresh_from_db()
    assert (hook.events, hook.secret) == (["subscription.started"], secret)


def test_what_waits_for_an_endpoint_that_is_switched_off_is_not_sent() -> None:
    application = make_application()
    hook, other = register(application, HOOK), register(application, HOOK)
    make_order(caller=Caller(application=application))
    shown = call(application, "PATCH", f"{PATH}/{hook.pk}", {"enabled": False}).json()
    assert shown["data"]["webhook_endpoint"]["enabled"] is False
    found = Delivery.objects.values_list("endpoint", "state")
    assert set(found) == {(hook.pk, "gone"), (other.pk, "waiting")}


def test_deleted_endpoint_takes_along_what_waits_for_it() -> None:
    application = make_application()
    hook, other = register(application, HOOK), register(application, HOOK)
    make_order(caller=Caller(application=application))
    answer = call(application, "DELETE", f"{PATH}/{hook.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert list(Delivery.objects.values_list("endpoint", flat=True)) == [other.pk]


@pytest.mark.parametrize("of_application", [True, False])
def test_token_of_a_user_does_not_serve(of_application: bool) -> None:
    application, user = make_application(), make_user()
    register(application, HOOK)
    value = make_token(user, *SCOPES)
    if of_application:
        Token.objects.filter(user=user).update(client=application.oauth_client)
    for method in ("GET", "POST"):
        answer = Client().generic(method, PATH, headers={"Authorization": f"Bearer {value}"})
        assert answer.status_code == 403
        assert "partner.example" not in answer.content.decode()
    assert call(application).status_code == 200


def test_token_needs_the_scope() -> None:
    token = make_token(make_application(), "orders:read", "orders:write", "billing:read")
    answer = Client().get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert answer["WWW-Authenticate"] == ('Bearer error="insufficient_scope", scope="webhooks"')
