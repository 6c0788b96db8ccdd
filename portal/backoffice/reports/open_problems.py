"""Problems that are still there, counted as the queue lists them."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.queue.filters import FAILING, NO_STEP, Filter
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.corrections import STUCK
from shop.orders.models import Order, State
from shop.orders.search import MOST
from shop.tenancy.models import User

MOST_LINES = 20


@dataclass(frozen=True)
class StuckOrders:
    """Orders that need a person for one reason at one step; `url` lists exactly these."""

    state: State
    step: str
    fault: str
    number: int
    url: str = ""


@dataclass(frozen=True)
class Unsent:
    """Orders with a mail or webhook that was given up; `url` lists exactly these."""

    what: StrOrPromise
    number: str
    which: list[tuple[StrOrPromise, int]]
    url: str


def stuck_orders() -> list[StuckOrders]:
    """Count orders that are stuck by state, step and reason; the largest number first."""
    found = (
        Order.objects.filter(state__in=STUCK)
        .order_by()
        .values_list("state", "packing__last_step", "fault")
        .annotate(number=Count("pk"))
    )
    numbers: Counter[tuple[State, str, str]] = Counter()
    for state, step, fault, number in found:  # no step: none was recorded, or ""
        numbers[State(state), step or "", fault] += number
    lines = [StuckOrders(*key, number, _url(*key)) for key, number in numbers.items()]
    return sorted(lines, key=lambda line: (-line.number, line.state, line.step))[:MOST_LINES]


def _url(state: State, step: str, fault: str) -> str:
    # The queue can ask for a reason, but not for none.
    if not fault:
        return ""
    query = {"show": state.value, "fault": fault, "step": step or NO_STEP}
    return f"{reverse('staff')}?{urlencode(query)}"


def unsent(user: User) -> list[Unsent]:
    """Count orders whose mails or webhooks were given up, as far as there are any."""
    lines = [_of_kind(user, what, label) for what, label in FAILING.items()]
    return [line for line in lines if line.which]


def _of_kind(user: User, what: str, label: StrOrPromise) -> Unsent:
    orders = Filter(user=user, failing=what)
    found = orders.found
    pks = found.pks if found else frozenset()
    shown = orders.orders().count()
    number = (
        _("more than %(number)s") % {"number": MOST} if found and found.has_more else str(shown)
    )
    url = f"{reverse('staff')}?{orders.as_query()}"
    return Unsent(label, number, _failed_mails(pks) if what == "mail" else _failed_calls(pks), url)


def _failed_mails(orders: frozenset[int]) -> list[tuple[StrOrPromise, int]]:
    given_up = (Message.State.FAILED, Message.State.REFUSED)
    rows = Message.objects.filter(order__in=orders, state__in=given_up).order_by()
    found = rows.values_list("kind").annotate(number=Count("pk")).order_by("-number", "kind")
    return [(Message.Kind(kind).label, number) for kind, number in found[:MOST_LINES]]


def _failed_calls(orders: frozenset[int]) -> list[tuple[StrOrPromise, int]]:
    rows = Delivery.objects.filter(order__in=orders, state=Delivery.State.FAILED).order_by()
    found = rows.values_list("receiver").annotate(number=Count("pk"))
    return list(found.order_by("-number", "receiver")[:MOST_LINES])
