"""Forms about declarations: dismiss one, decide about a cause."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.backoffice.order.forms import confirmed
from shop.billing.notice_periods import latest_end
from shop.text_areas import TextAreaField

NOTE = 500


def note_field() -> TextAreaField:
    """Return the field of a note for colleagues."""
    return TextAreaField(
        label=_("Note"),
        max_length=NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For colleagues only: why you decide this way."),
    )


class FutureDayField(forms.DateField):
    """A day that is not over, nor so late that it must be a slip."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> date | None:
        """Return the day. Raises ValidationError."""
        day: date | None = super().clean(value)
        if day and day < timezone.localdate():
            raise ValidationError(_("This day is in the past."))
        if day and day > latest_end(timezone.localdate()):
            raise ValidationError(_("Please choose a day within the next ten years."))
        return day


class DismissForm(forms.Form):
    """Ask why a declaration is put aside."""

    note = note_field()
    confirm = confirmed(_("Yes, dismiss it. This cannot be undone."))


class CauseForm(forms.Form):
    """Ask for the last day of a contract whose cancellation for cause is accepted."""

    ends_on = FutureDayField(
        label=_("Last day of the subscription"),
        initial=timezone.localdate,
        help_text=_("What was paid for later days is credited."),
    )
    note = note_field()
    confirm = confirmed(_("Yes, accept the cause and end it on this day."))


class DeclineForm(forms.Form):
    """Ask why a cause does not count."""

    note = note_field()
