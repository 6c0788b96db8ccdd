"""The back office's forms."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.order.named_colleagues import (
    NamedColleagues,
    colleagues_to_name,
    find_named,
    handle_of,
)
from shop.email_fields import EmailField, EmailInput
from shop.form_texts import add_errors, member_field
from shop.orders.corrections import check_corrections
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order, OrderEvent
from shop.orders.order_fields import CORRECTABLE
from shop.packing.recovery import rerunnable_steps
from shop.packing.step_names import step_title
from shop.tenancy.colleagues import colleagues_with, name_of
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import Client, Project, User
from shop.text_areas import TextAreaField
from shop.typed_text import isolated


class ActionForm(forms.Form):
    """The form of one staff action; the ids of its fields begin with the action's name."""

    name: ClassVar[str] = ""
    columns: ClassVar[dict[str, str]] = {}  # by field: the order's column that it shows at first

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{self.name}_%s")
        self.order = order
        self.initial = {field: getattr(order, column) for field, column in self.columns.items()}


class ByHandForm(ActionForm):
    """Ask for the client and project that staff delivered themselves."""

    name = "by_hand"
    columns: ClassVar = {"client": "delivered_client_id", "project": "delivered_project_id"}
    client = forms.ModelChoiceField(
        Client.objects.all(),
        label=_("Client number"),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": _("There is no client with this number.")},
    )
    project = forms.ModelChoiceField(
        Project.objects.select_related("client", "product"),
        label=_("Project number"),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": _("There is no project with this number.")},
    )
    note = TextAreaField(label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        client, project = cleaned.get("client"), cleaned.get("project")
        if client and project and project.client_id != client.pk:
            self.add_error("project", _("This project does not belong to that client."))
        return cleaned


def confirmed(label: StrOrPromise) -> forms.BooleanField:
    """A box that must be ticked before something is done that cannot be taken back."""
    return forms.BooleanField(
        label=label, error_messages={"required": _("Please tick the box to confirm.")}
    )


class CancelForm(ActionForm):
    """Ask for the reason of a cancellation."""

    name = "cancel"
    reason = TextAreaField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads it in the e-mail, so write it in their language."),
    )
    confirm = confirmed(_("Yes, cancel this order. This cannot be undone."))


