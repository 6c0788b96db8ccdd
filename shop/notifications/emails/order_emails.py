"""Mails about an order, to the person who ordered."""

from datetime import timedelta

from django.conf import settings
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.catalogue.seller import current_seller
from shop.content.models import Version
from shop.email_spellings import same_mailbox
from shop.notifications.emails.content import EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.legal_texts import legal_text, withdrawal_texts, withdrawal_words
from shop.notifications.emails.models import Message
from shop.notifications.emails.price_rows import price_rows
from shop.notifications.emails.queue import REVIEWED
from shop.notifications.emails.samples import order_sample, sample_order
from shop.orders.consent import Consent, consent_of
from shop.orders.models import Basket, Order, State
from shop.orders.order_billing import lacks_billing
from shop.orders.order_lookup import address_of
from shop.orders.parties import is_invitation
from shop.tenancy.email_addresses import mask_email


class OrderEmail(Email):
    """Base class of the mails about an order."""

    follows_address = True  # obsolete once the order's address was corrected

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        assert message.order is not None  # noqa: S101 -- such mails are queued with one
        self.order: Order = message.order

    @cached_property
    def is_invitation(self) -> bool:
        """Tell whether the order only invites somebody into a project that there is."""
        return is_invitation(self.order)

    def is_obsolete(self) -> bool:
        """Tell whether the order's address was corrected, so that the recipient's is wrong.

        Of a mail to a user: whether they may no longer sign in.
        """
        if self.message.user is not None:
            return not self.message.user.may_sign_in
        email = self.order.user_email if self.follows_address else None
        return email is not None and not same_mailbox(email, self.message.recipient)

    def page(self, label: str) -> Link:
        """Return a link to the page of the order."""
        return Link(label, page_url("registration", self.order.order_hash))

    def named(self, client: str | None = None, project: str | None = None) -> tuple[Row, ...]:
        """Return the rows of the number, the tier and the names that there are."""
        names = ((_("Company"), client), (_("Project"), project))
        number = Row(
            _("Order number"),
            self.order.order_number or "",
        )
        tier = Row(_("Plan"), self.order.tier_name)
        return (number, tier, *(Row(title, typed(name)) for title, name in names if name))

    def rows(self) -> tuple[Row, ...]:
        """Return tier, client and project, as far as the order names them."""
        return self.named(self.order.client_name, self.order.project_name)

    def stranger(self) -> tuple[str, ...]:
        """Return what somebody does who did not order: a user who is signed in did."""
        if self.message.user is not None:
            return ()
        return (_("Didn't place this order? Please tell us, and we will stop it."),)

    def contact(self) -> Link | None:
        """Return the link that `stranger` speaks of."""
        return None if self.message.user else Link(_("Contact"), page_url("contact"))


class OrderReceived(OrderEmail, kind=Message.Kind.RECEIVED):
    """Confirmation of what was ordered and for how much, with the agreed terms to keep.

    `details` of the message: `reviewed`, if staff decide about the order before it is set up.
    """

    samples = (
        Sample(gettext_lazy("with consent to the terms"), lambda: {"order": _sample_agreed()}),
        order_sample(gettext_lazy("a person decides"), state=State.NEED_HUMAN),
        order_sample(gettext_lazy("details missing"), complete=False, project_name=None),
        order_sample(gettext_lazy("free of charge"), tier_name="Yamdu FREE", net_cents=0),
        order_sample(
            gettext_lazy("with a promotion code"),
            net_cents=3900,
            discount_cents=1000,
            discount_months=3,
            promo_code="SUMMER",
        ),
        order_sample(
            gettext_lazy("of a private person, where CUSTOMERS=everyone"),
            billing={"customer_type": "private", "name": "Nina Vogl"},
        ),
    )

    def content(self) -> EmailContent:
        """Return the confirmation. Only an order that our pages made binding has consent."""
        order, consent = self.order, consent_of(self.order)
        terms = consent.terms if consent else None
        keep = _(
            "Anyone with this link can see the status of your order, so please keep it to yourself."
        )
        return EmailContent(
            subject=_("We have received your order %(number)s") % {"number": order.order_number},
            intro=(_("Thank you for your order. We have received it."), *self._onward()),
            rows=self._what_was_ordered(),
            action=self.page(_("View order status")),
            outro=(
                keep,
                *(_agreed(consent) if consent else ()),
                *withdrawal_words(order),
                *self._ask_for_billing(),
                *self.stranger(),
            ),
            link=self.contact() or (Link(_("Terms"), page_url("terms")) if terms else None),
            attachments=(
                # The version that was agreed to, even if the page has a newer one by now.
                *([legal_text(terms)] if terms else []),
                *withdrawal_texts(order),
            ),
        )

    def _onward(self) -> tuple[str, ...]:
        """Return what happens next; also that staff review the order, which takes no second mail."""
        order = self.order
        if not order.complete:
            missing = _(
                "We still need a few details from you. Please add them on the page of your order, "
                "and we continue right away."
            )
            return (missing,)
        if order.state == State.PACKED:  # the address was corrected after that
            return (_("Everything is set up. Your sign-in link comes in a separate e-mail."),)
        onward = _("When it's done, you'll get a second e-mail with your sign-in link.")
        if self.message.user is not None:
            onward = _(
                "Once everything is set up, we e-mail you again. The link to join goes to "
                "%(address)s."
            )
            onward %= {"address": mask_email(address_of(order))}
        if self._is_reviewed():
            reviewed = _(
                "We are reviewing your order and will get back to you by the next working day. "
                "Then we set everything up."
            )
            return (reviewed, onward)
        return (f"{_('We are setting everything up now.')} {onward}",)

    def _is_reviewed(self) -> bool:
        """Tell whether staff decide about the order now, or will before it is set up."""
        waits = self.order.state in {State.PENDING, State.PACKING} and not self.order.approved_at
        said = bool(self.message.details.get(REVIEWED)) and waits
        return said or self.order.state == State.NEED_HUMAN

    def _what_was_ordered(self) -> tuple[Row, ...]:
        order = self.order
        number, tier, *names = self.rows()
        on = date(localtime(order.created_at), "DATE_FORMAT")
        features = order.product.features if order.product.pk else []
        included = " · ".join(str(feature) for feature in features)
        seller = current_seller().legal_name
        return (
            number,
            Row(_("Ordered on"), on),
            tier,
            *([Row(_("Included"), included)] if included else []),
            *price_rows(order),
            *names,
            *([Row(_("Sold by"), seller)] if seller else []),
        )

    def _ask_for_billing(self) -> tuple[str, ...]:
        if not Order.objects.filter(lacks_billing(), pk=self.order.pk).exists():
            return ()
        text = _(
            "We don't have your billing address yet. Please add it on the page of your "
            "order: your first invoice waits for it. Setting up does not."
        )
        return (text,)


