"""The form that asks whether to cancel an order, and why."""

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.invisible_characters import is_blank

LONGEST_REASON = 500  # characters


class CancelForm(forms.Form):
    """Ask for a reason, which may be left out."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("We read it, and it appears on the page of the order."),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )

    def clean_reason(self) -> str:
        """Return the reason in one line, or an empty string where nothing can be seen in it."""
        typed = " ".join(str(self.cleaned_data["reason"]).split())
        plain = "".join(sign for sign in typed if unicodedata.category(sign) != "Cc")
        return "" if is_blank(plain) else plain
