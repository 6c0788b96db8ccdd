"""Forms of the member's pages."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shop.catalogue.listed_tiers import with_vat_rate
from shop.catalogue.models import Product
from shop.catalogue.templatetags.money import money
from shop.form_texts import FORM_TEXTS, member_field


class InviteForm(forms.Form):
    """The person to invite. The order document validates the fields."""

    user_email = member_field("user_email", required=True)
    user_first_name = member_field("user_first_name", required=False)
    user_last_name = member_field("user_last_name", required=False)
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["user_email"]
        email.help_text = _("The invitation goes here.")
        email.error_messages["required"] = _("Please enter the e-mail address of whom you invite.")
        for name in ("user_email", "user_first_name", "user_last_name"):
            # Another person's data, not that of the browser's user.
            self.fields[name].widget.attrs["autocomplete"] = "off"


class TierField(forms.ModelChoiceField[Product]):
    """Chooses a tier."""

    def label_from_instance(self, tier: Product) -> str:
        """Return the name of the tier, with its price."""
        if tier.is_free:
            return gettext("%(tier)s · free of charge") % {"tier": tier.name}
        price = money(tier.gross_cents, tier.currency)
        return gettext("%(tier)s · %(price)s a month") % {"tier": tier.name, "price": price}


class ProjectForm(forms.Form):
    """Name and tier of a new project."""

    project_name = member_field("project_name", required=True)
    product = TierField(
        Product.objects.none(),
        label=_("Plan"),
        to_field_name="code",
        empty_label=None,
        error_messages={
            "required": _("Please choose a plan."),
            "invalid_choice": FORM_TEXTS["unknown_tier"],
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = cast(TierField, self.fields["product"])
        tiers.queryset = with_vat_rate(Product.objects.filter(listed=True))


class TokenForm(forms.Form):
    """A personal access token."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Where it is used, to tell tokens apart."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        empty_value=None,
        required=False,
        initial=90,
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (365, _("one year")),
            ("", pgettext_lazy("token", "until it is revoked")),
        ],
    )
    billing = forms.BooleanField(
        label=_("It may also see the invoices of the companies I administer"), required=False
    )


class AppointmentForm(forms.Form):
    """Tells staff who is to be appointed as client_admin, or why."""

    note = forms.CharField(
        label=_("Who could do it, or what should we know?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


class DeleteForm(forms.Form):
    """Confirms that the account is to be deleted."""

    sure = forms.BooleanField(
        label=_("I want my account to be deleted"),
        error_messages={"required": _("Please tick the box if you want that.")},
    )
