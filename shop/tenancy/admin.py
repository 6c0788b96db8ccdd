"""Clients, projects and users in Django's admin, mainly to look at: orders create them.

Nobody is added or deleted here. The back office invites colleagues (`shop/tenancy/colleagues.py`)
and erases people (`shop/tenancy/erasure.py`), which reaches all that deleting a row would leave.
"""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.http import HttpRequest

from shop.email_columns import EmailColumn
from shop.email_fields import EmailInput
from shop.tenancy.client_admins import finish_request
from shop.tenancy.models import Client, Membership, Project, User

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ("email", "login", "first_name", "last_name", "joined_at", "is_staff")
    search_fields = ("email", "login", "last_name")
    exclude = ("password",)
    formfield_overrides: ClassVar = {
        EmailColumn: {"widget": EmailInput({"class": "vTextField", "autocomplete": "off"})}
    }
    readonly_fields = ("last_login", "joined_at")
    filter_horizontal = ("groups", "user_permissions")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """Save the user. A new e-mail address takes the place of the one they had verified."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Else they could enter their own e-mail in a superuser's account and reset its password.
        return super().has_change_permission(request, obj) and _may_edit(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        # Else anybody who can change users could give themselves every permission.
        fields = self.readonly_fields
        return fields if request.user.is_superuser else (*fields, *POWERS)


def _may_edit(request: HttpRequest, user: User | None) -> bool:
    is_theirs = user is None or not user.is_staff or user == request.user
    return is_theirs or bool(request.user.is_superuser)


class MembershipInline(admin.TabularInline[Membership, Project]):
    model = Membership
    extra = 0
    readonly_fields = ("user", "joined_at")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return False


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin[Client]):
    list_display = ("name", "client_admin", "created_at")
    search_fields = ("name", "client_admin__email")
    raw_id_fields = ("client_admin",)

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: Any) -> None:
        """Save the client. Somebody else appointed is what an open request had asked for."""
        super().save_model(request, obj, form, change)
        if change and "client_admin" in form.changed_data and isinstance(request.user, User):
            finish_request(obj, request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Client | None = None) -> bool:
        return False


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Project]):
    list_display = ("name", "client", "product", "created_at")
    search_fields = ("name", "client__name")
    raw_id_fields = ("client",)
    inlines = (MembershipInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return False
