"""Clients (Kunde), projects (Projekt) and members (Mitglied), as orders deliver them."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product
from shop.content.models import Version
from shop.email_columns import (
    CanonicalEmailColumn,
    CanonicalEmailModel,
    CanonicalEmailQuerySet,
    EmailColumn,
)
from shop.email_spellings import canonical_email, same_mailbox, stored_email
from shop.tenancy.billing_profile import BillingProfile  # noqa: F401 -- Django finds its models
from shop.tenancy.departure_rows import (  # noqa: F401 -- the same
    AppointmentRequest,
    DeletionWish,
)
from shop.tenancy.erased_email import erased_email
from shop.tenancy.factor_reset_rows import FactorReset  # noqa: F401 -- the same
from shop.tenancy.name_words import NameWord  # noqa: F401 -- the same
from shop.tenancy.passwords import normal_password, password_forms
from shop.tenancy.vat_id_check import VatIdCheck  # noqa: F401 -- the same
from shop.time_zones import zone_called
from shop.typed_text import isolated


class UserManager(BaseUserManager["User"]):
    """Creates users, and finds them by any spelling of their e-mail address."""

    def get_queryset(self) -> "CanonicalEmailQuerySet[User]":
        """Return a query whose updates of addresses keep the canonical form."""
        return CanonicalEmailQuerySet(self.model, using=self._db)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without `password` they cannot sign in by password."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a joined superuser, for `manage.py createsuperuser`.

        Whoever runs it vouches for the address: signing in asks for no code by mail.
        """
        from shop.tenancy.email_addresses import mark_verified  # which needs this model

        user = self.create_user(
            email, password, is_staff=True, is_superuser=True, joined_at=timezone.now(), **fields
        )
        mark_verified(user)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of this e-mail address, in any spelling."""
        return self.get(canonical_email=canonical_email(username or ""))


class User(CanonicalEmailModel, AbstractBaseUser, PermissionsMixin):
    """A person: created by packing and inactive until they join; then a known user."""

    email = EmailColumn(unique=True)
    # Whose mailbox it is, whatever its spelling. NULL for a user whose mailbox is another's, and
    # for a new row of the version before; see `email_conflicts.py`.
    canonical_email = CanonicalEmailColumn(of="email", unique=True)
    # NULL until the member chooses one: a login that an order asks for may be taken.
    login = models.CharField(
        max_length=150, null=True, blank=True, validators=[ASCIIUsernameValidator()]
    )
    first_name = models.CharField(max_length=200, blank=True)
    last_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="de")
    # The name of a time zone, in which pages show times; empty: the shop's.
    time_zone = models.CharField(max_length=63, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(null=True, blank=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Since when their home page shows no first steps, as they wished.
    first_steps_hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    demo = models.BooleanField(
        default=False, editable=False, help_text=_("Works in the demo profile only.")
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions: ClassVar = [
            ("manage_staff", _("Can invite colleagues and end their access")),
            ("erase_person", _("Can give out and erase a person's data")),
        ]
        constraints: ClassVar = [
            CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
            UniqueConstraint(Lower("login"), name="user_login_any_case"),
        ]
        indexes: ClassVar = [Index(fields=["email"], name="user_staff", condition=Q(is_staff=True))]

    def __str__(self) -> str:
        if self.is_erased:
            return gettext("deleted account %(number)s") % {"number": self.pk}
        return self.email

    def clean(self) -> None:
        """Refuse another user's mailbox, whatever its spelling, for forms of the admin."""
        before = User.objects.filter(pk=self.pk).first()
        if before and same_mailbox(before.email, self.email):
            self.email = before.email
        elif User.objects.filter(canonical_email=canonical_email(self.email)).exists():
            raise ValidationError({"email": _("Another account has this address.")})

    def save(self, **options: Any) -> None:
        """Save the user, with the address in the one spelling that allauth looks for."""
        if self._state.adding or self.canonical_email is not None:
            self.email = stored_email(self.email)
        super().save(**options)

    def set_password(self, raw_password: str | None) -> None:
        """Set the password, in the form in which all keyboards type it."""
        super().set_password(normal_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether this is the password, in any Unicode form.

        Passwords from before 1.1 were hashed as they were typed.
        """
        right = (super(User, self).check_password(each) for each in password_forms(raw_password))
        return any(right)

    def get_full_name(self) -> str:
        """Return first and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which pages show them times."""
        return zone_called(self.time_zone)

    @property
    def is_erased(self) -> bool:
        """Return whether the person was erased; the row stays for what refers to it."""
        return self.email == erased_email(self.pk)

    @property
    def is_known(self) -> bool:
        """Return whether the user has joined; orders never change a known user."""
        return self.joined_at is not None

    @property
    def may_sign_in(self) -> bool:
        """Return whether the user may sign in: joined, active, with a mailbox of their own.

        Demo users may in the demo only.
        """
        may = self.is_known and self.is_active and self.canonical_email is not None
        return may and (settings.DEMO or not self.demo)


class Client(models.Model):
    """A customer company. Names are not unique; nothing is looked up by them."""

    name = models.CharField(max_length=200)
    client_admin = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="administered_clients"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Closed for its members but the client_admin, who can still pay and export.
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")

    def __str__(self) -> str:
        return isolated(self.name)


class Project(models.Model):
    """A project of one client, bought in one tier."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=200)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Where its members work, as a packing step wrote it; empty: by the setting PROJECT_URL.
    url = models.CharField(max_length=500, blank=True, default="", db_default="")
    # Its contract has ended: nobody joins any more; then it is closed for its members but the
    # client_admin, who can export until `export_until`; then its contents are erased.
    joins_closed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    export_until = models.DateField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def __str__(self) -> str:
        return isolated(self.name)

    @property
    def is_open(self) -> bool:
        """Return whether its members can enter: neither it nor its client is closed."""
        return self.closed_at is None and self.client.closed_at is None


class Membership(models.Model):
    """A user in a project; a reserved seat until `joined_at` is set.

    Project admins see the members; only the client_admin invites, removes, and changes roles.
    """

    class Role(models.TextChoices):
        ADMIN = "admin", _("project admin")
        MEMBER = "member", _("member")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(null=True, blank=True)
    # When they first opened the project from the portal.
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            UniqueConstraint(fields=["user", "project"], name="one_membership_a_project")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}"


class StaffInvitation(models.Model):
    """The right of `user` to join the back office once, in `groups`, by an e-mailed link.

    Raising `counter` ends older links. The user gets no power before the link is used.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="staff_invitation")
    groups = models.ManyToManyField(Group, related_name="+")
    # Superusers have all permissions, and need no groups.
    superuser = models.BooleanField(default=False, db_default=False, editable=False)
    # NULL: an operator, by `manage.py setup` on the server itself.
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    counter = models.PositiveIntegerField(default=1)
    used_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("invitation of a colleague")
        verbose_name_plural = _("invitations of colleagues")

    def __str__(self) -> str:
        return f"of user {self.user_id} to the back office"


class Invitation(models.Model):
    """The right to join once, by an e-mailed link or code. Raising `counter` ends older ones."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="invitations")
    counter = models.PositiveIntegerField(default=1)
    # Codes typed since the last mail; after too many, only the link works.
    code_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    # The version of the terms a new member agreed to at `used_at`.
    terms = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"to membership {self.membership_id}"
