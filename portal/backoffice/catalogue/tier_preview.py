"""A tier as the shop would show it, beside what it shows now, and what follows from the change."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.backoffice.catalogue.tier_form import TierForm
from shop.billing.models import Subscription
from shop.catalogue.features import Feature, FeatureValue, compare
from shop.catalogue.listed_tiers import with_vat_rate
from shop.catalogue.models import Product
from shop.catalogue.seller import own_vat_rate
from shop.catalogue.templatetags.money import money
from shop.tenancy.models import Project

MANY = 10_000  # more are not counted


@dataclass(frozen=True)
class PreviewCard:
    """A tier as `storefront/tier_card.html` takes it; `mark` tells its ids from others."""

    mark: str
    product: Product
    features: list[tuple[Feature, FeatureValue | None]] = field(default_factory=list)


def preview_of(form: TierForm) -> dict[str, Any]:
    """Return what the preview of a valid form shows."""
    draft, old = form.instance, _as_stored(form.instance.pk)
    draft.vat_rate = own_vat_rate()
    draft.drafted = form.drafted_values()
    family = _family(draft)
    before = _family(old) if old else []
    return {
        "draft": draft,
        "old": old,
        "new_card": _card("new", draft, family),
        "old_card": _card("old", old, before) if old else None,
        "members": family,
        "new_recommended": draft if draft.is_recommended else None,
        "old_recommended": old if old and old.recommended else None,
        "languages_of_texts": [code for code, _name in settings.LANGUAGES],
        "differences": _with_gross(form, draft, old),
        "consequences": _consequences(form, draft) if old else _of_a_new_one(draft),
    }


def running_words(tier: Product) -> str:
    """Return the sentence about the subscriptions that go on as they are; "" without any."""
    rows = Subscription.objects.order_by().filter(product=tier, ended_at=None)
    number = rows[: MANY + 1].count()
    if number > MANY:
        return _("More than %(number)s running subscriptions stay as they are.") % {"number": MANY}
    text = ngettext(
        "%(number)s running subscription stays as it is.",
        "%(number)s running subscriptions stay as they are.",
        number,
    )
    return text % {"number": number} if number else ""


def _as_stored(pk: int | None) -> Product | None:
    return with_vat_rate(Product.objects.filter(pk=pk)).first() if pk else None


def _family(draft: Product) -> list[Product]:
    """Return the listed tiers of the draft's family, with the draft in its place."""
    listed = Product.objects.filter(listed=True, family=draft.family).exclude(pk=draft.pk)
    place = draft.position if draft.pk else 32_767
    rows = [*with_vat_rate(listed), draft]
    return sorted(rows, key=lambda each: place if each is draft else each.position)


def _card(mark: str, product: Product, family: list[Product]) -> PreviewCard:
    place = next(number for number, each in enumerate(family) if each is product)
    rows = [(row.feature, row.values[place]) for row in compare(family)]
    return PreviewCard(mark, product, rows)


def _with_gross(form: TierForm, draft: Product, old: Product | None) -> list[tuple[str, str, str]]:
    """Return what changes; of the monthly price also with VAT."""
    found = form.differences
    if old and old.net_cents != draft.net_cents:
        label = _("Price a month, with VAT")
        found.insert(0, (label, money(old.gross_cents), money(draft.gross_cents)))
    return found


def _consequences(form: TierForm, draft: Product) -> list[str]:
    changed = set(form.edited)
    found = []
    if changed & {"net_cents", "yearly_net_cents"}:
        found += [
            _("The new price applies to orders placed from now on; those placed keep theirs."),
            running_words(draft),
        ]
    if "members" in changed:
        found.append(_places_words(draft))
    if "packing" in changed and draft.is_manual:
        found.append(_("Each new order waits until staff approve it."))
    elif "packing" in changed:
        found.append(_("New orders are set up at once. Those that wait still need your approval."))
    if "recommended" in changed and draft.recommended:
        found.append(_("No other tier is recommended any more."))
    if not draft.listed:
        found.append(_("The tier stays retired: customers do not see the change."))
    return [sentence for sentence in found if sentence]


def _places_words(draft: Product) -> str:
    number = Project.objects.filter(product=draft)[: MANY + 1].count()
    text = ngettext(
        "The new number of places applies at once to %(number)s project. Nobody loses their "
        "place, but nobody can join above the limit.",
        "The new number of places applies at once to %(number)s projects. Nobody loses their "
        "place, but nobody can join above the limit.",
        number,
    )
    return text % {"number": number} if number else ""


def _of_a_new_one(draft: Product) -> list[str]:
    return [
        _("Customers and partners' programs can order it as soon as it is published."),
        _("No other tier is recommended any more.") if draft.recommended else "",
    ]
