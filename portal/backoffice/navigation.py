"""The sections of the back office and their pages, as far as a user may open them."""

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.tenancy.models import User

HOME = "/staff/"


@dataclass(frozen=True)
class Place:
    """A page that the navigation leads to; pages `below` it, by path, belong to it as well."""

    name: str
    label: StrOrPromise
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Places of one subject."""

    key: str
    label: StrOrPromise
    places: tuple[Place, ...]


SECTIONS = (
    Section(
        "orders",
        _("Orders"),
        (
            Place("staff", _("Queue"), ("orders/", "mails/sent/")),
            Place("staff_failures", _("Failures")),
            Place("staff_bulk_jobs", _("Bulk actions")),
            Place("staff_mentions", _("Mentions")),
        ),
    ),
    Section(
        "people",
        _("Clients and people"),
        (
            Place("staff_clients", _("Clients")),
            Place("staff_people", _("People")),
            Place("staff_requests", _("Requests")),
        ),
    ),
    Section(
        "billing",
        _("Billing"),
        (
            Place("staff_billing", _("At a glance")),
            Place("staff_invoices", _("Invoices")),
            Place("staff_subscriptions", _("Subscriptions")),
            Place("staff_bank", _("Payments and refunds")),
            Place("staff_reminders", _("Reminders")),
            Place("staff_declarations", _("Declarations")),
            Place("staff_seller", _("Seller and VAT")),
        ),
    ),
    Section("partners", _("Partners"), (Place("staff_applications", _("Applications")),)),
    Section(
        "shop",
        _("Shop"),
        (
            Place("staff_tiers", _("Tiers")),
            Place("staff_features", _("Features")),
            Place("staff_promotions", _("Promotion codes")),
            Place("staff_legal_pages", _("Legal pages"), ("pages/",)),
            Place("staff_questions", _("Questions")),
            Place("staff_proof", _("Figures and quotes")),
            Place("staff_mails", _("E-mails")),
            Place("admin:index", _("Administration")),
        ),
    ),
    Section(
        "reports",
        _("Reports"),
        (
            Place("staff_overview", _("Overview")),
            Place("staff_activity", _("Activity")),
            Place("staff_exports", _("Exports")),
            Place("staff_health", _("Health")),
        ),
    ),
    Section("team", _("Team"), (Place("staff_colleagues", _("Colleagues")),)),
)
PLACES = {place.name: place for section in SECTIONS for place in section.places}


@dataclass(frozen=True)
class Link:
    """A link of the navigation; `is_here` if its page, or one below it, is shown."""

    label: StrOrPromise
    url: str
    is_here: bool


def open_to(user: User) -> list[str]:
    """Return the names of the places that `user` may open."""
    return [name for name in PLACES if url_of(name) and may_open(user, name)]


def may_open(user: User, name: str) -> bool:
    """Return whether `user` has a permission that opens the view called `name`."""
    if name == "admin:index":
        return user.is_superuser
    return any(user.has_perm(permission) for permission in permissions_of(name))


@cache
def permissions_of(name: str) -> tuple[str, ...]:
    """Return the permissions one of which opens the view called `name`; none without a view."""
    url = url_of(name)
    return getattr(resolve(url).func, "permissions", ()) if url else ()


@cache
def url_of(name: str) -> str:
    """Return the URL of the page called `name`; "" if this shop has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def link_to(user: User, name: str, **keys: object) -> str:
    """Return the URL of the page called `name`; "" if there is none, or `user` may not open it."""
    try:
        url = reverse(name, kwargs=keys)
    except NoReverseMatch:
        return ""
    permissions = getattr(resolve(url).func, "permissions", ())
    return url if any(user.has_perm(each) for each in permissions) else ""


def place_of(path: str) -> str:
    """Return the name of the place that the page at `path` belongs to; "" if there is none."""
    starts = (
        (start, name)
        for name, place in PLACES.items()
        if (url := url_of(name))
        for start in (url, *(f"{HOME}{below}" for below in place.below))
    )
    # Every page is below the home's path; only it alone is the queue.
    around = ((len(start), name) for start, name in starts if path.startswith(start))
    if path != HOME:
        around = (each for each in around if each[0] > len(HOME))
    return max(around, default=(0, ""))[1]


def section_links(here: str, allowed: str) -> list[Link]:
    """Return the sections of which some place is `allowed`, names with blanks between them.

    Each leads to its first place.
    """
    links, names_allowed = [], allowed.split()
    for section in SECTIONS:
        if names := [place.name for place in section.places if place.name in names_allowed]:
            is_here = here in {place.name for place in section.places}
            links.append(Link(section.label, url_of(names[0]), is_here))
    return links


def place_links(here: str, allowed: str) -> list[Link]:
    """Return the places that are allowed of the section that `here` is in."""
    for section in SECTIONS:
        if here in {place.name for place in section.places}:
            places = [place for place in section.places if place.name in allowed.split()]
            return [Link(each.label, url_of(each.name), each.name == here) for each in places]
    return []
