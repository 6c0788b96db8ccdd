"""Names without an end: no page with them scrolls sideways, in any width."""

from typing import Any

import pytest

from shop.orders.member_orders import invite
from shop.tenancy.models import User
from tests.factories import make_membership, make_order, make_packed_order, make_staff, pack_all
from tests.journey.conftest import Enter

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]

WIDTHS = (1440, 1280, 1100, 390)
LONG = "Donaudampfschifffahrt" * 8
WIDE = "W" * 200


@pytest.mark.parametrize("name", [LONG, WIDE], ids=["long word", "wide letters"])
def test_long_names_break_no_page(enter: Enter, name: str) -> None:
    names: dict[str, Any] = {"client_name": name, "project_name": name}
    person: dict[str, Any] = {
        "user_first_name": name,
        "user_last_name": name,
        "user_email": f"{'a' * 60}@gmx.com",
    }
    order = make_packed_order(product="l", **names, **person)
    project, admin = order.delivered_project, order.member
    assert project
    assert admin
    User.objects.filter(pk=admin.pk).update(is_active=True, joined_at=admin.date_joined)
    admin.refresh_from_db()
    project.memberships.update(joined_at=admin.date_joined)
    make_membership(project=project)
    invite(project, admin, {**person, "user_email": f"{'b' * 60}@gmx.com"})
    make_order("xl", **names, **person)
    pack_all()
    staff = make_staff(first_name=name, last_name=name)
    staff_pages = ("/staff/?show=all", "/staff/", f"/staff/orders/{order.pk}/")
    member_pages = (
        *("/portal/", f"/portal/projects/{project.pk}/", f"/portal/clients/{project.client_id}/"),
        *(f"/portal/clients/{project.client_id}/{rest}/" for rest in ("orders", "hand-over")),
        f"/register/{order.order_hash}/",
    )
    too_wide = []
    for who, paths in ((staff, staff_pages), (admin, member_pages)):
        page = enter(who)
        for path in paths:
            page.goto(path)
            assert name[:30] in page.content()
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found = page.evaluate("document.documentElement.scrollWidth")
                too_wide += [(path, width, found)] if found > width else []
    assert too_wide == []