class Reminder(OrderEmail, kind=Message.Kind.REMINDER):
    """Reminder that the order still misses details."""

    samples = (order_sample(gettext_lazy("details missing"), complete=False, project_name=None),)

    def is_obsolete(self) -> bool:
        """Tell whether the order no longer waits for details, besides the base's reason."""
        waits = self.order.state == State.PENDING and not self.order.complete
        return not waits or super().is_obsolete()

    def content(self) -> EmailContent:
        """Return the reminder, with a link to the form."""
        waits = _(
            "Your order is waiting for a few details. Please add them, and we continue right away."
        )
        otherwise = _(
            "If we don't have them by %(day)s, we cancel the order and delete what you entered."
        )
        until = self.order.created_at + timedelta(days=settings.CANCEL_AFTER_DAYS)
        return EmailContent(
            subject=_("Your order still needs a few details"),
            intro=(waits,),
            rows=self.rows(),
            action=self.page(_("Add the details")),
            outro=(
                otherwise % {"day": date(localtime(until), "DATE_FORMAT")},
                *self.stranger(),
            ),
            link=self.contact(),
        )


class AddressCorrected(OrderEmail, kind=Message.Kind.ADDRESS):
    """Notice to an address that was a mistake: it lets nobody in and names nobody."""

    follows_address = False
    samples = (order_sample(gettext_lazy("to the old address")),)

    def content(self) -> EmailContent:
        """Return the notice, with nothing that the order holds."""
        corrected = _(
            "An order in our shop was placed with this e-mail address. The address has been "
            "corrected since, so you get no more e-mails about that order."
        )
        link_ended = _(
            "If you got a link to join from us, it no longer works. You don't need to do anything."
        )
        mine = _("Was it your order after all? Please tell us.")
        subject = _("Your address was removed from an order")
        if self.is_invitation:
            subject = _("Your address was removed from an invitation")
            corrected = _(
                "An invitation to a project was sent to this e-mail address. The address has "
                "been corrected since, so you get no more e-mails about that invitation."
            )
            mine = _("Was it meant for you after all? Then please ask the person who invited you.")
        return EmailContent(
            subject=subject,
            intro=(corrected,),
            outro=(link_ended, mine),
            link=Link(_("Contact"), page_url("contact")),
        )


def _agreed(consent: Consent) -> tuple[str, str]:
    agreed = _("You agreed to our terms (version %(number)s) on %(day)s. They are attached.")
    return (
        agreed % {"number": consent.terms.number, "day": date(consent.agreed_at, "DATE_FORMAT")},
        _(
            "You can cancel in the portal, at “Cancel contracts here” at the bottom of our "
            "pages, or by e-mail."
        ),
    )


def _sample_agreed() -> Order:
    order = sample_order()
    terms = Version(
        page_id="terms",
        number=1,
        title_de="Allgemeine Geschäftsbedingungen",
        title_en="Terms",
        text_de="Hier stehen die AGB in der Fassung, der zugestimmt wurde.",
        text_en="Here are the terms in the version that was agreed to.",
    )
    Basket(order=order, terms=terms, agreed_at=timezone.now())  # sets order.basket
    return order