class CorrectForm(ActionForm):
    """Correct the fields of an order. The order document checks their values."""

    name = "correct"
    # The version that the page shows: of two corrections at once, the second is refused.
    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        self.initial["version"] = order.updated_at.isoformat()
        for name in CORRECTABLE:
            if not _is_fixed(order, name):
                self.initial[name] = getattr(order, name)
                self.fields[name] = member_field(name, required=False)

    def details(self) -> dict[str, Any]:
        """Return the valid fields; empty ones become None."""
        given = {name: self.cleaned_data[name] for name in CORRECTABLE if name in self.cleaned_data}
        return {name: value if value != "" else None for name, value in given.items()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            # Correcting checks the document; if a field failed, check it here to show all errors.
            try:
                check_corrections(self.order, self.details())
            except InvalidDocumentError as refusal:
                add_errors(self, refusal.problems)
        return cleaned


def _is_fixed(order: Order, name: str) -> bool:
    """Tell whether `name` was delivered and is fixed: ids are, names can still change."""
    kind, _, what = name.partition("_")
    if kind == "user" or not getattr(order, f"delivered_{kind}_id", None):
        return False
    return what == "id" or not getattr(order, name)


class RetryFromForm(ActionForm):
    """The step from which an order is tried again."""

    name = "retry_from"

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        names = rerunnable_steps(order)
        steps = forms.RadioSelect(choices=[(name, step_title(name)) for name in names])
        # Not a choice field: `retry_from` decides which steps there are.
        self.fields["step"] = forms.CharField(
            label=_("Start from step"), widget=steps, initial=names[-1] if names else None
        )


class EmailChangeForm(ActionForm):
    """Ask for the new e-mail address of an order."""

    name = "address"
    columns: ClassVar = {"user_email": "user_email"}
    user_email = forms.CharField(
        label=_("E-mail"),
        widget=EmailInput({"autocomplete": "off"}),
        help_text=_("Links sent earlier stop working; the old address is told by e-mail."),
    )


class ColleagueChoiceField(forms.ModelChoiceField[User]):
    """A choice of colleagues, by name; two may have the same, so their addresses are beside it."""

    def label_from_instance(self, obj: User) -> str:
        """Return name and e-mail address of a colleague."""
        return " · ".join(dict.fromkeys((isolated(name_of(obj)), obj.email)))


class AssignForm(ActionForm):
    """Ask who is to see to an order."""

    name = "assign"
    columns: ClassVar = {"assignee": "taken_by_id"}
    assignee = ColleagueChoiceField(
        User.objects.none(), label=_("Assign to"), empty_label=_("Please choose")
    )

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        able = colleagues_with("orders.mend_order")
        self.fields["assignee"].queryset = able  # type: ignore[attr-defined]


class NoteForm(ActionForm):
    """Ask for a note to colleagues. `event` is the note, once it is saved."""

    name = "note"
    event: OrderEvent
    named = NamedColleagues()
    text = TextAreaField(
        label=_("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "data-key": "n", "aria-keyshortcuts": "n"}),
        help_text=_("Only staff can see it. Type @name to tell a colleague."),
    )

    @cached_property
    def handles(self) -> list[tuple[str, str]]:
        """The colleagues who can be mentioned: by what, and their names."""
        colleagues = colleagues_to_name()
        return [(handle_of(each, colleagues), each.get_full_name()) for each in colleagues]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if "@" not in text:
            return text
        colleagues = colleagues_to_name()
        self.named = find_named(text, colleagues)
        for name, several in self.named.ambiguous.items():
            candidates = ", ".join(
                f"@{handle_of(each, colleagues)} ({each.get_full_name() or each.email})"
                for each in several
            )
            sentence = _(
                "@%(name)s matches several colleagues. Please use one of these: %(candidates)s"
            )
            self.add_error("text", sentence % {"name": name, "candidates": candidates})
        return text


class FollowUpForm(ActionForm):
    """Ask for the date of a follow-up. A button's `quick` names a day without typing."""

    name = "follow_up"
    columns: ClassVar = {"on": "follow_up_on"}
    on = forms.DateField(
        label=_("Follow up on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    quick = forms.ChoiceField(
        required=False,
        choices=[("tomorrow", ""), ("week", ""), ("none", "")],
        widget=forms.HiddenInput,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        match cleaned.get("quick"):
            case "tomorrow":
                cleaned["on"] = timezone.localdate() + timedelta(days=1)
            case "week":
                cleaned["on"] = timezone.localdate() + timedelta(days=7)
            case "none":
                cleaned["on"] = None
        if cleaned.get("quick"):
            self.errors.pop("on", None)  # what stands in the field does not count
        return cleaned


class ClientAdminForm(ActionForm):
    """Ask for the new client_admin of the delivered client."""

    name = "client_admin"
    # The client_admin that the page shows: of two changes at once, the second is refused.
    instead_of = forms.IntegerField(widget=forms.HiddenInput)
    user = EmailField(
        widget=EmailInput({"autocomplete": "off"}),
        label=_("E-mail of the person who will administer it"),
        help_text=_("The person must have joined. The present administrator loses these rights."),
    )
    confirm = confirmed(_("Yes, hand over this client."))

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        client = order.delivered_client
        self.initial["instead_of"] = client and client.client_admin_id

    def clean_user(self) -> User:
        user = user_by_email(self.cleaned_data["user"])
        if user is None or not user.may_sign_in:
            raise forms.ValidationError(_("Nobody with this address has joined."))
        return user
