"""Hits of the search in groups: orders, clients, projects, people, invoices and the like.

Each group takes a fixed number of queries, each of them by an index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode, urlsplit

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.row_pages import read_key
from shop.access.models import Application
from shop.billing.models import Invoice
from shop.email_spellings import shown_email
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import PLACED_STATES, Order, State
from shop.orders.order_numbers import find_order_number
from shop.orders.pasted_text import find_hash
from shop.orders.search import MOST, Found, asked_of, search, search_archived
from shop.search_words import words_to_find
from shop.tenancy.models import Client, Project, User
from shop.tenancy.name_search import find_named

MOST_APPLICATIONS = 2000  # that are looked through
APPLICATIONS = "access.view_application"
INVOICES = "billing.view_invoice"


@dataclass(frozen=True)
class Hit:
    """One row that was found: what it is called, what tells it from others, where it leads."""

    title: str
    url: str
    details: tuple[str, ...] = ()
    state: StrOrPromise = ""
    is_exact: bool = False  # it was named by a number or id of its own


@dataclass(frozen=True)
class Group:
    """The first rows of one kind; `more` leads to all of them, or is "" where nothing more is listed."""

    key: str
    label: StrOrPromise
    hits: list[Hit] = field(default_factory=list)
    more: str = ""
    number: str = ""


class Search:
    """A search for `text`, as far as `user` may see what it finds; up to `most` of each kind."""

    def __init__(self, user: User, text: str, most: int) -> None:
        self.user, self.most = user, most
        self.text = text.replace("\0", "").strip()
        self.key = read_key(self.text.removeprefix("#"))
        self.asked = asked_of(self.text)

    @cached_property
    def groups(self) -> list[Group]:
        """Return the groups that have found anything."""
        if not self.text:
            return []
        return [group for group in self._groups() if group.hits]

    @property
    def exact_url(self) -> str:
        """Return where the only row leads that has the number, or that was found; else ""."""
        hits = [hit for group in self.groups for hit in group.hits]
        exact = [hit for hit in hits if hit.is_exact] or hits
        return exact[0].url if len(exact) == 1 else ""

    def _groups(self) -> Iterator[Group]:
        yield self._orders()
        yield self._archived_orders()
        clients = self._named(Client)
        yield self._clients(clients)
        yield self._projects(self._named(Project))
        yield self._people(self._named(User))
        if self.user.has_perm(INVOICES):
            yield self._invoices(clients)
        yield self._webhooks()
        if self.user.has_perm(APPLICATIONS):
            yield self._applications()

    def _orders(self) -> Group:
        number, order_hash = find_order_number(self.text), find_hash(self.text)
        hits = [
            Hit(
                order.order_number or f"#{order.pk}",
                reverse("staff_order", args=[order.pk]),
                _known(
                    order.client_name or _name_of(order.delivered_client),
                    order.project_name,
                    _full_name(order),
                    shown_email(order.user_email or ""),
                ),
                order.get_state_display(),
                is_exact=str(order.pk) == self.key
                or order.order_number == number
                or order.order_hash == order_hash,
            )
            for order in self._found_orders
        ]
        more = self._list("staff", hits)
        return Group("orders", _("Orders"), hits, more, _number_of(self._found))

    def _archived_orders(self) -> Group:
        """Archived orders, found by the exact number, link, e-mail address or webhook-id alone."""
        found = search_archived(self.text)
        hits = [
            Hit(
                each.order_number,
                reverse("staff_order", args=[each.pk]),
                _known(date_format(timezone.localtime(each.created_at), "DATE_FORMAT")),
                State(each.state).label,
                is_exact=True,
            )
            for each in found.defer("contents")[: self.most]
        ]
        return Group("archived", _("Archived orders"), hits)

    @cached_property
    def _found(self) -> Found:
        return search(self.text)

    @cached_property
    def _found_orders(self) -> list[Order]:
        newest = sorted(self._found.pks, reverse=True)[: self.most]
        found = Order.objects.filter(pk__in=newest, state__in=PLACED_STATES)
        return list(found.select_related("delivered_client").order_by("-pk"))

    def _named(self, model: type[Client | Project | User]) -> list[int]:
        found = find_named(model, self.asked, self.most)
        return list(dict.fromkeys([*([int(self.key)] if self.key else []), *found]))

    def _list(self, name: str, hits: Sequence[Hit]) -> str:
        """Return the address of the list of all, where there may be more than `hits`."""
        if len(hits) < self.most:
            return ""
        return f"{reverse(name)}?{urlencode({'q': self.text})}"

    def _clients(self, pks: Sequence[int]) -> Group:
        clients = Client.objects.filter(pk__in=pks).select_related("client_admin").order_by("-pk")
        hits = [
            Hit(
                client.name,
                reverse("staff_client", args=[client.pk]),
                _known(f"#{client.pk}", shown_email(client.client_admin.email)),
                is_exact=str(client.pk) == self.key,
            )
            for client in clients
        ]
        return Group("clients", _("Clients"), hits, self._list("staff_clients", hits))

    def _projects(self, pks: Sequence[int]) -> Group:
        projects = Project.objects.filter(pk__in=pks).select_related("client").order_by("-pk")
        hits = [
            Hit(
                project.name,
                reverse("staff_project", args=[project.client_id, project.pk]),
                _known(f"#{project.pk}", project.client.name),
            )
            for project in projects
        ]
        return Group("projects", _("Projects"), hits)

    def _people(self, pks: Sequence[int]) -> Group:
        users = User.objects.filter(pk__in=pks).order_by("-pk")
        hits = [
            _person("accounts", user.pk, user.get_full_name(), user.email)
            for user in users
            if not user.is_erased
        ]
        return Group("people", _("People"), [*hits, *self._orderers()][: self.most])

    def _orderers(self) -> list[Hit]:
        """People without an account whom the orders that were found name."""
        named: dict[str, Order] = {}
        for order in self._found_orders:
            name = _full_name(order)
            if order.canonical_email and _has_all([name, order.user_email or ""], self.asked):
                named.setdefault(order.canonical_email, order)
        known = User.objects.filter(canonical_email__in=named)
        for email in known.values_list("canonical_email", flat=True):
            named.pop(email or "")
        return [
            _person("orders", order.pk, _full_name(order), order.user_email or "")
            for order in named.values()
        ]

    def _invoices(self, clients: Sequence[int]) -> Group:
        number = self.text.upper()
        found = Invoice.objects.filter(Q(number=number) | Q(client__in=clients))
        hits = [
            Hit(
                invoice.number,
                reverse("staff_invoice", args=[invoice.number]),
                _known(invoice.client.name),
                invoice.get_kind_display(),
                is_exact=invoice.number == number,
            )
            for invoice in found.select_related("client").order_by("-pk")[: self.most]
        ]
        return Group("invoices", _("Invoices"), hits, self._list("staff_invoices", hits))

    def _webhooks(self) -> Group:
        if self.text.startswith("msg_"):
            found = Delivery.objects.filter(webhook_id=self.text)
        elif host := _host_in(self.text):
            ports = ("", ":443", ":80")
            found = Delivery.objects.filter(receiver__in=[f"{host}{port}" for port in ports])
        else:
            return Group("webhooks", _("Webhooks"))
        hits = [
            Hit(
                delivery.webhook_id,
                _page_of(delivery),
                _known(delivery.receiver, str(delivery.subject), _number(delivery.order)),
                delivery.get_state_display(),
                is_exact=delivery.webhook_id == self.text,
            )
            for delivery in found.select_related("order", "event").order_by("-pk")[: self.most]
        ]
        return Group("webhooks", _("Webhooks"), hits)

    def _applications(self) -> Group:
        rows = Application.objects.order_by("pk")[:MOST_APPLICATIONS] if self.asked else []
        hits = [
            Hit(each.name, reverse("staff_application", args=[each.pk]))
            for each in rows
            if _has_all([each.name], self.asked)
        ]
        return Group("applications", _("Applications"), hits[: self.most])


def _number_of(found: Found) -> str:
    return _("more than %(number)s") % {"number": MOST} if found.has_more else str(len(found.pks))


def _name_of(client: Client | None) -> str:
    return client.name if client else ""


def _number(order: Order | None) -> str | None:
    return order.order_number if order else None


def _page_of(delivery: Delivery) -> str:
    """Return the URL of the page that shows a webhook: its order's, or of a test the application's."""
    if delivery.order_id:
        return f"{reverse('staff_order', args=[delivery.order_id])}#webhooks"
    return reverse("staff_application_deliveries", args=[delivery.application_id])


def _full_name(order: Order) -> str:
    return " ".join(_known(order.user_first_name, order.user_last_name))


def _person(kind: str, pk: int, name: str, email: str) -> Hit:
    url = reverse("staff_person", kwargs={"kind": kind, "pk": pk})
    shown = shown_email(email)
    return Hit(name or shown, url, _known(shown if name else ""))


def _known(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _host_in(text: str) -> str:
    """Return the host, with its port, that `text` is or that a pasted URL has; else ""."""
    try:
        host = urlsplit(text).netloc if "//" in text else text
    except ValueError:  # such as "https://[2001"
        return ""
    return host.lower() if "." in host and not set(host) & set("@/ ") else ""


def _has_all(texts: Sequence[str], asked: Sequence[tuple[str, ...]]) -> bool:
    words = words_to_find(texts)
    return bool(asked) and all(any(word.startswith(forms) for word in words) for forms in asked)
