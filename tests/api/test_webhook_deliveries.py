"""`/api/webhook_endpoints/{id}/…`: test events, new secrets, deliveries and replays."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from django.utils import timezone

from shop.access.tokens import SCOPES
from shop.notifications.webhooks import replay as replays
from shop.notifications.webhooks.endpoint_log import deliveries_of, shown_delivery
from shop.notifications.webhooks.endpoints import change, delete, register, secrets_of
from shop.notifications.webhooks.models import Attempt, Delivery, WebhookEndpoint
from shop.notifications.webhooks.ping import MOST_WAITING
from shop.orders.placing import Caller
from shop.orders.serializers import utc_text
from tests.api.test_webhook_endpoints import HOOK, PATH, call
from tests.factories import make_application, make_order, make_token, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ACTIONS = [
    ("POST", "test", None),
    ("POST", "rotate_secret", None),
    ("GET", "deliveries", None),
    ("POST", "replay", {"since": "2026-03-02T09:30:00Z"}),
]


def path_of(endpoint: WebhookEndpoint, action: str) -> str:
    return f"{PATH}/{endpoint.pk}/{action}"


def sent(endpoint: WebhookEndpoint, hours: float = 0, state: str = "delivered") -> Delivery:
    """A delivery of an order's change, so many hours ago."""
    make_order(caller=Caller(application=endpoint.application))
    delivery = endpoint.deliveries.latest("pk")
    at = timezone.now() - hours * HOUR
    Delivery.objects.filter(pk=delivery.pk).update(state=state, attempts=1, created_at=at)
    delivery.refresh_from_db()
    return delivery


def shown(delivery: Delivery) -> dict[str, Any]:
    return shown_delivery(deliveries_of(delivery.endpoint).get(pk=delivery.pk))  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [None, {}])
def test_test_event_is_queued_and_its_delivery_answered(body: Any) -> None:
    application = make_application()
    endpoint, other = register(application, HOOK), register(application, HOOK)
    answer = call(application, "POST", path_of(endpoint, "test"), body)
    delivery = Delivery.objects.get()
    assert answer.status_code == 202
    assert answer.json()["data"] == {"delivery": shown(delivery)}
    assert (delivery.endpoint, delivery.type) == (endpoint, "webhook_endpoint.test")
    assert answer.json()["data"]["delivery"]["order_hash"] is None
    assert not other.deliveries.exists()


def test_endpoint_that_is_off_is_not_tested_and_replays_nothing() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    delivery = sent(endpoint)
    change(endpoint, {"enabled": False})
    bodies = {"test": None, "replay": {"delivery": delivery.webhook_id}}
    for action, body in bodies.items():
        answer = call(application, "POST", path_of(endpoint, action), body)
        assert answer.status_code == 409
        assert answer.json()["error"] == {
            "base": ["This webhook endpoint is switched off: switch it on first."]
        }
    assert Delivery.objects.get().state == "delivered"


def test_few_tests_wait_at_once() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    answers = [
        call(application, "POST", path_of(endpoint, "test")) for _ in range(MOST_WAITING + 1)
    ]
    assert [answer.status_code for answer in answers] == [202] * MOST_WAITING + [409]
    assert Delivery.objects.count() == MOST_WAITING


@pytest.mark.parametrize("body", [None, {}])
def test_new_secret_is_answered_this_once_and_the_old_one_signs_too(body: Any) -> None:
    application = make_application()
    endpoint, bystander = register(application, HOOK), register(application, HOOK)
    old = endpoint.secret
    answer = call(application, "POST", path_of(endpoint, "rotate_secret"), body)
    endpoint.refresh_from_db()
    assert answer.status_code == 200
    answered = answer.json()["data"]["webhook_endpoint"]
    assert answered.pop("secret") == endpoint.secret != old
    assert (answered["id"], answered["url"]) == (endpoint.pk, HOOK["url"])
    assert secrets_of(endpoint) == [endpoint.secret, old]
    assert "secret" not in call(application, path=f"{PATH}/{endpoint.pk}").content.decode()
    before = bystander.secret
    bystander.refresh_from_db()
    assert secrets_of(bystander) == [before]


