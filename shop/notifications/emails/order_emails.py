"""Mails about an order, to the person who ordered."""

from django.template.defaultfilters import date, floatformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.catalogue.templatetags.money import money
from shop.content.models import Version
from shop.email_spellings import same_mailbox
from shop.notifications.emails.content import Attachment, EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import order_sample, sample_order
from shop.orders.error_codes import customer_error_text
from shop.orders.models import Basket, Order, OrderEvent, State


class OrderEmail(Email):
    """Base class of the mails about an order."""

    follows_address = True  # obsolete once the order's address was corrected

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        assert message.order is not None  # noqa: S101 -- such mails are queued with one
        self.order: Order = message.order

    def is_obsolete(self) -> bool:
        """Tell whether the order's address was corrected, so that the recipient's is wrong."""
        email = self.order.user_email if self.follows_address else None
        return email is not None and not same_mailbox(email, self.message.recipient)

    def page(self, label: str) -> Link:
        """Return a link to the page of the order."""
        return Link(label, page_url("registration", self.order.order_hash))

    def named(self, client: str | None = None, project: str | None = None) -> tuple[Row, ...]:
        """Return the rows of the number, the tier and the names that there are."""
        names = ((_("Client"), client), (_("Project"), project))
        number = Row(_("Order number"), self.order.order_number or "")
        tier = Row(_("Tier"), self.order.tier_name)
        return (number, tier, *(Row(title, typed(name)) for title, name in names if name))

    def rows(self) -> tuple[Row, ...]:
        """Return tier, client and project, as far as the order names them."""
        return self.named(self.order.client_name, self.order.project_name)

    @staticmethod
    def unknown() -> str:
        """Return the sentence for somebody who did not order."""
        return _("Do you know nothing of this order? Then please ignore this e-mail.")


class OrderReceived(OrderEmail, kind=Message.Kind.RECEIVED):
    """Confirmation of what was ordered and for how much, with the agreed terms to keep."""

    samples = (
        Sample(gettext_lazy("with consent to the terms"), lambda: {"order": _sample_agreed()}),
        order_sample(gettext_lazy("details missing"), complete=False, project_name=None),
        order_sample(gettext_lazy("free of charge"), tier_name="Yamdu FREE", net_cents=0),
    )

    def content(self) -> EmailContent:
        """Return the confirmation. Only an order from our pages has a basket with terms."""
        complete = _("Once all is set up, you get a second e-mail, with a link to sign in.")
        incomplete = _(
            "A few details are still missing. Please fill them in on the page of your order; "
            "then we go on at once."
        )
        keep = _("Whoever has this link can see how the order stands. Please keep it to yourself.")
        basket: Basket | None = getattr(self.order, "basket", None)
        terms = basket.terms if basket else None
        number, tier, *names = self.rows()
        onward = complete if self.order.complete else incomplete
        return EmailContent(
            subject=_("Your order has arrived"),
            intro=(_("We have received your order."), onward),
            rows=(number, tier, *self._price(), *names),
            action=self.page(_("See how it stands")),
            outro=(keep, *(_agreed(basket, terms) if basket and terms else ()), self.unknown()),
            link=Link(_("Terms"), page_url("terms")) if terms else None,
            # The version that was agreed to, even if the page has a newer one by now.
            attachment=Attachment(f"terms-{terms.number}.txt", f"{terms.title}\n\n{terms.text}\n")
            if terms
            else None,
        )

    def _price(self) -> list[Row]:
        order = self.order
        if not order.net_cents:
            return [Row(_("Price"), _("free of charge"))]
        gross = _("%(price)s a month, including %(rate)s%% VAT") % {
            "price": money(order.gross_cents, order.currency),
            "rate": floatformat(order.vat_rate),
        }
        net = money(order.net_cents, order.currency)
        return [Row(_("Price"), gross), Row(_("Net a month"), net)]


class Reminder(OrderEmail, kind=Message.Kind.REMINDER):
    """Reminder that the order still misses details."""

    samples = (order_sample(gettext_lazy("details missing"), complete=False, project_name=None),)

    def is_obsolete(self) -> bool:
        """Tell whether the order no longer waits for details, besides the base's reason."""
        waits = self.order.state == State.PENDING and not self.order.complete
        return not waits or super().is_obsolete()

    def content(self) -> EmailContent:
        """Return the reminder, with a link to the form."""
        waits = _("Your order waits for a few details. Please fill them in; then we go on at once.")
        otherwise = _(
            "If you do nothing, we cancel the order after a while and delete what you told us."
        )
        return EmailContent(
            subject=_("Your order still needs a few details"),
            intro=(waits,),
            rows=self.rows(),
            action=self.page(_("Fill in the details")),
            outro=(otherwise, self.unknown()),
        )


