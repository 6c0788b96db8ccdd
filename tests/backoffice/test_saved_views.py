"""Saved views: lists that a colleague, or all of them, come back to; and columns."""

import re
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.backoffice.queue.saved_view import SavedView
from shop.orders.models import Order
from shop.tenancy.colleagues import end_access
from shop.tenancy.erasure import user_erased
from shop.tenancy.models import User
from tests.factories import make_order, make_staff, make_user
from tests.pages import Response, html, part, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def view_of(owner: User, query: str = "show=pending&tier=m", **fields: object) -> SavedView:
    given = {"name": "Waiting M", "query": query, **fields}
    return SavedView.objects.create(owner=owner, **given)


def listed(browser: Client, query: str = "") -> set[int]:
    """The orders of a page of the queue, by their numbers."""
    page = html(browser.get(f"/staff/{query}"))
    return {int(pk) for pk in re.findall(r'id="order-(\d+)"', page)}


def tabs(browser: Client) -> str:
    page = browser.get("/staff/")
    return part(page, '<ul class="pills views"', "</ul>") if "pills views" in html(page) else ""


def undo_of(page: Response) -> dict[str, str]:
    (message,) = get_messages(page.wsgi_request)
    return {"undo": message.extra_tags, "next": "/staff/"}


def test_list_is_saved_under_a_name_and_opened_by_it() -> None:
    order, _bystander = make_order("m"), make_order("s")
    staff = make_staff("viewer")
    browser = visitor(staff)
    query = "show=pending&tier=m&sort=newest&columns=person"
    page = browser.get("/staff/?" + query)
    link = f"/staff/views/new/?{urlencode({'query': query})}"
    assert f'href="{link}"' in html(page)
    assert browser.get(link).status_code == 200
    saved = browser.post("/staff/views/new/", {"query": query, "name": "Waiting M"})
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.query, view.is_shared) == (
        staff,
        "Waiting M",
        query,
        False,
    )
    assert saved["Location"] == f"/staff/?view={view.pk}"
    assert listed(browser, f"?view={view.pk}") == {order.pk}
    page = browser.get(f"/staff/?view={view.pk}")
    assert part(page, "<h1>", "</h1>") == "Waiting M"
    assert 'data-columns="person"' in html(page)


def test_view_needs_a_name() -> None:
    browser = visitor(make_staff("viewer"))
    page = browser.post("/staff/views/new/", {"query": "show=packed", "name": " "})
    assert page.status_code == 422
    assert 'name="query" value="show=packed"' in html(page)
    assert not SavedView.objects.exists()


def test_own_view_is_seen_by_its_owner_and_a_shared_one_by_all() -> None:
    owner, other = make_staff("agent"), make_staff("viewer")
    view_of(owner, name="Mine")
    view_of(owner, name="Ours", is_shared=True)
    assert tabs(visitor(owner)) == 'role="list"> Mine Ours'
    assert tabs(visitor(other)) == 'role="list"> Ours'


def test_viewer_shares_nothing_and_changes_no_view_of_others() -> None:
    owner, viewer = make_staff("agent"), make_staff("viewer")
    view = view_of(owner, is_shared=True)
    browser = visitor(viewer)
    browser.post("/staff/views/new/", {"query": "", "name": "Mine", "is_shared": "on"})
    assert SavedView.objects.get(name="Mine").is_shared is False
    for path in ("", "update/", "delete/"):
        answer = browser.post(f"/staff/views/{view.pk}/{path}", {"name": "x", "query": "tier=l"})
        assert answer.status_code == 404
    view.refresh_from_db()
    assert (view.name, view.query) == ("Waiting M", "show=pending&tier=m")