@pytest.mark.parametrize("action", ["test", "rotate_secret"])
@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"secret": "mine"}, 422, {"secret": ["is not known here."]}),
        ([], 400, {"base": ["The body must be an object: {}, or missing."]}),
        (None, 422, {"dry": ["is not a parameter of this URL."]}),
    ],
)
def test_body_that_asks_for_something_is_refused(
    action: str, body: Any, status: int, error: dict[str, Any]
) -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    query = "?dry=1" if body is None else ""
    answer = call(application, "POST", path_of(endpoint, action) + query, body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not Delivery.objects.exists()
    secret = endpoint.secret
    endpoint.refresh_from_db()
    assert (endpoint.secret, endpoint.previous_secrets) == (secret, None)


def test_deliveries_are_listed_newest_first_with_their_attempts() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    bystander = register(application, {**HOOK, "events": ["invoice.paid"]})
    old, new = sent(endpoint, hours=2), sent(endpoint, hours=1)
    call(application, "POST", path_of(bystander, "test"))
    Attempt.objects.create(
        delivery=old, at=timezone.now(), status=503, milliseconds=40, failure="status", answer="No"
    )
    answer = call(application, path=path_of(endpoint, "deliveries"))
    assert answer.status_code == 200
    assert answer.json()["data"]["array"] == [shown(new), shown(old)]
    assert answer.json()["data"]["array"][1]["attempts"][0]["answer"] == "No"
    assert answer["Total"] == "2"


def test_deliveries_are_walked_by_cursor() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    rows = [sent(endpoint, hours=hours) for hours in (3, 2, 1)]
    path, found = f"{path_of(endpoint, 'deliveries')}?per_page=2", []
    first = call(application, path=path)
    found += first.json()["data"]["array"]
    assert (first["Total"], first["Per-Page"]) == ("3", "2")
    after = first["Link"].split('>; rel="next"')[0].rpartition("<")[2]
    assert "cursor=" in after
    sent(endpoint)  # one that comes meanwhile moves nothing
    rest = call(application, path=after.removeprefix("http://testserver"))
    found += rest.json()["data"]["array"]
    assert [each["id"] for each in found] == [each.webhook_id for each in reversed(rows)]
    assert 'rel="next"' not in rest["Link"]


def test_deliveries_of_a_state_are_found() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    failed, _delivered = sent(endpoint, state="failed"), sent(endpoint)
    answer = call(application, path=path_of(endpoint, "deliveries") + "?state=failed")
    assert [each["id"] for each in answer.json()["data"]["array"]] == [failed.webhook_id]
    assert answer["Total"] == "1"
    assert "state=failed" in answer["Link"]


@pytest.mark.parametrize(
    ("query", "member"), [("state=lost", "state"), ("page=0", "page"), ("sort=type", "sort")]
)
def test_bad_parameter_of_the_deliveries_is_named(query: str, member: str) -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    answer = call(application, path=f"{path_of(endpoint, 'deliveries')}?{query}")
    assert (answer.status_code, list(answer.json()["error"])) == (422, [member])


def test_one_delivery_is_sent_again() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    wanted, bystander = sent(endpoint), sent(endpoint)
    body = {"delivery": wanted.webhook_id}
    answer = call(application, "POST", path_of(endpoint, "replay"), body)
    assert answer.status_code == 202
    assert answer.json()["data"] == {"replay": {"replayed": 1, "next_since": None}}
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {wanted.pk: "waiting", bystander.pk: "delivered"}


def test_all_since_a_time_is_sent_again() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    before, after = sent(endpoint, hours=2), sent(endpoint, hours=1)
    since = utc_text(timezone.now() - 1.5 * HOUR)
    answer = call(application, "POST", path_of(endpoint, "replay"), {"since": since})
    assert answer.json()["data"] == {"replay": {"replayed": 1, "next_since": None}}
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {before.pk: "delivered", after.pk: "waiting"}


def test_replay_of_more_than_fit_says_since_when_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "MOST_AT_ONCE", 1)
    application = make_application()
    endpoint = register(application, HOOK)
    rows = [sent(endpoint, hours=hours) for hours in (2, 1)]
    since: str | None = "2020-01-01"
    asked = []
    while since:
        asked.append(since)
        answer = call(application, "POST", path_of(endpoint, "replay"), {"since": since})
        since = answer.json()["data"]["replay"]["next_since"]
    assert asked == ["2020-01-01", utc_text(rows[1].created_at)]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting"}


