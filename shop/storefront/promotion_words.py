"""Tells customers why a promotion code is not taken.

That a code exists gives nobody a discount, so this may be said: guessing finds out no more than by
ordering each tier with it. One that counts only later is as good as unknown until then.
"""

from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.catalogue.promotions import named_promotion


def refusal_of(code: str, tier: Product) -> str:
    """Return why `code` is refused for `tier`."""
    promotion = named_promotion(code)
    if promotion is None or promotion.valid_from > now():
        return _("We don't recognise this code. Please check how it is spelled.")
    if promotion.switched_off_at:
        return _("This code is no longer valid.")
    if promotion.valid_until and promotion.valid_until < now():
        day = date_format(localtime(promotion.valid_until), "DATE_FORMAT")
        return _("This code was valid until %(day)s.") % {"day": day}
    if promotion.tiers.exists() and not promotion.tiers.filter(pk=tier.pk).exists():
        return _("This code is not valid for plan %(tier)s.") % {"tier": tier.name}
    return _("This code has been used as often as it can be.")
