"""Billing data of clients: changed for the next invoices, with a history, and erased."""

from collections.abc import Mapping

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.dispatch import receiver

from shop.row_locks import lock_rows
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.erasure import address_erased, user_erased
from shop.tenancy.models import Client, User


def set_billing_profile(client: Client, values: Mapping[str, str], *, actor: User) -> bool:
    """Write who is billed for `client`: checked `values` of columns, the VAT id canonical.

    It counts for the next invoices. The history says who changed what; callers check permission.
    Returns whether anything changed.
    """
    with transaction.atomic():
        lock_rows(Client.objects.filter(pk=client.pk))
        before = BillingProfile.objects.filter(client=client).first()
        profile = before or BillingProfile(client=client)
        changed = {
            name: (getattr(before, name, ""), value)
            for name, value in values.items()
            if before is None or getattr(before, name) != value
        }
        if not changed:
            return False
        for name, (_old, new) in changed.items():
            setattr(profile, name, new)
        # Whether staff exempt the client from reminders is written by others.
        profile.save(update_fields=[*changed, "updated_at"] if before else None)
        LogEntry.objects.create(
            user=actor,
            content_type=ContentType.objects.get_for_model(BillingProfile),
            object_id=str(client.pk),
            object_repr="",
            action_flag=CHANGE if before else ADDITION,
            change_message="; ".join(
                f"{name}: {old or '–'} → {new or '–'}" for name, (old, new) in changed.items()
            ),
        )
    return True


def billing_history(client: Client) -> QuerySet[LogEntry]:
    """The changes of who is billed for `client`, newest first, each with its `user`."""
    kind = ContentType.objects.get_for_model(BillingProfile)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(client.pk))
    return entries.select_related("user").order_by("-action_time", "-pk")


@receiver([user_erased, address_erased])
def erase_from_billing(
    sender: type[User], emails: frozenset[str], user: User | None = None, **kwargs: object
) -> None:
    """Take an erased person out of clients' billing data, where invoices do not need them.

    The name of a private person stays, as do company and address, while the client is billed on.
    """
    names = {*emails}
    if user and (name := user.get_full_name().strip()):
        names.add(name)
        theirs = BillingProfile.objects.filter(client__projects__memberships__user=user)
        theirs = BillingProfile.objects.filter(pk__in=theirs.values("pk"), name=name)
        theirs.filter(customer_type=BillingProfile.CustomerType.COMPANY).update(name="")
        # Erased, they administer only clients that are billed no more; invoices have their own copy.
        gone = BillingProfile.objects.filter(client__client_admin=user)
        gone.filter(customer_type=BillingProfile.CustomerType.PRIVATE).delete()
    spelled = BillingProfile.objects.annotate(lower=Lower("email"))
    spelled.filter(lower__in=sorted(emails)).update(email="")
    kinds = ContentType.objects.get_for_models(BillingProfile, Client).values()
    for entry in LogEntry.objects.filter(content_type__in=kinds).iterator():
        if any(name.casefold() in entry.change_message.casefold() for name in names):
            LogEntry.objects.filter(pk=entry.pk).update(change_message="")