ONE_OF_TWO = {"base": ["Send either since or delivery."]}
NO_TIME = {"since": ["must be a time like 2026-01-31T12:00:00Z."]}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, ONE_OF_TWO),
        ({"since": None}, ONE_OF_TWO),
        ({"since": "2026-03-02", "delivery": "msg_1"}, ONE_OF_TWO),
        ({"since": "yesterday"}, NO_TIME),
        ({"since": 5}, NO_TIME),
        ({"since": True}, NO_TIME),
        ({"since": "2026-02-30"}, NO_TIME),
        ({"since": []}, NO_TIME),
        ({"delivery": 5}, {"delivery": ["must be a string."]}),
        ({"delivery": "msg_1"}, {"delivery": ["is not a delivery of this webhook endpoint."]}),
        ({"delivery": "a\0"}, {"delivery": ["is not a delivery of this webhook endpoint."]}),
        ({"delivery": "x" * 99}, {"delivery": ["is not a delivery of this webhook endpoint."]}),
        (
            {"all": True, "since": 5},
            {"all": ["is not known here."], **NO_TIME},
        ),
    ],
)
def test_replay_names_its_faults(body: Any, error: dict[str, Any]) -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    sent(endpoint)
    answer = call(application, "POST", path_of(endpoint, "replay"), body)
    assert (answer.status_code, answer.json().get("error")) == (422, error)
    assert Delivery.objects.get().state == "delivered"


def test_delivery_of_another_endpoint_is_not_known() -> None:
    application = make_application()
    endpoint = register(application, HOOK)
    other = register(make_application("Other"), HOOK)
    foreign = sent(other)
    body = {"delivery": foreign.webhook_id}
    answer = call(application, "POST", path_of(endpoint, "replay"), body)
    assert answer.status_code == 422
    foreign.refresh_from_db()
    assert foreign.state == "delivered"


def test_replay_that_is_no_object_is_refused() -> None:
    endpoint = register(make_application(), HOOK)
    assert call(endpoint.application, "POST", path_of(endpoint, "replay"), []).status_code == 400


@pytest.mark.parametrize(("method", "action", "body"), ACTIONS)
def test_endpoint_of_another_application_is_not_there(method: str, action: str, body: Any) -> None:
    mine = make_application()
    others = register(make_application("Other"), HOOK)
    deleted = register(mine, HOOK)
    delete(deleted)
    for endpoint in (others, deleted):
        answer = call(mine, method, path_of(endpoint, action), body)
        assert answer.status_code == 404
        assert answer.json()["error"] == {"base": ["There is no such webhook endpoint."]}
    assert call(others.application, method, path_of(others, action), body).status_code < 300


@pytest.mark.parametrize(("method", "action", "body"), ACTIONS)
def test_token_of_a_user_and_one_without_the_scope_do_not_serve(
    method: str, action: str, body: Any
) -> None:
    application, user = make_application(), make_user()
    endpoint = register(application, HOOK)
    tokens = [make_token(user, *SCOPES)]
    Token.objects.filter(user=user).update(client=application.oauth_client)
    tokens.append(make_token(user, *SCOPES))
    tokens.append(make_token(application, "orders:read", "orders:write", "billing:read"))
    for token in tokens:
        answer = Client().generic(
            method, path_of(endpoint, action), headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 403
    assert not Delivery.objects.exists()
