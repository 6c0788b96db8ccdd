"""Tiers and promotion codes in Django's admin."""

from django.contrib import admin
from django.http import HttpRequest

from shop.catalogue.models import Product, Promotion


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

    list_display = ("code", "name", "percent", "amount_cents", "valid_until", "max_uses", "uses")
    readonly_fields = ("uses",)
    filter_horizontal = ("tiers",)

    def has_delete_permission(self, request: HttpRequest, obj: Promotion | None = None) -> bool:
        unused = obj is None or obj.uses == 0
        return unused and super().has_delete_permission(request, obj)
