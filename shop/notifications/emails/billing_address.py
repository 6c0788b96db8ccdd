"""The e-mail address that mails about a client's invoices go to."""

from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client


def billing_address(client: Client) -> str:
    """Return the address for invoices of the billing data, else that of the client_admin."""
    profile = BillingProfile.objects.filter(client=client).first()
    return (profile.email if profile else "") or client.client_admin.email
