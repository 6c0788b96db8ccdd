"""The page of the shop's health: what it looks at, its verdicts, and where they lead."""

import re
import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.backoffice.reports import worker_health
from shop.billing.contract_end import end_due
from shop.billing.models import InvoiceDispatch
from shop.content.models import PrintedVersion, Version
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery, Receiver
from shop.orders.models import Order
from shop.tenancy.vat_id_check import VatIdCheck
from shop.version import version
from shop.worker.models import Heartbeat, InstanceBeat, WorkerInstance
from tests.billing.runs import beat
from tests.billing.test_failed_ends import cancelled, end_failing, states
from tests.clock import clock_at
from tests.factories import make_invoice, make_order, make_staff, make_subscription
from tests.notifications.receiver import make_order_for
from tests.pages import html, visitor, words
from tests.worker.instance_rows import make_instance

pytestmark = pytest.mark.django_db

PATH = "/staff/health/"
MINUTE = timedelta(minutes=1)


def set_free(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """Let this share of the disk be free."""
    total = 100 * worker_health.GIGABYTE
    usage = SimpleNamespace(total=total, free=int(total * share))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is well, on a machine that is."""
    set_free(monkeypatch, 0.5)
    monkeypatch.setattr(worker_health, "SLOW_MS", 60_000)
    now = timezone.now()
    for cluster in django_settings.WORKER_CLUSTERS:
        Heartbeat.objects.create(cluster=cluster, beat_at=now, hourly_at=now)
    WorkerInstance.objects.create(
        host="host-7", pid=42, version=version(), started_at=now, seen_at=now
    )


def page() -> str:
    answer = visitor(make_staff("viewer")).get(PATH)
    assert answer.status_code == 200
    return html(answer)


def verdicts(lines: int = 21) -> dict[str, str]:
    """The verdict of each of so many lines, by its label."""
    found = re.findall(r'<div data-verdict="(\w+)">\s*<dt>(.*?)</dt>', page())
    assert len(found) == lines
    return {label: verdict for verdict, label in found}


def worse(lines: int = 21) -> dict[str, str]:
    """The lines that are not fine."""
    return {label: verdict for label, verdict in verdicts(lines).items() if verdict != "fine"}


def test_well_shop_is_fine_in_every_line() -> None:
    assert worse() == {}
    assert "Everything is fine." in page()


def test_cluster_that_is_quiet_for_half_a_minute_is_to_be_looked_at() -> None:
    row = Heartbeat.objects.filter(cluster="messages")
    row.update(beat_at=timezone.now() - MINUTE / 2)
    assert worse() == {"E-mails, invoices": "look"}
    row.update(beat_at=timezone.now() - MINUTE * 3)
    assert worse() == {"E-mails, invoices": "act"}


def test_cluster_without_a_heartbeat_is_to_be_acted_on() -> None:
    Heartbeat.objects.filter(cluster="packing").update(
        beat_at=timezone.now() - 3 * MINUTE, restarts=2
    )
    Heartbeat.objects.filter(cluster="webhooks").delete()
    assert worse() == {"Setup": "act", "Webhooks": "act"}
    text = page()
    assert re.search(r"last heartbeat 3 min( \d+ s)? ago, restarted 2 times", text)
    assert "no heartbeat yet" in text
    assert "Something has to be done now." in text


@pytest.mark.parametrize(
    ("seen", "beats", "other", "verdict", "sentence"),
    [
        (0, True, 0, "fine", f"host-7 42, version {version()}, since"),
        (0, True, 1, "fine", "\nb 1, version"),
        (0, True, 6, "fine", "\n… (7 in all)"),
        (5, True, 0, "look", "It is not known where the worker runs."),
        (5, False, 0, "act", "No worker is running."),
    ],
)
def test_instances_of_the_worker(
    seen: float, beats: bool, other: int, verdict: str, sentence: str
) -> None:
    now = timezone.now()
    WorkerInstance.objects.update(seen_at=now - seen * MINUTE)
    for _ in range(other):
        WorkerInstance.objects.create(
            host="b", pid=1, version=version(), started_at=now, seen_at=now
        )
    if not beats:
        Heartbeat.objects.update(beat_at=now - 10 * MINUTE)
    assert verdicts()["Runs on"] == verdict
    assert sentence in page()


def test_worker_of_another_version_is_named() -> None:
    WorkerInstance.objects.update(version="0.9")
    assert worse() == {"Runs on": "look"}
    assert f"host-7 42: not the version of the web server ({version()})." in page()


def test_worker_that_froze_or_vanished_beside_others_is_to_be_looked_at() -> None:
    make_instance("host-8", quiet=300)
    assert worse() == {"Runs on": "look"}
    assert "host-8 42: part of the work stands still there." in page()
    InstanceBeat.objects.all().delete()
    seen = timezone.now() - 5 * MINUTE
    WorkerInstance.objects.filter(host="host-8").update(seen_at=seen)
    assert worse() == {"Runs on": "look"}
    assert "host-8 42: not seen any more, and it did not shut down." in page()


def test_hourly_work_that_failed_or_is_late_is_named() -> None:
    row = Heartbeat.objects.filter(cluster="messages")
    row.update(hourly_failures="shop.a.tell_overdue\nshop.b.delete_expired")
    Heartbeat.objects.exclude(cluster="messages").update(hourly_at=None)
    assert worse() == {"Last hourly work": "look"}
    assert "failed: tell_overdue, delete_expired" in page()
    row.update(hourly_at=timezone.now() - 90 * MINUTE, hourly_failures="")
    assert worse() == {"Last hourly work": "look"}
    row.update(hourly_at=timezone.now() - 300 * MINUTE)
    assert worse() == {"Last hourly work": "act"}
    row.update(hourly_at=None)
    assert "not yet" in page()


def test_due_order_that_nobody_sets_up_leads_to_its_rows(settings: Settings) -> None:
    make_order()
    assert worse() == {}
    Order.objects.update(updated_at=timezone.now() - 4 * MINUTE)
    assert worse() == {"Oldest due order": "look"}
    Order.objects.update(updated_at=timezone.now() - (settings.LATE_AFTER_MINUTES + 1) * MINUTE)
    found = worse()
    assert found["Oldest due order"] == "act"
    assert 'href="/staff/?show=pending"' in page()


def test_orders_that_need_staff_are_counted() -> None:
    order = make_order()
    Order.objects.filter(pk=order.pk).update(state="need_human", fault="manual_tier")
    assert worse() == {"Orders that need attention": "look"}


def test_late_mails_and_webhooks_are_told_by_their_lag() -> None:
    make_order_for("https://partner.example/")
    assert worse() == {}
    Message.objects.update(next_attempt_at=timezone.now() - 6 * MINUTE)
    Delivery.objects.update(next_attempt_at=timezone.now() - 31 * MINUTE)
    assert worse() == {"E-mails to be sent": "look", "Webhooks to be sent": "act"}
    assert "1, the oldest is 31 min" in page()
    Message.objects.update(next_attempt_at=timezone.now() - 11 * MINUTE)
    Delivery.objects.update(next_attempt_at=timezone.now() - 11 * MINUTE)
    assert worse() == {"E-mails to be sent": "act", "Webhooks to be sent": "look"}


def test_what_was_given_up_today_is_counted_and_not_that_of_earlier_days() -> None:
    make_order_for("https://partner.example/")
    Message.objects.update(state="refused", next_attempt_at=timezone.now())
    Delivery.objects.update(state="failed", next_attempt_at=timezone.now())
    assert worse() == {
        "E-mails given up or refused today": "look",
        "Webhooks given up today": "look",
    }
    assert 'href="/staff/?failing=webhook"' in page()
    for model in (Message, Delivery):
        model.objects.update(next_attempt_at=timezone.now() - 1500 * MINUTE)
    assert worse() == {}


def test_paused_receivers_are_named() -> None:
    later = timezone.now() + MINUTE
    Receiver.objects.create(address="away.example:443", failures=10, paused_until=later)
    Receiver.objects.create(address="well.example:443")
    assert worse() == {"Paused receivers of webhooks": "look"}
    assert "away.example:443" in page()
    assert "well.example" not in page()


def test_invoices_that_wait_are_told_by_reason() -> None:
    subscription = make_subscription(waits_for="member")
    assert worse() == {}
    assert "nobody has joined yet: 1" in page()
    for reason, verdict in (("vies", "look"), ("seller", "act")):
        type(subscription).objects.update(waits_for=reason)
        assert worse() == {"Invoices that wait": verdict}


def test_end_that_failed_leads_to_its_subscription() -> None:
    failed, other = cancelled(), cancelled()
    assert worse() == {}
    with end_failing(failed):
        end_due(beat)
    assert worse(22) == {"Subscriptions whose end failed": "look"}
    assert '<a id="health-ends" href="/staff/subscriptions/?needs=end">1</a>' in page()
    browser = visitor(make_staff("viewer"))
    listed = browser.get("/staff/subscriptions/?needs=end").context["subscriptions"]
    assert list(listed) == [failed]
    assert "\nshop_subscriptions_end_failed 1.0\n" in html(browser.get("/metrics"))
    with clock_at(timezone.now() + 60 * MINUTE):
        end_due(beat)
    assert states(failed, other) == ["ended", "ended"]
    assert worse() == {}
    assert "\nshop_subscriptions_end_failed 0.0\n" in html(browser.get("/metrics"))


def test_files_and_pdfs_that_could_not_be_made_are_counted() -> None:
    invoice, now = make_invoice(), timezone.now()
    InvoiceDispatch.objects.filter(invoice=invoice).update(filed_at=None, next_attempt_at=now)
    assert worse() == {}
    InvoiceDispatch.objects.filter(invoice=invoice).update(last_error="RenderingError: no font")
    PrintedVersion.objects.all().delete()
    version_row = Version.objects.first()
    assert version_row
    PrintedVersion.objects.create(version=version_row, next_attempt_at=now, attempts=2)
    assert worse() == {
        "Invoices whose files could not be created": "act",
        "Legal pages whose PDF could not be created": "look",
    }


def test_register_that_does_not_answer_is_told() -> None:
    VatIdCheck.objects.create(vat_id="DE123456789")
    assert worse() == {}
    VatIdCheck.objects.update(last_error="HTTP 503")
    assert worse() == {"VIES": "look"}
    assert "1 VAT ID has been waiting for" in page()


@pytest.mark.parametrize(("free", "verdict"), [(0.5, "fine"), (0.05, "look"), (0.01, "act")])
def test_disk_without_room_is_told(
    monkeypatch: pytest.MonkeyPatch, free: float, verdict: str
) -> None:
    set_free(monkeypatch, free)
    assert verdicts()["Disk of this web server"] == verdict


def test_lines_alone_are_swapped_and_news_told_where_a_verdict_changed() -> None:
    browser = visitor(make_staff("viewer"))
    headers = {"HX-Request": "true"}
    first = html(browser.get(PATH, headers=headers))
    assert "<html" not in first
    (seen,) = re.findall(r"\?seen=(\w+)", first)
    same = html(browser.get(f"{PATH}?seen={seen}", headers=headers))
    assert "health-news" not in same
    WorkerInstance.objects.update(version="0.9")
    news = browser.get(f"{PATH}?seen={seen}", headers=headers)
    assert 'id="health-news"' in html(news)
    assert "please check: Runs on" in words(news)


def test_page_tells_no_secret_and_no_person(settings: Settings) -> None:
    order = make_order(user_email="uta@example.com")
    Order.objects.update(updated_at=timezone.now() - 60 * MINUTE)
    text = page()
    assert "waiting for" in text
    for secret in (order.order_hash, "uta@example.com", settings.SECRET_KEY):
        assert secret not in text


@pytest.mark.parametrize("number", [1, 10])
def test_page_takes_as_many_queries_for_much_work(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(number):
        make_order_for("https://partner.example/")
    browser = visitor(make_staff("viewer"))
    browser.get(PATH)
    with django_assert_num_queries(24):
        browser.get(PATH)