def test_colleague_who_may_mend_orders_changes_a_shared_view_but_no_own_one() -> None:
    owner, agent = make_staff("agent"), make_staff("agent")
    ours, theirs = view_of(owner, is_shared=True), view_of(owner)
    browser = visitor(agent)
    answer = browser.post(f"/staff/views/{ours.pk}/", {"name": "M", "is_shared": "on"})
    assert answer["Location"] == f"/staff/?view={ours.pk}"
    assert browser.post(f"/staff/views/{theirs.pk}/", {"name": "M"}).status_code == 404
    assert list(SavedView.objects.order_by("pk").values_list("name", flat=True)) == [
        "M",
        "Waiting M",
    ]


def test_changed_list_can_be_kept_in_the_view_and_that_be_undone() -> None:
    staff = make_staff("agent")
    view = view_of(staff)
    browser = visitor(staff)
    assert "Save changes to this view" not in words(browser.get(f"/staff/?view={view.pk}"))
    page = browser.get(f"/staff/?view={view.pk}&show=pending&tier=l")
    assert "Save changes to this view" in words(page)
    changed = browser.post(
        f"/staff/views/{view.pk}/update/", {"query": f"view={view.pk}&show=pending&tier=l"}
    )
    view.refresh_from_db()
    assert view.query == "show=pending&tier=l"
    browser.post("/staff/undo/", undo_of(changed))
    view.refresh_from_db()
    assert view.query == "show=pending&tier=m"


def test_deleted_view_comes_back_when_that_is_undone() -> None:
    staff = make_staff("agent")
    view, bystander = view_of(staff, is_shared=True), view_of(staff, name="Other")
    browser = visitor(staff)
    deleted = browser.post(f"/staff/views/{view.pk}/delete/")
    assert list(SavedView.objects.all()) == [bystander]
    assert browser.get(f"/staff/?view={view.pk}").status_code == 200
    undo = undo_of(deleted)
    for _twice in range(2):
        browser.post("/staff/undo/", undo)
    again = SavedView.objects.get(pk=view.pk)
    assert (again.owner, again.name, again.query, again.is_shared) == (
        staff,
        view.name,
        view.query,
        True,
    )


def test_view_is_opened_first_by_who_chose_it_alone() -> None:
    stuck, order = order_in("need_human"), make_order("m")
    staff, bystander = make_staff("agent"), make_staff("agent")
    view = view_of(staff, is_shared=True)
    browser = visitor(staff)
    form = {"name": "Waiting M", "is_shared": "on", "on_arrival": "on"}
    browser.post(f"/staff/views/{view.pk}/", form)
    assert 'name="on_arrival" id="id_on_arrival" checked' in " ".join(
        html(browser.get(f"/staff/views/{view.pk}/")).split()
    )
    assert listed(browser) == {order.pk}
    assert listed(browser, "?show=person") == {stuck.pk}
    assert listed(visitor(bystander)) == {stuck.pk}
    browser.post(f"/staff/views/{view.pk}/", form)
    assert listed(browser) == {order.pk}
    browser.post(f"/staff/views/{view.pk}/", {"name": "Waiting M", "is_shared": "on"})
    assert listed(browser) == {stuck.pk}


def test_view_that_is_gone_leaves_the_usual_list_on_arrival() -> None:
    stuck = order_in("need_human")
    staff = make_staff("agent")
    SavedView.objects.create(owner=staff, query="view=4711")
    assert listed(visitor(staff)) == {stuck.pk}


def test_shared_view_stays_when_the_access_of_its_owner_has_ended() -> None:
    owner = make_staff("agent")
    view_of(owner, is_shared=True)
    end_access(owner)
    assert "Waiting M" in tabs(visitor(make_staff("viewer")))


def test_filter_can_be_taken_out_of_a_view() -> None:
    small, medium = make_order("s"), make_order("m")
    staff = make_staff("agent")
    view = view_of(staff, "tier=m&channel=api&show=pending")
    browser = visitor(staff)
    assert listed(browser, f"?view={view.pk}") == {medium.pk}
    page = html(browser.get(f"/staff/?view={view.pk}")).replace("&amp;", "&")
    without = f"?view={view.pk}&show=pending&channel=api"
    assert f'href="{without}"' in page
    assert listed(browser, without) == {small.pk, medium.pk}


