"""Find a person by e-mail address, and the requests about people that wait for a colleague."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.backoffice.people.persons import ERASE, LOOK, search_person
from portal.backoffice.staff_access import permission_required
from shop.email_fields import EmailField, EmailInput
from shop.orders.pasted_text import find_email


class PastedEmailField(EmailField):
    """An address as people paste it: bare, `Name <address>` or `mailto:…`."""

    def to_python(self, value: Any) -> str:
        """Return the address alone, if there is one in `value`."""
        text = str(super().to_python(value) or "")
        return find_email(text) or text


class FindPersonForm(forms.Form):
    """Ask for the e-mail address of a person."""

    email = PastedEmailField(
        widget=EmailInput({"autocomplete": "off"}),
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The full address, as in an account or an order."),
    )


@permission_required(LOOK, ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a person by e-mail address."""
    form = FindPersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found = search_person(form.cleaned_data["email"])
        if found:
            return redirect(found.url("staff_person"))
        form.add_error("email", _("Neither an account nor an order has this address."))
    status = 422 if form.errors else 200
    return render(request, "backoffice/people/people.html", {"form": form}, status=status)
