"""The company of a client_admin: its name, and where address and VAT ID are changed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import member_access as access
from shop.billing_form import country_name
from shop.form_texts import member_field
from shop.new_member_form import checked_name
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.client_names import rename_client
from shop.tenancy.vies import newest_check_of


class CompanyForm(forms.Form):
    """Ask for the name of the company."""

    client_name = member_field("client_name", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["client_name"]
        field.label = _("Name of the company")
        field.help_text = _(
            "Your members and our team see this name. Invoices show the billing address; change it below, too."
        )

    def clean_client_name(self) -> str:
        """Return the name if an order could hold it."""
        return checked_name(self.cleaned_data["client_name"])


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def company(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the company's name, billing address and VAT ID; POST changes the name."""
    admin = access.member(request)
    found = get_object_or_404(access.clients_of(admin), pk=pk)
    form = CompanyForm(access.post_data(request), initial={"client_name": found.name})
    if form.is_valid():
        rename_client(found, form.cleaned_data["client_name"], admin)
        messages.success(request, _("The company’s name is saved."))
        return redirect("portal_company", found.pk)
    profile = BillingProfile.objects.filter(client=found).first()
    context = {
        "client": found,
        "form": form,
        "profile": profile,
        "country": country_name(profile.country) if profile else "",
        "check": newest_check_of(profile),
    }
    return render(request, "accounts/company.html", context, status=422 if form.errors else 200)