def test_searched_person_is_erased_from_views() -> None:
    person, staff = make_user(email="uta@example.com"), make_staff("agent")
    view, bystander = view_of(staff, "q=uta%40example.com"), view_of(staff, "q=otto%40example.com")
    user_erased.send(User, user=person, emails=frozenset({"uta@example.com"}))
    view.refresh_from_db()
    bystander.refresh_from_db()
    assert (view.query, bystander.query) == ("q=%E2%80%A6", "q=otto%40example.com")


def test_columns_are_kept_for_the_colleague_and_the_standard_comes_back() -> None:
    make_order(user_first_name="Ida", user_last_name="Kranich", client_name="Kranfilm")
    staff, bystander = make_staff("viewer"), make_staff("viewer")
    browser = visitor(staff)
    answer = browser.post(
        "/staff/columns/", {"query": "show=pending&columns=tier", "columns": ["email", "project"]}
    )
    assert answer["Location"] == "/staff/?show=pending"
    page = browser.get("/staff/?show=pending")
    assert 'data-columns="email project"' in html(page)
    assert "OSD Yamdu Free" in words(page)
    assert "Kranfilm" not in words(page)
    standard = 'data-columns="person client tier price state reason age taken"'
    assert standard in html(visitor(bystander).get("/staff/?show=pending"))
    browser.post("/staff/columns/", {"query": "", "standard": "1", "columns": ["email"]})
    assert standard in html(browser.get("/staff/?show=pending"))


def test_columns_of_an_open_view_are_kept_with_it() -> None:
    make_order("m")
    staff = make_staff("agent")
    view = view_of(staff)
    browser = visitor(staff)
    query = f"view={view.pk}&show=pending&tier=m"
    browser.post("/staff/columns/", {"query": query, "columns": ["placed", "application"]})
    assert 'data-columns="placed application"' in html(browser.get(f"/staff/?view={view.pk}"))
    assert 'data-columns="person client' in html(browser.get("/staff/?show=pending"))


@pytest.mark.parametrize("views", [0, 20])
def test_queue_takes_as_many_queries_however_many_views_there_are(
    views: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    staff = make_staff("agent")
    for number in range(views):
        view_of(staff, name=f"View {number}")
    order_in("need_human")
    browser = visitor(staff)
    browser.get("/staff/")
    with django_assert_num_queries(3 + 1 + 1 + 1 + 1):  # who; views, orders, counts; mentions
        browser.get("/staff/")


def test_every_column_can_be_shown() -> None:
    order = order_in("has_packing_errors")
    Order.objects.filter(pk=order.pk).update(user_first_name="Ida")
    every = (
        "person,email,client,project,tier,price,state,reason,step,attempts,age,placed,taken,"
        "follow_up,application"
    )
    page = visitor(make_staff("agent")).get(f"/staff/?columns={every}")
    assert f'data-columns="{every.replace(",", " ")}"' in html(page)
    row = part(page, f'<tr role="row" id="order-{order.pk}"', "</tr>")
    for text in (order.order_number, "Ida", order.user_email, order.tier_name, "has errors"):
        assert str(text) in row


def test_shared_view_tells_who_may_only_look_no_hash() -> None:
    order = make_order()
    view = view_of(make_staff("agent"), f"q=%2Fregister%2F{order.order_hash}%2F", is_shared=True)
    path = f"/staff/?view={view.pk}"
    assert order.order_hash in html(visitor(make_staff("agent")).get(path))
    assert order.order_hash not in html(visitor(make_staff("viewer")).get(path))


def test_searched_person_is_erased_from_the_names_of_views() -> None:
    person, staff = make_user(email="uta@example.com"), make_staff("agent")
    view, bystander = (view_of(staff, name=f"{who}@example.com") for who in ("Uta", "otto"))
    user_erased.send(User, user=person, emails=frozenset({"uta@example.com"}))
    view.refresh_from_db()
    bystander.refresh_from_db()
    assert (view.name, bystander.name) == ("…", "otto@example.com")
