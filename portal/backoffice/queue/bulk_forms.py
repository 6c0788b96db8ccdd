"""The form that asks for what a bulk action needs."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.backoffice.models import BulkJob
from portal.backoffice.order.forms import ColleagueChoiceField, confirmed
from shop.tenancy.colleagues import colleagues_with
from shop.tenancy.models import User
from shop.text_areas import TextAreaField

Action = BulkJob.Action


class BulkForm(forms.Form):
    """Ask for what a bulk action needs."""

    # By action: its fields. The others ask for nothing.
    NEEDED: ClassVar[dict[str, tuple[str, ...]]] = {
        Action.CANCEL: ("reason", "confirm"),
        Action.ASSIGN: ("assignee",),
        Action.FOLLOW_UP: ("follow_up_on",),
        Action.NOTE: ("reason",),
    }

    reason = TextAreaField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Customers read it in the e-mail, so write what applies to all of them."),
    )
    assignee = ColleagueChoiceField(
        User.objects.none(), label=_("Assign to"), empty_label=_("Please choose")
    )
    follow_up_on = forms.DateField(
        label=_("Follow up on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty to remove the follow-up."),
    )
    confirm = confirmed(_("Yes, cancel these orders. This cannot be undone."))

    def __init__(self, action: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = self.NEEDED.get(action, ())
        self.fields = {name: self.fields[name] for name in needed}
        if action == Action.NOTE:
            self.fields["reason"].label = _("Note")
            self.fields["reason"].help_text = _("Only staff can see it, on each of these orders.")
        if action == Action.ASSIGN:
            able = colleagues_with("orders.mend_order")
            self.fields["assignee"].queryset = able  # type: ignore[attr-defined]

    def details(self) -> dict[str, Any]:
        """Return the columns of the job that the action needs."""
        return {name: value for name, value in self.cleaned_data.items() if name != "confirm"}
