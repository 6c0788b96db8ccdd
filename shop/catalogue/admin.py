"""Tiers and promotion codes in Django's admin."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shop.catalogue.forms import ProductForm, PromotionForm
from shop.catalogue.models import Product, Promotion
from shop.catalogue.templatetags.money import money
from shop.change_history import change_message
from shop.text_areas import TextAreaField


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    """Tiers are retired by taking them off the list, never deleted: orders refer to them."""

    form = ProductForm
    list_display = ("name", "code", "net_price", "members", "packing", "listed")
    list_editable = ("listed",)
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.TextField: {"form_class": TextAreaField, "widget": AdminTextareaWidget}
    }

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        # The box that confirms a price stands beside the price.
        fields = list(super().get_fields(request, obj))
        fields.remove("confirmed_price")
        fields.insert(fields.index("vat_rate") + 1, "confirmed_price")
        return fields

    @admin.display(description=_("Net price a month"), ordering="net_cents")
    def net_price(self, product: Product) -> str:
        return money(product.net_cents, product.currency)

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

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if add:
            return super().construct_change_message(request, form, formsets, add)
        return change_message(form)


@admin.register(Promotion)
class PromotionAdmin(admin.ModelAdmin[Promotion]):
    """`uses` is counted, not typed. A code that was used is ended, not deleted."""

    form = PromotionForm
    list_display = ("code", "name", "percent", "amount", "valid_until", "max_uses", "uses")
    filter_horizontal = ("tiers",)

    @admin.display(description=_("Amount off"))
    def amount(self, promotion: Promotion) -> str:
        return "–" if promotion.amount_cents is None else money(promotion.amount_cents)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Promotion | None = None
    ) -> tuple[str, ...]:
        return ("code", "uses") if obj and obj.uses else ("uses",)

    def has_delete_permission(self, request: HttpRequest, obj: Promotion | None = None) -> bool:
        unused = obj is None or obj.uses == 0
        return unused and super().has_delete_permission(request, obj)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if add:
            return super().construct_change_message(request, form, formsets, add)
        return change_message(form)
