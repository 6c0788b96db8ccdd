"""Tiers with their features, promotion codes, the seller and rates of VAT in Django's admin."""

from collections.abc import Sequence
from datetime import date, time
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shop.catalogue.day_time_field import DayTimeField
from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.forms import ProductForm, PromotionForm
from shop.catalogue.models import Product, Promotion
from shop.catalogue.seller import Seller, VatRate, save_seller
from shop.catalogue.seller_form import SellerForm
from shop.catalogue.templatetags.money import money
from shop.change_history import change_message
from shop.text_areas import TextAreaField

Row = TypeVar("Row", bound=models.Model)
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


class FeatureValueInline(admin.TabularInline[FeatureValue, Any]):
    """Lines on the page of a feature, one for each tier, or on a tier's, one for each feature."""

    model = FeatureValue
    can_delete = False

    def missing(self, parent: Feature | Product | None) -> list[dict[str, int]]:
        """Return what lines without a row begin with."""
        here, there = (
            ("product", "feature") if self.parent_model is Product else ("feature", "product")
        )
        others: models.QuerySet[Any] = (Feature if there == "feature" else Product).objects.all()
        if parent:
            there_already = FeatureValue.objects.filter(**{here: parent.pk})
            others = others.exclude(pk__in=there_already.values(there))
        return [{there: each.pk} for each in others]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(self.missing(obj))


class CatalogueAdmin(admin.ModelAdmin[Row]):
    """A page with a line for each value, whose changes are in the history with the page's own."""

    inlines: ClassVar = [FeatureValueInline]
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.TextField: {"form_class": TextAreaField, "widget": AdminTextareaWidget}
    }

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs | {"initial": inline.missing(obj)}

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if add:
            return super().construct_change_message(request, form, formsets, add)
        lines = [line for formset in formsets or () for line in formset if line.has_changed()]
        said = [change_message(form), *map(_line_message, lines)]
        return "; ".join(filter(None, said))


def _line_message(line: Any) -> str:
    """Say what has changed in a line; of a new one, what it says now."""
    changes = change_message(line)
    return f"{line.instance}: {changes}" if changes else f"+ {line.instance}"


@admin.register(Feature)
class FeatureAdmin(CatalogueAdmin[Feature]):
    list_display = ("__str__", "code", "position")
    list_editable = ("position",)
    prepopulated_fields: ClassVar = {"code": ("name_en",)}


@admin.register(Product)
class ProductAdmin(CatalogueAdmin[Product]):
    """Tiers are retired by taking them off the list, never deleted: orders refer to them."""

    form = ProductForm
    list_display = ("name", "code", "net_price", "yearly_price", "members", "packing", "listed")
    list_editable = ("listed",)

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        # The box that confirms a price stands beside the price, that of the mark before the place.
        fields = list(super().get_fields(request, obj))
        for name, place in (("confirmed_price", "members"), ("recommended", "position")):
            fields.remove(name)
            fields.insert(fields.index(place), name)
        return fields

    @admin.display(description=_("Net price a month"), ordering="net_cents")
    def net_price(self, product: Product) -> str:
        return money(product.net_cents, product.currency)

    @admin.display(description=_("Net price a year"), ordering="yearly_net_cents")
    def yearly_price(self, product: Product) -> str:
        cents = product.yearly_net_cents
        return "–" if cents is None else money(cents, product.currency)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Product | None = None
    ) -> tuple[str, ...]:
        return Product.FIXED_ONCE_USED if obj and obj.is_used() else ()

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Product | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("code",)}

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False


@admin.register(Promotion)
class PromotionAdmin(admin.ModelAdmin[Promotion]):
    """`uses` is counted, not typed. A code that was used is ended, not deleted."""

    form = PromotionForm
    list_display = (
        *("code", "name", "percent", "amount", "months", "valid_until", "max_uses", "uses"),
        "any_spelling",
    )
    filter_horizontal = ("tiers",)

    @admin.display(description=_("Amount off"))
    def amount(self, promotion: Promotion) -> str:
        return "–" if promotion.amount_cents is None else money(promotion.amount_cents)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Promotion | None = None
    ) -> tuple[str, ...]:
        return ("code", "uses") if obj and obj.uses else ("uses",)

    @admin.display(description=_("In any spelling"), boolean=True)
    def any_spelling(self, promotion: Promotion) -> bool:
        """Return False where another code has the same letters: then its exact spelling counts."""
        return promotion.key is not None

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **options: Any
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

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if add:
            return super().construct_change_message(request, form, formsets, add)
        return change_message(form)


@admin.register(Seller)
class SellerAdmin(admin.ModelAdmin[Seller]):
    """There is one seller, as a migration made it."""

    form = SellerForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Seller | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Seller, form: Any, change: bool) -> None:
        save_seller(obj, actor=request.user)  # type: ignore[arg-type]  # signed in

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return change_message(form)


@admin.register(VatRate)
class VatRateAdmin(admin.ModelAdmin[VatRate]):
    """A rate that counts already is never changed: a new one begins on a day to come."""

    list_display = ("country", "rate", "valid_from")
    list_filter = ("country",)

    def has_change_permission(self, request: HttpRequest, obj: VatRate | None = None) -> bool:
        return _is_to_come(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: VatRate | None = None) -> bool:
        return _is_to_come(obj) and super().has_delete_permission(request, obj)


def _is_to_come(rate: VatRate | None) -> bool:
    today: date = timezone.localdate()
    return rate is None or rate.valid_from > today
