"""The member's profile: names, display name, language, time zone."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from portal.accounts import member_access as access
from shop.form_texts import member_field
from shop.languages import set_page_language
from shop.login_field import checked_login, login_field, taken
from shop.new_member_form import checked_name
from shop.tenancy.joining import LoginTakenError
from shop.tenancy.models import User
from shop.tenancy.profiles import NAMES, Profile, change_profile
from shop.time_zones import zones_by_region


class ProfileForm(forms.Form):
    """Ask a member for all of their profile."""

    first_name = member_field("user_first_name", required=False)
    last_name = member_field("user_last_name", required=False)
    login = login_field()
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("For these pages and our e-mails to you."),
        choices=settings.LANGUAGES,
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    def __init__(self, user: User, posted: QueryDict | None) -> None:
        super().__init__(posted, initial={name: getattr(user, name) for name in NAMES})
        self.user = user
        ours = _("The shop’s: %(zone)s") % {"zone": settings.TIME_ZONE}
        zone = self.fields["time_zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101 -- it is the one above
        zone.choices = [("", ours), *zones_by_region()]
        zone.help_text = _(
            "Pages show times in this zone. Contracts and invoices go by the date in %(zone)s."
        ) % {"zone": settings.TIME_ZONE}

    def clean_first_name(self) -> str:
        """Return the first name if an order could hold it."""
        return checked_name(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        """Return the last name if an order could hold it."""
        return checked_name(self.cleaned_data["last_name"])

    def clean_login(self) -> str | None:
        """Return the login if the member can have it."""
        return checked_login(self.cleaned_data["login"], self.user) or None


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change the member's profile; the page goes on in the language that was chosen."""
    user = access.member(request)
    form = ProfileForm(user, access.post_data(request))
    if form.is_valid():
        try:
            change_profile(user, Profile(**form.cleaned_data))
        except LoginTakenError:
            form.add_error("login", taken())
        else:
            with override(user.language):
                messages.success(request, _("Your profile is saved."))
            response = redirect("portal_profile")
            set_page_language(response, user.language)
            return response
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)
