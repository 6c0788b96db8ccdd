"""Forms about clients: another name, another administrator, a note."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.backoffice.order.forms import confirmed
from shop.email_fields import EmailField, EmailInput
from shop.form_texts import member_field
from shop.new_member_form import checked_name
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import User
from shop.text_areas import TextAreaField


class ClientNoteForm(forms.Form):
    """Ask for a note about a client."""

    text = TextAreaField(
        label=gettext_lazy("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only staff can see it."),
    )


class RenameForm(forms.Form):
    """Ask for the name of a client."""

    client_name = member_field("client_name", required=True)
    # The name that the page shows: of two changes at once, the second is refused.
    before = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_name"].error_messages["required"] = _("Please enter the client's name.")
        self.fields["client_name"].label = _("Name of the client")
        self.fields["client_name"].help_text = _(
            "Its members see this name. Issued invoices keep the old one; later ones show the "
            "name in the billing details."
        )

    def clean_client_name(self) -> str:
        """Return the name if an order could hold it."""
        return checked_name(self.cleaned_data["client_name"])


class AppointForm(forms.Form):
    """Ask for the person who will administer a client."""

    instead_of = forms.IntegerField(widget=forms.HiddenInput)
    user = EmailField(
        widget=EmailInput({"autocomplete": "off"}),
        label=gettext_lazy("E-mail of the person who will administer it"),
        help_text=gettext_lazy(
            "The person must have joined. The present administrator loses these rights."
        ),
    )
    confirm = confirmed(gettext_lazy("Yes, hand over this client."))

    def clean_user(self) -> User:
        """Return the user with this address, who can sign in."""
        user = user_by_email(self.cleaned_data["user"])
        if user is None or not user.may_sign_in:
            raise forms.ValidationError(_("Nobody with this address has joined."))
        return user
