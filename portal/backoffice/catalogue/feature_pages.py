"""The features: the comparison of all tiers, and a form with the values of each tier."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.catalogue.edit_form import EditForm, save_recorded
from portal.backoffice.catalogue.row_order import DOWN, UP, move_row
from portal.backoffice.catalogue.tier_form import BOTH, PARTS, put_value_fields
from portal.backoffice.confirmation import ask_first
from portal.backoffice.staff_access import permission_required, staff_user
from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.models import Product
from shop.row_locks import lock_rows
from shop.text_areas import TextAreaField

LOOK, ADD, CHANGE, DELETE = (
    f"catalogue.{each}_feature" for each in ("view", "add", "change", "delete")
)


class FeatureForm(EditForm[Feature]):
    """A feature, with three fields for each tier."""

    class Meta:
        model = Feature
        fields = ("name_de", "name_en", "explanation_de", "explanation_en")
        field_classes: ClassVar = dict.fromkeys(("explanation_de", "explanation_en"), TextAreaField)
        widgets: ClassVar = {
            name: forms.Textarea({"rows": 2}) for name in ("explanation_de", "explanation_en")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiers = list(Product.objects.all())
        values = FeatureValue.objects.filter(feature=self.instance.pk)
        self.stored = {value.product_id: value for value in values}
        for tier in self.tiers:
            self._add_tier(tier)
        self.begin()

    def clean(self) -> dict[str, Any]:
        """Ask for both languages of what a tier has of it."""
        cleaned = super().clean()
        for tier in self.tiers:
            german, english = (cleaned.get(name) for name in _names(tier)[1:])
            if bool(german) != bool(english):
                self.add_error(_names(tier)[2 if german else 1], BOTH)
        return cleaned

    @property
    def grid(self) -> list[tuple[Product, list[BoundField]]]:
        """Return each tier with its three fields."""
        return [(each, [self[name] for name in _names(each)]) for each in self.tiers]

    @property
    def plain_fields(self) -> list[BoundField]:
        """Return the fields of the feature itself."""
        return [self[name] for name in self.Meta.fields]

    def save(self, commit: bool = True) -> Feature:
        """Save the feature and what tiers have of it."""
        feature: Feature = super().save(commit)
        changed = set(self.edited)
        for tier in self.tiers:
            names = _names(tier)
            if changed.intersection(names):
                value = self.stored.get(tier.pk) or FeatureValue(product=tier)
                value.feature = feature
                value.included, value.text_de, value.text_en = (
                    self.cleaned_data[each] for each in names
                )
                value.included = value.included or bool(value.text_de)
                value.save()
        return feature

    def _add_tier(self, tier: Product) -> None:
        value = self.stored.get(tier.pk) or FeatureValue()
        put_value_fields(self, _names(tier), value, lambda: tier.name)


@permission_required(LOOK)
@require_safe
def features(request: HttpRequest) -> HttpResponse:
    """Compare all listed tiers, feature by feature."""
    tiers = list(Product.objects.filter(listed=True))
    places = {tier.pk: place for place, tier in enumerate(tiers)}
    rows = {each.pk: (each, [None] * len(tiers)) for each in Feature.objects.all()}
    for value in FeatureValue.objects.filter(included=True, product__in=places).order_by():
        rows[value.feature_id][1][places[value.product_id]] = value  # type: ignore[call-overload]
    context = {"tiers": tiers, "rows": rows.values()}
    return render(request, "backoffice/catalogue/features.html", context)


@permission_required(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_feature(request: HttpRequest) -> HttpResponse:
    """Add a feature at the end."""
    return _edit(request, None)


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def feature(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and change a feature."""
    return _edit(request, get_object_or_404(Feature, pk=pk))


@permission_required(CHANGE)
@require_POST
def move_feature(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a feature up or down."""
    way = request.POST.get("way", "")
    if way in (UP, DOWN):
        with transaction.atomic():
            move_row(Feature.objects.all(), pk, way, staff_user(request))
    return redirect("staff_features")


@permission_required(DELETE)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_feature(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a feature is deleted with the values of all tiers; POST does it."""
    found = get_object_or_404(Feature, pk=pk)
    if request.method != "POST":
        number = found.values.filter(included=True, product__listed=True).count()
        text = ngettext(
            "%(number)s tier includes it; its page will no longer name it.",
            "%(number)s tiers include it; their pages will no longer name it.",
            number,
        )
        return ask_first(
            request,
            _("Delete the feature “%(name)s”?") % {"name": found.name},
            [
                text % {"number": number},
                _("What was entered for each tier is deleted; this cannot be undone."),
            ],
            button=_("Delete the feature"),
            destroys=True,
            back=reverse("staff_feature", args=[pk]),
        )
    with transaction.atomic():
        record(staff_user(request), found, Act.DELETED)
        found.delete()
    messages.success(request, _("The feature is deleted."))
    return redirect("staff_features")


def _names(tier: Product) -> list[str]:
    return [f"tier-{tier.pk}-{part}" for part in PARTS]


def _edit(request: HttpRequest, found: Feature | None) -> HttpResponse:
    if request.method != "POST":
        return _show(request, found, FeatureForm(None, instance=found))
    with transaction.atomic():
        if found:
            lock_rows(Feature.objects.filter(pk=found.pk))
            found = Feature.objects.get(pk=found.pk)
        form = FeatureForm(request.POST, instance=found)
        if not form.is_valid():
            return _show(request, found, form)
        if found is None:
            form.instance.position = (
                Feature.objects.aggregate(last=Max("position"))["last"] or 0
            ) + 1
            form.instance.code = _free_code(form.cleaned_data["name_en"])
        if form.edited:
            save_recorded(form, staff_user(request), Act.CHANGED if found else Act.MADE)
    messages.success(request, _("The feature is saved. The pages of the tiers show it."))
    return redirect("staff_features")


def _free_code(name: str) -> str:
    """Return a code that no feature has; visitors never see it."""
    base, number = slugify(name)[:40] or "feature", 1
    code = base
    while Feature.objects.filter(code=code).exists():
        number += 1
        code = f"{base}-{number}"
    return code


def _show(request: HttpRequest, found: Feature | None, form: FeatureForm) -> HttpResponse:
    stored = Feature.objects.get(pk=found.pk) if found else None
    context = {
        "form": form,
        "feature": stored,
        "history": history_of(stored) if stored else [],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "backoffice/catalogue/feature.html", context, status=status)
