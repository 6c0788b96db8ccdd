"""Tiers and promotion codes in Django's admin."""

from datetime import time
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shop.catalogue.day_time_field import DayTimeField
from shop.catalogue.models import Product, Promotion

# Of the two ends of a promotion: the time if none is given, and what the moment means.
ENDS = {
    "valid_from": (
        time.min,
        _("From this moment on, in the time zone {zone}; without a time from the day's beginning."),
    ),
    "valid_until": (
        time(23, 59, 59),
        _(
            "Up to and including this second, in the time zone {zone}; without a time to the end "
            "of the day. Empty: without end."
        ),
    ),
}


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    """Tiers are unlisted, never deleted: orders refer to them."""

    list_display = ("name", "code", "net_cents", "currency", "members", "packing", "listed")
    list_editable = ("listed",)
    prepopulated_fields = {"slug": ("code",)}

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False


@admin.register(Promotion)
class PromotionAdmin(admin.ModelAdmin[Promotion]):
    """`uses` is counted, not typed. A code that was used is ended, not deleted."""

    list_display = (
        *("code", "name", "percent", "amount_cents", "valid_until", "max_uses", "uses"),
        "any_spelling",
    )
    readonly_fields = ("uses",)
    filter_horizontal = ("tiers",)

    @admin.display(description=_("In any spelling"), boolean=True)
    def any_spelling(self, promotion: Promotion) -> bool:
        """Return False where another code has the same letters: then its exact spelling counts."""
        return promotion.key is not None

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **options: Any
    ) -> Any:
        """Let the time be left out, and say what the moment means."""
        if db_field.name in ENDS:
            without, text = ENDS[db_field.name]
            options["form_class"] = partial(DayTimeField, without=without)
            options["help_text"] = format_lazy(text, zone=settings.TIME_ZONE)
        return super().formfield_for_dbfield(db_field, request, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Promotion | None = None) -> bool:
        unused = obj is None or obj.uses == 0
        return unused and super().has_delete_permission(request, obj)
