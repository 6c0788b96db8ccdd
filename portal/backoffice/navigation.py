"""The sections of the back office and their pages, as far as a user may open them."""

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.tenancy.models import User

HOME = "/staff/"


@dataclass(frozen=True)
class Page:
    """A page that the navigation leads to; pages `below` it, by path, belong to it as well."""

    name: str
    label: StrOrPromise
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Pages of one subject."""

    label: StrOrPromise
    pages: tuple[Page, ...]


SECTIONS = (
    Section(
        _("Orders"),
        (
            Page("staff", _("Queue"), ("orders/", "mails/sent/")),
            Page("staff_failures", _("Failures")),
            Page("staff_bulk_jobs", _("Bulk actions")),
            Page("staff_mentions", _("Mentions")),
        ),
    ),
    Section(
        _("Clients and people"),
        (
            Page("staff_clients", _("Clients")),
            Page("staff_people", _("People")),
            Page("staff_requests", _("Requests")),
        ),
    ),
    Section(
        _("Billing"),
        (
            Page("staff_billing", _("At a glance")),
            Page("staff_invoices", _("Invoices")),
            Page("staff_subscriptions", _("Subscriptions")),
            Page("staff_bank", _("Payments and refunds")),
            Page("staff_reminders", _("Reminders")),
            Page("staff_declarations", _("Declarations")),
            Page("staff_seller", _("Seller and VAT")),
        ),
    ),
    Section(_("Partners"), (Page("staff_applications", _("Applications")),)),
    Section(
        _("Shop"),
        (
            Page("staff_tiers", _("Tiers")),
            Page("staff_features", _("Features")),
            Page("staff_promotions", _("Promotion codes")),
            Page("staff_legal_pages", _("Legal pages"), ("pages/",)),
            Page("staff_questions", _("Questions")),
            Page("staff_proof", _("Figures and quotes")),
            Page("staff_mails", _("E-mails")),
            Page("admin:index", _("Administration")),
        ),
    ),
    Section(
        _("Reports"),
        (
            Page("staff_overview", _("Overview")),
            Page("staff_activity", _("Activity")),
            Page("staff_exports", _("Exports")),
            Page("staff_health", _("Health"), ("version/",)),
        ),
    ),
    Section(_("Team"), (Page("staff_colleagues", _("Colleagues")),)),
)
PAGES = {page.name: page for section in SECTIONS for page in section.pages}


@dataclass(frozen=True)
class Link:
    """A link of the navigation; `is_here` if its page, or one below it, is shown."""

    label: StrOrPromise
    url: str
    is_here: bool


def open_to(user: User) -> list[str]:
    """Return the names of the pages that `user` may open."""
    return [name for name in PAGES if url_of(name) and may_open(user, name)]


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


def page_at(path: str) -> str:
    """Return the name of the page that `path` is, or is below; "" if there is none."""
    starts = (
        (start, name)
        for name, page in PAGES.items()
        if (url := url_of(name))
        for start in (url, *(f"{HOME}{below}" for below in page.below))
    )
    # Every page is below the home's path; only it alone is the queue.
    around = ((len(start), name) for start, name in starts if path.startswith(start))
    if path != HOME:
        around = (each for each in around if each[0] > len(HOME))
    return max(around, default=(0, ""))[1]


def section_links(here: str, allowed: str) -> list[Link]:
    """Return the sections of which some page is `allowed`, names with blanks between them.

    Each leads to its first page.
    """
    links, names_allowed = [], allowed.split()
    for section in SECTIONS:
        if names := [page.name for page in section.pages if page.name in names_allowed]:
            is_here = here in {page.name for page in section.pages}
            links.append(Link(section.label, url_of(names[0]), is_here))
    return links


def page_links(here: str, allowed: str) -> list[Link]:
    """Return the pages that are allowed of the section that `here` is in."""
    for section in SECTIONS:
        if here in {page.name for page in section.pages}:
            pages = [page for page in section.pages if page.name in allowed.split()]
            return [Link(each.label, url_of(each.name), each.name == here) for each in pages]
    return []
