"""App configuration: connects the receivers and registers the kinds of mail."""

from django.apps import AppConfig


class EmailsConfig(AppConfig):
    name = "shop.notifications.emails"

    def ready(self) -> None:
        from shop.notifications import archived_messages  # noqa: F401 -- the same
        from shop.notifications.emails import (  # noqa: F401 -- imported for what they register
            access_emails,
            account_emails,
            cancel_link_emails,
            colleague_emails,
            contact_emails,
            contract_emails,
            contract_receivers,
            declaration_emails,
            export_emails,
            factor_reset_emails,
            iban_notice,
            invitation_emails,
            invoice_emails,
            order_emails,
            order_links,
            plan_change_emails,
            price_change_emails,
            receivers,
            setback_emails,
            staff_digest,
            staff_invitation_emails,
        )
