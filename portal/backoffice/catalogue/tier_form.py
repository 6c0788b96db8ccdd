"""The form of a tier: its price, its words, and what it includes of each feature."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from portal.backoffice.catalogue.edit_form import EditForm
from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.models import Product
from shop.catalogue.price_field import PriceField
from shop.catalogue.templatetags.money import money

FIXED = _("Orders and projects name the tier by it, so it cannot be changed any more.")
PRICE_NOW = _(
    "Without VAT, in euros, such as 49 or 49,00. With %(rate)s%% VAT it is now %(gross)s."
)
BOTH = _("Please write it in both languages.")
PARTS = ("included", "text_de", "text_en")


class TierForm(EditForm[Product]):
    """A tier, with three fields for each feature."""

    net_cents = PriceField(
        label=_("Net price a month"),
        help_text=_("Without VAT, in euros, such as 49 or 49,00. Enter 0 for a free tier."),
    )
    yearly_net_cents = PriceField(
        label=_("Net price a year"),
        required=False,
        help_text=_("In advance, without VAT; empty: the tier is sold by the month alone."),
    )
    recommended = forms.BooleanField(
        label=_("Recommended"),
        required=False,
        help_text=_("One tier at most: the mark moves here from another one."),
    )

    class Meta:
        model = Product
        fields = (
            *("name", "code", "slug", "family", "promise_de", "promise_en"),
            *("net_cents", "yearly_net_cents", "members", "packing", "recommended"),
        )
        labels: ClassVar = {
            "name": _("Name"),
            "code": _("Code"),
            "slug": _("Name in links"),
            "family": _("Shown under"),
            "promise_de": _("Promise (German)"),
            "promise_en": _("Promise (English)"),
            "members": _("Places for members"),
            "packing": _("Set up"),
        }
        help_texts: ClassVar = {
            "code": _(
                "Orders and partners' programs name the tier by it. Upper and lower case matter."
            ),
            "slug": _("The last part of its page's address: lower case, digits and hyphens."),
            "promise_de": _("One sentence below the name."),
            "members": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["recommended"] = self.instance.recommended
        if self.instance.pk and self.instance.is_used():
            for name in Product.FIXED_ONCE_USED:
                self.fields[name].disabled = True
                self.fields[name].help_text = FIXED
        if self.instance.pk:
            self.fields["net_cents"].help_text = _price_now(self.instance)
        self.features = list(Feature.objects.all())
        stored = FeatureValue.objects.filter(product=self.instance.pk)
        self.stored = {value.feature_id: value for value in stored}
        for feature in self.features:
            self._add_feature(feature)
        self.begin()

    def clean(self) -> dict[str, Any]:
        """Ask for both languages of what a tier has of a feature."""
        cleaned = super().clean()
        self.instance.is_recommended = cleaned.get("recommended") or None
        for feature in self.features:
            german, english = (cleaned.get(name) for name in feature_names(feature)[1:])
            if bool(german) != bool(english):
                self.add_error(feature_names(feature)[2 if german else 1], BOTH)
        return cleaned

    @property
    def grid(self) -> list[tuple[Feature, list[BoundField]]]:
        """Return each feature with its three fields."""
        return [(each, [self[name] for name in feature_names(each)]) for each in self.features]

    @property
    def plain_fields(self) -> list[BoundField]:
        """Return the fields of the tier itself."""
        return [self[name] for name in self.Meta.fields]

    def drafted_values(self) -> list[FeatureValue]:
        """Return what the tier includes, as it was typed."""
        values = [self._value(feature) for feature in self.features]
        return [value for value in values if value.included]

    def save(self, commit: bool = True) -> Product:
        """Save the tier and what changed of its features."""
        tier: Product = super().save(commit)
        changed = set(self.edited)
        for feature in self.features:
            if changed.intersection(feature_names(feature)):
                value = self._value(feature)
                value.product = tier
                value.save()
        return tier

    def _value(self, feature: Feature) -> FeatureValue:
        value = self.stored.get(feature.pk) or FeatureValue(feature=feature, product=self.instance)
        value.feature = feature
        names = feature_names(feature)
        value.included, value.text_de, value.text_en = (self.cleaned_data[each] for each in names)
        value.included = value.included or bool(value.text_de)
        return value

    def _add_feature(self, feature: Feature) -> None:
        value = self.stored.get(feature.pk) or FeatureValue()
        put_value_fields(self, feature_names(feature), value, named_after(feature))


def _price_now(tier: Product) -> str:
    """Return the hint of the monthly price, with what it is together with the seller's own VAT."""
    rate = f"{tier.vat_rate.normalize():f}"
    return str(PRICE_NOW) % {"rate": rate, "gross": money(tier.gross_cents, tier.currency)}


def named_after(feature: Feature) -> Callable[[], str]:
    """Return a function that names `feature` in the reader's language."""
    return lambda: feature.name


def put_value_fields(
    form: forms.ModelForm[Any], names: list[str], value: FeatureValue, name: Callable[[], str]
) -> None:
    """Add the three fields of `value` to a form; `name` says what their labels begin with."""
    labels = (_("%(name)s: included"), _("%(name)s (German)"), _("%(name)s (English)"))
    for part, field, label in zip(PARTS, names, labels, strict=True):
        said: Any = lazy(lambda text=label: str(text) % {"name": name()}, str)()
        if part == "included":
            form.fields[field] = forms.BooleanField(label=said, required=False)
        else:
            form.fields[field] = forms.CharField(label=said, required=False, max_length=60)
        form.initial[field] = getattr(value, part)


def feature_names(feature: Feature) -> list[str]:
    """Return the names of the form's fields of `feature`: included, and how much in each language."""
    return [f"feature-{feature.pk}-{part}" for part in PARTS]
