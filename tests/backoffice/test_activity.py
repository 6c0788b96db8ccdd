"""The activity: who did what, when, and to what, from several tables in one list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.backoffice.activity.activity_filters import parse_activity_filter
from portal.backoffice.activity.activity_rows import page_of_activity, read_place
from portal.backoffice.audit_log import Act, record
from portal.backoffice.models import BulkJob, Export
from portal.backoffice.queue.bulk_jobs import begin
from shop.catalogue.models import Product
from shop.orders.assignment import add_note, assign
from shop.orders.models import Order, OrderEvent
from shop.orders.placing import Caller
from shop.tenancy.colleagues import end_access
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import User
from tests.backoffice.exports import ask, csv_rows, exporter
from tests.backoffice.plans import full_scans, statements
from tests.factories import make_application, make_order, make_staff, make_user, pack_all
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

PATH = "/staff/activity/"


def listed(user: User, query: str = "") -> str:
    """The words of the list alone."""
    text = words(visitor(user).get(f"{PATH}?{query}"))
    return text.partition("About Details")[2].partition("Prices are in euros")[0]


def test_acts_of_all_tables_are_listed_newest_first() -> None:
    staff, order = make_staff("agent", first_name="Anna"), make_order("xl")
    pack_all()
    add_note(order, staff, "Called.")
    record(staff, make_application("Dispo"), Act.SWITCHED_OFF)
    Export.objects.create(user=staff, format="csv", filter="show=packed", number=2)
    job = begin(BulkJob.Action.APPROVE, Order.objects.all(), staff)
    text = listed(make_staff())
    assert "Anna Muster note" in text
    places = [
        text.index(f"Approve Bulk action {job.pk} 1 order"),
        text.index("exported orders (CSV) done · 2 rows"),
        text.index("switched off Dispo"),
        text.index(f"note Order {order.order_number} Called."),
    ]
    assert places == sorted(places)


def test_lines_lead_to_their_things() -> None:
    staff, order, application = make_staff(), make_order(), make_application()
    add_note(order, staff, "Called.")
    record(staff, application, Act.SWITCHED_OFF)
    colleague = make_staff("agent")
    record(staff, colleague, Act.ROLES_CHANGED, "agent, export")
    page = html(visitor(staff).get(PATH))
    for path in (
        f"orders/{order.pk}",
        f"applications/{application.pk}",
        f"colleagues/{colleague.pk}",
    ):
        assert f'<a href="/staff/{path}/">' in page


def test_old_and_new_values_are_shown() -> None:
    staff, tier = make_staff(), Product.objects.get(code="m")
    record(staff, tier, Act.CHANGED, changes=[(_("Net"), "49.00", "59.00")])
    assert "changed M" in listed(staff)
    assert "Net: 49.00 → 59.00" in listed(staff)


def test_change_of_state_is_told_by_its_verb() -> None:
    staff, order = make_staff(), make_order("xl")
    pack_all()
    begin(BulkJob.Action.APPROVE, Order.objects.all(), staff)
    from portal.backoffice.queue.bulk_jobs import run_bulk_jobs

    run_bulk_jobs(lambda: None)
    text = listed(staff)
    assert f"setup tried again Order {order.order_number}" in text
    assert f"Bulk action {BulkJob.objects.get().pk}" in text


def test_customers_and_programs_are_not_in_it() -> None:
    staff, customer = make_staff(first_name="Anna"), make_user(first_name="Carla")
    order = make_order(caller=Caller(user=customer))
    assert OrderEvent.objects.get(order=order).actor == customer
    record(customer, make_application(), Act.CHANGED)
    assert "Carla Muster" not in listed(staff)
    add_note(order, staff, "Called.")
    assert "Anna Muster" in listed(staff)


def test_acts_of_a_colleague_stay_when_their_access_ends() -> None:
    chief, colleague, order = make_staff(), make_staff("agent", first_name="Anna"), make_order()
    add_note(order, colleague, "Called.")
    record(chief, colleague, Act.ACCESS_ENDED)
    assert end_access(colleague)
    assert "Anna Muster note" in listed(chief)
    erase_user(User.objects.get(pk=colleague.pk))
    assert "Anna Muster" not in listed(chief)
    assert f"deleted account {colleague.pk} note" in listed(chief)


def test_filters_leave_others_alone() -> None:
    one, other = make_staff("admin"), make_staff("admin")
    order, bystander = make_order(), make_order()
    add_note(order, one, "Mine.")
    add_note(bystander, other, "Theirs.")
    record(one, make_application("Dispo"), Act.SWITCHED_OFF)
    add_note(order, one, "Long ago.")
    long_ago = datetime(2025, 11, 28, 22, 30, tzinfo=UTC)  # still that day in Berlin
    OrderEvent.objects.filter(note="Long ago.").update(at=long_ago)
    found = {
        query: [each for each in ("Mine.", "Theirs.", "Dispo", "Long ago.") if each in listed(one, query)]
        for query in (
            "",
            f"who={other.pk}",
            "kind=applications",
            "from=2025-11-28&to=2025-11-28",
            f"order={bystander.order_number}",
            f"order={str(order.order_number).lower()}&kind=orders",
            "order=nothing",
            "kind=nonsense&who=x&from=2025-02-30",
        )
    }  # fmt: skip
    everything = ["Mine.", "Theirs.", "Dispo", "Long ago."]
    assert list(found.values()) == [
        everything,
        ["Theirs."],
        ["Dispo"],
        ["Long ago."],
        ["Theirs."],
        ["Mine.", "Long ago."],
        [],
        everything,
    ]


def test_each_kind_takes_its_permission() -> None:
    chief = make_staff()
    record(chief, make_application("Dispo"), Act.SWITCHED_OFF)
    record(chief, make_staff("agent", email="berta@shop.example"), Act.ROLES_CHANGED)
    record(chief, Product.objects.get(code="m"), Act.CHANGED)
    begin(BulkJob.Action.APPROVE, Order.objects.all(), chief)
    add_note(make_order(), chief, "Called.")
    shown = {
        "viewer": ["Called."],
        "agent": ["Called.", "Bulk action"],
        "admin": ["Called.", "Bulk action", "Dispo", "changed M"],
    }
    everything = ["Called.", "Bulk action", "Dispo", "changed M", "berta@shop.example"]
    for group, expected in shown.items():
        text = listed(make_staff(group))
        assert [each for each in everything if each in text] == expected
    assert [each for each in everything if each in listed(make_staff())] == everything
    # Asked for by its name, what one may not see stays hidden.
    assert "Dispo" not in listed(make_staff("viewer"), "kind=applications")
    person = make_staff("viewer")
    person.user_permissions.add(Permission.objects.get(codename="erase_person"))
    assert "berta@shop.example" in listed(person)


def acts_at_one_moment(staff: User, number: int) -> None:
    """So many acts in each of two tables, all at the same time."""
    order, application = make_order(), make_application()
    for each in range(number):
        add_note(order, staff, f"Note {each}.")
        record(staff, application, Act.CHANGED, f"entry {each}")
    now = timezone.now()
    OrderEvent.objects.update(at=now)
    LogEntry.objects.update(action_time=now)


def test_pages_show_each_act_once_in_both_directions() -> None:
    staff = make_staff()
    acts_at_one_moment(staff, 5)
    wanted = parse_activity_filter(QueryDict(""), staff)
    whole = [(type(row), row.pk) for row in page_of_activity(wanted, size=100).rows]
    assert len(whole) == 10
    pages, after = [], ""
    while True:
        page = page_of_activity(wanted, after=after, size=3)
        pages.append(page)
        after = page.after
        if not after:
            break
    assert [(type(row), row.pk) for page in pages for row in page.rows] == whole
    back = page_of_activity(wanted, before=pages[2].before, size=3)
    assert back.rows == pages[1].rows
    assert page_of_activity(wanted, before=pages[1].before, size=3).before == ""


@pytest.mark.parametrize("text", ["", "1", "1-2", "1-2-x", "-1-2-3", "9" * 19 + "-1-1", "²-1-1"])
def test_what_is_no_cursor_is_the_first_page(text: str) -> None:
    assert read_place(text) is None
    assert visitor(make_staff()).get(f"{PATH}?after={text}").status_code == 200


@pytest.mark.parametrize("number", [1, 20])
def test_page_asks_as_much_for_many_acts(number: int, django_assert_num_queries: Any) -> None:
    staff = make_staff()
    acts_at_one_moment(staff, number)
    for each in range(number):
        record(staff, make_staff("agent"), Act.ROLES_CHANGED)
        Export.objects.create(user=staff, format="csv", number=each)
        begin(BulkJob.Action.APPROVE, Order.objects.all(), staff)
    browser = visitor(staff)
    browser.get(PATH)
    with django_assert_num_queries(11):
        browser.get(PATH)


def test_list_is_a_range_of_an_index() -> None:
    staff, order = make_staff(), make_order()
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, kind="note", note=str(each), actor=staff if each % 9 else None)
        for each in range(3000)
    )
    for place, event in enumerate(OrderEvent.objects.all()[:3000]):
        event.at = timezone.now() - timedelta(minutes=place)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE orders_orderevent")
    wanted = [
        parse_activity_filter(QueryDict(query), staff)
        for query in ("", f"who={staff.pk}", "from=2025-11-28", f"order={order.order_number}")
    ]
    with statements() as asked:
        for each in wanted:
            first = page_of_activity(each, size=10)
            page_of_activity(each, after=first.after, size=10)
    assert len(asked) >= 8
    scans = full_scans(asked, "orders_orderevent")
    assert scans == [], "\n".join(scans)


def test_activity_is_exported_as_it_is_listed() -> None:
    person, order = exporter("agent"), make_order()
    assert assign(order, person, actor=person)
    add_note(order, person, "=1+1")
    record(make_staff(), make_application("Dispo"), Act.SWITCHED_OFF)
    page = html(visitor(person).get(f"{PATH}?kind=orders"))
    assert 'href="/staff/exports/new/?subject=activity&amp;kind=orders"' in page
    rows = csv_rows(ask("kind=orders", subject="activity", user=person))
    assert [(row["What"], row["Details"]) for row in rows] == [("note", "'=1+1"), ("assigned", "")]
    assert {row["Who"] for row in rows} == {person.get_full_name()}
    export = Export.objects.get()
    assert (export.subject, export.filter, export.number) == ("activity", "kind=orders", 2)
    both = csv_rows(ask("", subject="activity", user=person))
    assert "Dispo" not in {row["About"] for row in both}
    person.groups.add(Group.objects.get(name="admin"))
    both = csv_rows(ask("", subject="activity", user=User.objects.get(pk=person.pk)))
    assert "Dispo" in {row["About"] for row in both}


def test_who_may_not_mend_orders_reads_no_hash_in_the_activity() -> None:
    person, order = make_staff("agent"), make_order()
    add_note(order, person, f"See /register/{order.order_hash}/.")
    Export.objects.create(user=person, format="csv", filter=f"q={order.order_hash}", number=1)
    for path in ("/staff/activity/", "/staff/exports/"):
        assert order.order_hash in html(visitor(make_staff("agent")).get(path)), path
        page = html(visitor(make_staff("viewer")).get(path))
        assert "…" in page
        assert order.order_hash not in page, path
    rows = csv_rows(ask("kind=orders", subject="activity", user=exporter("viewer")))
    assert [row["Details"] for row in rows] == ["See /register/…/."]
