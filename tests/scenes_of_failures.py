"""Pages about failures, an order's mails, and its page as the customer sees it; see `scenes.py`."""

from collections.abc import Iterator

from django.utils import timezone

from portal.backoffice.failures.failure_groups import GroupKey
from portal.backoffice.failures.incident_notes import write_note
from shop.orders.models import Order, State
from shop.packing.models import AttemptRecord, Packing
from tests.factories import make_order, make_packed_order, make_staff
from tests.scene import Scene, press

KEY = GroupKey("tries_used_up", "project")
GROUP = f"/staff/failures/group/?fault={KEY.fault}&step={KEY.step}"
ERROR = "HTTPError: 503 Service Unavailable at https://acme.example/workspaces"


def stuck_order() -> Order:
    """An order whose attempts at a step have all failed."""
    order = make_order()
    Order.objects.filter(pk=order.pk).update(state=State.NEED_HUMAN, fault=KEY.fault)
    Packing.objects.create(order=order, attempts=2, last_step=KEY.step, last_error=ERROR)
    for number, outcome in ((1, "retry"), (2, "given_up")):
        AttemptRecord.objects.create(
            order=order,
            number=number,
            began_at=timezone.now(),
            step=KEY.step,
            outcome=outcome,
            fault=KEY.fault,
            kind="passing",
            error=ERROR,
            family="HTTPError: 503 Service Unavailable at …",
            alone=True,
        )
    return order


def failing() -> Iterator[Scene]:
    """Groups of failures, one of them, and an order with a note about it."""
    agent = make_staff("agent", first_name="Berta", last_name="Bunt")
    yield Scene("staff-failures-none", "/staff/failures/", agent)
    order = stuck_order()
    stuck_order()
    write_note(KEY, "Acme is down until six; try again after that.", timezone.now(), agent)
    yield Scene("staff-failures", "/staff/failures/", agent)
    yield Scene("staff-failure-group", GROUP, agent)
    address = GROUP.replace("group/?", "group/note/?")
    save = press(f"form[action='{address}&since=day'] .button")
    yield Scene("staff-failure-note-errors", GROUP, agent, act=save)
    yield Scene("staff-order-with-incident", f"/staff/orders/{order.pk}/", agent)
    mail = make_packed_order().messages.get(kind="invitation")
    yield Scene("staff-sent-mail", f"/staff/mails/sent/{mail.pk}/", agent)
    yield Scene("staff-order-as-customer", f"/staff/orders/{order.pk}/as-customer/", agent)
