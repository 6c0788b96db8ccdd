"""Clients, projects and users in Django's admin: to look at; orders and members make them."""

from django.contrib import admin

from shop.tenancy.models import Client, Membership, Project, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ("email", "login", "first_name", "last_name", "joined_at", "is_staff")
    search_fields = ("email", "login", "last_name")
    exclude = ("password",)
    readonly_fields = ("last_login", "joined_at")
    filter_horizontal = ("groups", "user_permissions")


class MembershipInline(admin.TabularInline[Membership, Project]):
    model = Membership
    extra = 0
    raw_id_fields = ("user",)


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin[Client]):
    list_display = ("name", "client_admin", "created_at")
    search_fields = ("name", "client_admin__email")
    raw_id_fields = ("client_admin",)


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Project]):
    list_display = ("name", "client", "product", "created_at")
    search_fields = ("name", "client__name")
    raw_id_fields = ("client",)
    inlines = (MembershipInline,)
