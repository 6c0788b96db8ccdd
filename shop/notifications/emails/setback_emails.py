"""Mails about an order, or an invitation, that stands still or was cancelled."""

from typing import assert_never

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.notifications.emails.content import EmailContent, Link, page_url, typed
from shop.notifications.emails.kinds import Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.order_emails import OrderEmail
from shop.notifications.emails.samples import order_sample, sample_order
from shop.orders.cancellation import EXPIRED, ActedBy, cancellation_reason, cancelled_by
from shop.orders.error_codes import customer_error_text
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_lookup import address_of
from shop.tenancy.email_addresses import mask_email


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
        if self.is_invitation:
            return self._of_an_invitation()
        if self.order.state == State.NEED_HUMAN:
            subject, action = _("We are reviewing your order"), _("View order status")
            intro = [
                _("Thank you for your order."),
                _("We are reviewing it and will get back to you by the next working day."),
            ]
        else:
            subject, action = _("Please check your order"), _("Check the order")
            intro = [
                _("We can't continue with your order yet: one detail needs fixing."),
                _("Please open your order and check the highlighted field."),
                customer_error_text(self.order.fault),
            ]
        return EmailContent(
            subject=subject,
            intro=tuple(filter(None, intro)),
            rows=self.rows(),
            action=self.page(action),
            outro=(_("Your order is safely stored."), *self.stranger()),
            link=self.contact(),
        )

    def _of_an_invitation(self) -> EmailContent:
        subject, reason = (
            _("We are reviewing your invitation"),
            "",
        )
        waits = _("We are reviewing your invitation to %(address)s.")
        onward = _("We will get back to you by the next working day.")
        if self.order.state != State.NEED_HUMAN:
            subject, reason = (
                _("Please check your invitation"),
                customer_error_text(self.order.fault),
            )
            waits = _(
                "We can't continue with your invitation to %(address)s yet: one detail needs "
                "fixing."
            )
            onward = _("Please open your invitation and check the highlighted field.")
        waits %= {"address": mask_email(address_of(self.order))}
        return EmailContent(
            subject=subject,
            intro=tuple(filter(None, (waits, onward, reason))),
            rows=self.rows(),
            action=self.page(_("View the invitation")),
        )


class OrderCancelled(OrderEmail, kind=Message.Kind.CANCELLED):
    """Notice that the order was cancelled, with the reason."""

    follows_address = False  # a cancellation is final
    samples = (
        Sample(gettext_lazy("by staff, with a reason"), lambda: {"order": _sample_cancelled()}),
        Sample(
            gettext_lazy("by the customer"),
            lambda: {"order": _sample_cancelled(ActedBy.CUSTOMER)},
        ),
        order_sample(
            gettext_lazy("never completed"), client_name=None, project_name=None, user_email=None
        ),
    )

    def content(self) -> EmailContent:
        """Return the reason that staff gave, or that the order expired and was erased."""
        if self.is_invitation:
            return self._of_an_invitation()
        nothing_due = _("You don't owe anything for it.")
        if self.order.user_email is None:  # erased
            return EmailContent(
                subject=_("Your order was cancelled"),
                intro=(str(EXPIRED),),
                rows=self.rows(),
                action=Link(_("View plans"), page_url("tiers")),
                outro=(nothing_due, _("You are welcome to order again.")),
            )
        return EmailContent(
            subject=_("Your order was cancelled"),
            intro=(self._cancelled(), *self._reasons()),
            rows=self.rows(),
            action=self.page(_("View the order")),
            outro=(nothing_due, _("Is this a mistake? Please tell us.")),
            link=Link(_("Contact"), page_url("contact")),
        )

    def _of_an_invitation(self) -> EmailContent:
        cancelled = _("We have cancelled your invitation to %(address)s.")
        if self._by == ActedBy.CUSTOMER:
            cancelled = _("Your invitation to %(address)s was cancelled, as requested on its page.")
        cancelled %= {"address": mask_email(address_of(self.order))}
        return EmailContent(
            subject=_("Your invitation was cancelled"),
            intro=(cancelled, *self._reasons()),
            rows=self.rows(),
            action=self.page(_("View the invitation")),
        )

    @cached_property
    def _by(self) -> ActedBy | None:
        return cancelled_by(self.order)

    def _cancelled(self) -> str:
        match self._by:
            case ActedBy.CUSTOMER:
                return _("Your order was cancelled, as requested on its page.")
            case ActedBy.PROGRAM:
                return _("The partner through which you ordered has cancelled your order.")
            case ActedBy.STAFF | None:
                return _("We have cancelled your order.")
            case unknown:
                assert_never(unknown)

    def _reasons(self) -> list[str]:
        reason = cancellation_reason(self.order)
        if reason and self._by in {ActedBy.CUSTOMER, ActedBy.PROGRAM}:
            # Anybody may have typed it.
            return [_("Reason given: “%(reason)s”") % {"reason": typed(reason)}]
        return [reason] if reason else []


def _sample_cancelled(by: ActedBy = ActedBy.STAFF) -> Order:
    order = sample_order(state=State.CANCELLED)
    reason = str(_("You have told us that it is not needed."))
    cancelled = OrderEvent(state=State.CANCELLED, note=reason, details={"by": by})
    order._prefetched_objects_cache = {"events": [cancelled]}  # type: ignore[attr-defined] # noqa: SLF001
    return order
