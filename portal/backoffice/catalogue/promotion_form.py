"""The form of a promotion code: days instead of moments, amounts in euros."""

from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.backoffice.catalogue.edit_form import EditForm
from shop.catalogue.models import Product, Promotion
from shop.catalogue.price_field import PriceField

FIRST, LAST = time.min, time(23, 59, 59)
USED = _("Orders were placed with this code, so it cannot be changed any more.")


class DayInput(forms.DateInput):
    """A day, as browsers let people choose it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PromotionCodeForm(EditForm[Promotion]):
    """A promotion code, with the days between which it counts, both inclusive."""

    amount_cents = PriceField(
        label=_("Amount off"),
        required=False,
        help_text=_(
            "Off the net price of a month, in euros, such as 5 or 5,00; of a year, twelve times as "
            "much."
        ),
    )
    first_day = forms.DateField(
        label=_("From"), widget=DayInput, help_text=_("From the beginning of this day.")
    )
    last_day = forms.DateField(
        label=_("Until"),
        widget=DayInput,
        required=False,
        help_text=_("Until the end of this day. Leave empty for no end."),
    )

    class Meta:
        model = Promotion
        fields = ("code", "name", "percent", "amount_cents", "months", "max_uses", "tiers")
        localized_fields = ("percent",)
        labels: ClassVar = {
            "code": _("Promotion code"),
            "name": _("Purpose"),
            "percent": _("Percent off"),
            "months": _("Months with the discount"),
            "max_uses": _("Maximum number of orders"),
            "tiers": _("Tiers"),
        }
        help_texts: ClassVar = {
            "name": _("Customers see it."),
            "max_uses": _("Leave empty for no limit."),
            "tiers": _("If none is chosen, the code is valid for all tiers."),
        }
        widgets: ClassVar = {"tiers": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = self.instance
        self.initial["first_day"] = timezone.localtime(found.valid_from).date()
        if found.valid_until:
            self.initial["last_day"] = timezone.localtime(found.valid_until).date()
        if found.uses:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = USED
        if found.switched_off_at is None:
            listed = Product.objects.filter(listed=True)
            tiers = (listed | found.tiers.all()).distinct() if found.pk else listed
            self.fields["tiers"].queryset = tiers  # type: ignore[attr-defined]
        self.order_fields([*self.Meta.fields[:5], "first_day", "last_day"])
        self.begin()

    def clean(self) -> dict[str, Any]:
        """Put the days into the row; a moment that was stored stays while its day does."""
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Choose the first day, or a later one."))
        if (first and first != self.initial.get("first_day")) or (
            first and self.instance.pk is None
        ):
            self.instance.valid_from = _moment(first, FIRST)
        if last != self.initial.get("last_day"):
            self.instance.valid_until = _moment(last, LAST) if last else None
        return cleaned


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
