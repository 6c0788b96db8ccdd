"""Mail that a price is going to rise, with the right to cancel before (contract, "Prices")."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.billing.holds import recipient_of
from shop.billing.price_changes import PriceChange
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.templatetags.money import money
from shop.compiled_inserts import insert_missing
from shop.notifications.emails.content import EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.invoice_samples import sample_subscription
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK

A_DAY = timedelta(days=1)


class PriceChangeNotice(Email, kind=Message.Kind.PRICE_CHANGE):
    """Notice of a higher price. `details` of the message: `change`, the pk of the PriceChange."""

    samples = (Sample(gettext_lazy("higher price"), lambda: {"details": {"change": _sample()}}),)

    def recipient(self) -> str:
        """Return where the client's invoices go now, for a mail that is sent again."""
        return recipient_of(self.change.subscription.client)

    @cached_property
    def change(self) -> PriceChange:
        """The raise that the mail is about."""
        number = self.message.details["change"]
        if isinstance(number, PriceChange):  # a sample
            return number
        parts = ("client__client_admin", "project", "product", "order")
        related = [f"subscription__{part}" for part in parts]
        return PriceChange.objects.select_related(*related).get(pk=number)

    def is_obsolete(self) -> bool:
        """Tell whether the raise was taken back since."""
        return self.change.undone_at is not None

    def content(self) -> EmailContent:
        """Return both prices, the first day of the new one, and how not to pay it."""
        change, subscription = self.change, self.change.subscription
        from_on = date_format(change.from_on, "DATE_FORMAT")
        last = date_format(change.from_on - A_DAY, "DATE_FORMAT")
        rises = _("The price of your contract rises on %(day)s. Until then nothing changes.")
        cancel = _(
            "You don't have to accept it: you can cancel the contract so that it ends on "
            "%(day)s, and never pay the new price. If you do nothing, the contract continues "
            "at the new price."
        )
        how = _(
            "You can cancel in the portal, at “Cancel contracts here” at the bottom of our "
            "pages, or by e-mail."
        )
        return EmailContent(
            subject=_("The price of your contract rises on %(day)s") % {"day": from_on},
            intro=(rises % {"day": from_on}, cancel % {"day": last}),
            rows=(
                Row(_("Plan"), subscription.tier_name),
                Row(_("Project"), typed(subscription.project.name)),
                Row(_("Price now"), self._price(change.old_list_cents)),
                Row(_("Price from %(day)s") % {"day": from_on}, self._price(change.list_cents)),
                Row(_("Contract can end on"), last),
            ),
            action=Link(_("View your contract"), page_url("portal_subscription", subscription.pk)),
            outro=(how,),
            link=Link(_("Terms"), page_url("terms")),
        )

    def _price(self, cents: int) -> str:
        subscription = self.change.subscription
        yearly = subscription.interval == Interval.YEAR
        text = _("%(price)s a year, net") if yearly else _("%(price)s a month, net")
        return text % {"price": money(cents, subscription.currency)}


def queue_price_change(change: PriceChange) -> None:
    """Queue the notice of a raise, once, in the language of the order that began the contract."""
    order = change.subscription.order
    insert_missing(
        [
            Message(
                order=order,
                kind=Message.Kind.PRICE_CHANGE,
                dedupe_key=f"price_change:{change.pk}",
                recipient=recipient_of(change.subscription.client),
                language=order.language,
                details={"change": change.pk},
            )
        ]
    )


def _sample() -> PriceChange:
    return PriceChange(
        pk=NO_PK,
        subscription=sample_subscription(product=Product(name="Commercial"), currency="EUR"),
        old_list_cents=4900,
        list_cents=5900,
        from_on=timezone.localdate() + timedelta(days=60),
    )