class NeedsAttention(OrderEmail, kind=Message.Kind.ATTENTION):
    """Notice that packing stands still, with the reason if the customer can act.

    `details` of the message: `state`, the order's state when it was queued.
    """

    samples = (
        order_sample(gettext_lazy("a person decides"), state=State.NEED_HUMAN),
        order_sample(gettext_lazy("to be mended"), state=State.HAS_PACKING_ERRORS),
    )

    def is_obsolete(self) -> bool:
        """Tell whether the order has moved on, besides the base's reason."""
        state = self.message.details.get("state", self.order.state)
        return self.order.state != state or super().is_obsolete()

    def content(self) -> EmailContent:
        """Return the words for the order's state, which may have changed since it was queued."""
        if self.order.state == State.NEED_HUMAN:
            subject, action = _("A person looks at your order"), _("See how it stands")
            intro = [
                _("Thank you for your order."),
                _("A person looks at this order. We get back to you by the next working day."),
            ]
        else:
            subject, action = _("Please check your order"), _("Check the order")
            intro = [
                _("We cannot go on with your order just now."),
                _("Something does not fit. Please check the marked detail."),
                customer_error_text(self.order.fault),
            ]
        return EmailContent(
            subject=subject,
            intro=tuple(filter(None, intro)),
            rows=self.rows(),
            action=self.page(action),
            outro=(_("Your order is safely stored."), self.unknown()),
        )


class OrderCancelled(OrderEmail, kind=Message.Kind.CANCELLED):
    """Notice that the order was cancelled, with the reason."""

    follows_address = False  # a cancellation is final
    samples = (
        Sample(gettext_lazy("by staff, with a reason"), lambda: {"order": _sample_cancelled()}),
        order_sample(
            gettext_lazy("never completed"), client_name=None, project_name=None, user_email=None
        ),
    )

    def content(self) -> EmailContent:
        """Return the reason that staff gave, or that the order expired and was erased."""
        nothing_due = _("Nothing is to be paid for it.")
        if self.order.user_email is None:  # erased
            expired = _(
                "Details of your order were missing for too long. We have cancelled it "
                "and deleted what you told us."
            )
            return EmailContent(
                subject=_("Your order was cancelled"),
                intro=(expired,),
                rows=self.rows(),
                action=Link(_("See the tiers"), page_url("tiers")),
                outro=(nothing_due, _("You are welcome to order again.")),
            )
        events = self.order.events.all()
        reasons = [event.note for event in events if event.state == State.CANCELLED]
        return EmailContent(
            subject=_("Your order was cancelled"),
            intro=(_("We have cancelled your order."), *filter(None, reasons)),
            rows=self.rows(),
            action=self.page(_("See the order")),
            outro=(nothing_due, _("Is that a mistake? Then please tell us: the imprint says how.")),
            link=Link(_("Imprint"), page_url("imprint")),
        )


class AddressCorrected(OrderEmail, kind=Message.Kind.ADDRESS):
    """Notice to an address that was a mistake: it lets nobody in and names nobody."""

    follows_address = False
    samples = (order_sample(gettext_lazy("to the old address")),)

    def content(self) -> EmailContent:
        """Return the notice, with nothing that the order holds."""
        corrected = _(
            "An order at our shop named this e-mail address. That was corrected: the order "
            "has another address now, and we write to this one about it no more."
        )
        link_ended = _(
            "A link to sign in that you may have had from us no longer works. "
            "There is nothing to do."
        )
        mine = _("Was it your order after all? Then please tell us: the imprint says how.")
        return EmailContent(
            subject=_("This address no longer belongs to an order"),
            intro=(corrected,),
            outro=(link_ended, mine),
            link=Link(_("Imprint"), page_url("imprint")),
        )


def _agreed(basket: Basket, terms: Version) -> tuple[str, str]:
    agreed = _("You agreed to our terms (version %(number)s) on %(day)s. They come with this mail.")
    return (
        agreed % {"number": terms.number, "day": date(basket.agreed_at, "DATE_FORMAT")},
        _("To cancel, an e-mail is enough: the terms say where to and by when."),
    )


def _sample_agreed() -> Order:
    order = sample_order()
    terms = Version(
        number=1,
        title_de="Allgemeine Geschäftsbedingungen",
        title_en="Terms",
        text_de="Hier stehen die AGB in der Fassung, der zugestimmt wurde.",
        text_en="Here are the terms in the version that was agreed to.",
    )
    Basket(order=order, terms=terms, agreed_at=timezone.now())  # sets order.basket
    return order


def _sample_cancelled() -> Order:
    order = sample_order(state=State.CANCELLED)
    reason = str(_("You have told us that it is not needed."))
    cancelled = OrderEvent(state=State.CANCELLED, note=reason)
    order._prefetched_objects_cache = {"events": [cancelled]}  # type: ignore[attr-defined] # noqa: SLF001
    return order
