"""The back office's forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.tenancy.models import Client, Project


class ByHandForm(forms.Form):
    """Which client and project staff have delivered themselves."""

    client = forms.ModelChoiceField(
        Client.objects.all(),
        label=_("Client's number"),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": _("There is no client of this number.")},
    )
    project = forms.ModelChoiceField(
        Project.objects.select_related("client", "product"),
        label=_("Project's number"),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": _("There is no project of this number.")},
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        client, project = cleaned.get("client"), cleaned.get("project")
        if client and project and project.client_id != client.pk:
            self.add_error("project", _("This project does not belong to that client."))
        return cleaned
