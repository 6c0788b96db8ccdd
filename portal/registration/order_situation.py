"""The situation of an order: what its state means for whoever looks at its registration page."""

from datetime import timedelta
from typing import assert_never

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.functional import cached_property

from portal.registration.order_facts import OrderFacts
from shop.billing.private_buyers import is_private_order
from shop.customers import sells_to_everyone
from shop.orders.cancellation import cancellation_reason, is_cancellable
from shop.orders.error_codes import customer_error_text
from shop.orders.models import State
from shop.orders.order_fields import FILLABLE
from shop.orders.waiting import SLOW
from shop.packing.models import Packing
from shop.tenancy.project_urls import project_url

# The worker is expected to go on with it in a moment.
IN_WORK = frozenset({State.PENDING, State.PACKING})
# Packing does not go on by itself: the page gives the reason.
STOPPED = frozenset({State.HAS_PACKING_ERRORS, State.NEED_HUMAN})


class OrderSituation(OrderFacts):
    """The flags of an order's page: things that may be done, and things it waits for."""

    @cached_property
    def is_waiting_for_details(self) -> bool:
        """Tell whether the order misses details."""
        return self.order.state == State.PENDING and not self.order.complete

    @cached_property
    def is_joined(self) -> bool:
        """Tell whether the e-mailed link was used."""
        return bool(self.order.invitation and self.order.invitation.used_at)

    @cached_property
    def project_url(self) -> str:
        """Return where the member works, once they have joined; "" where there is no address."""
        project = self.order.delivered_project if self.is_joined else None
        return project_url(project) if project and not project.closed_at else ""

    @cached_property
    def mendable(self) -> list[str]:
        """List the fields that the customer has to correct."""
        if self.order.state != State.HAS_PACKING_ERRORS:
            return []
        return [name for name in FILLABLE if name in self._packing.mendable]

    @cached_property
    def has_form(self) -> bool:
        """Tell whether the page shows a form."""
        return self.is_waiting_for_details or bool(self.mendable)

    @cached_property
    def billing(self) -> str:
        """Tell who is billed: asked, where it is not known yet; known, by this order; else ''."""
        if self.order.state == State.CANCELLED or self.has_form:
            return ""
        if self.order.billing:
            return "known"
        return "asked" if self.order.lacks_billing else ""

    @cached_property
    def has_right_of_withdrawal(self) -> bool:
        """Tell whether a private person has ordered, who may withdraw from the contract."""
        if self.order.state == State.CANCELLED or self.is_invitation:
            return False
        return sells_to_everyone() and is_private_order(self.order)

    @cached_property
    def is_withdrawn(self) -> bool:
        """Tell whether the invitation is gone: the member was removed or deleted their account."""
        if self.order.state != State.PACKED or self.order.invitation_id:
            return False
        return "invitation" in self.done

    @property
    def is_live(self) -> bool:
        """Tell whether the page polls. A page with a form does not: polling would replace it.

        When all is set up, it goes on until the member has joined: the mail may still come back.
        """
        over = self.is_joined or self.is_withdrawn or self.order.state == State.CANCELLED
        return not over and not self.has_form

    @property
    def is_settled(self) -> bool:
        """Tell whether packing is over, so that a page without scripts need not look again."""
        return self.order.state in {State.PACKED, State.CANCELLED}

    @property
    def is_cancellable(self) -> bool:
        """Tell whether whoever ordered can still cancel."""
        return is_cancellable(self.order)

    @property
    def is_unreachable(self) -> bool:
        """Tell whether our mail could not be delivered, and somebody has to act."""
        over = self.is_joined or self.is_withdrawn or self.order.state == State.CANCELLED
        return self.order.unreachable_since is not None and not over

    @property
    def may_have_wrong_address(self) -> bool:
        """Tell whether there is an e-mail address that may still be corrected."""
        over = self.order.state in {State.PACKING, State.CANCELLED}
        return bool(self.order.user_email) and not over and not self.is_joined

    @cached_property
    def situation(self) -> str:
        """The state of the order, or a finer situation of it."""
        state = State(self.order.state)
        match state:
            case State.NEW:
                raise ValueError("an open order has no page")
            case State.PENDING:
                return "incomplete" if self.is_waiting_for_details else state
            case State.HAS_PACKING_ERRORS:
                return "mendable" if self.mendable else state
            case State.PACKED if self.is_withdrawn or self.is_joined:
                return "withdrawn" if self.is_withdrawn else "joined"
            case State.PACKING | State.PACKED | State.NEED_HUMAN | State.CANCELLED:
                return state
            case _:
                assert_never(state)

    @cached_property
    def waited(self) -> timedelta:
        """For how long the order has waited for the worker, or been set up; else 0."""
        if self.order.state not in IN_WORK or self.has_form:
            return timedelta()
        return timezone.now() - (self.order.ready_at or self.order.created_at)

    @property
    def is_slow(self) -> bool:
        """Tell whether setting it up takes longer than usual."""
        return self.waited >= SLOW

    @cached_property
    def reason(self) -> str:
        """Explain why packing stopped or the order was cancelled; or return ''."""
        if self.order.state == State.CANCELLED:
            prefetch_related_objects([self.order], "events")  # read once, also for who it was
            return cancellation_reason(self.order)
        if not self.order.fault or self.order.state not in STOPPED:
            return ""
        return self._packing.customer_text or customer_error_text(self.order.fault)

    @property
    def has_text_of_a_step(self) -> bool:
        """Tell whether the reason is a text that a step has written for this order."""
        return bool(self.reason and self._packing.customer_text)

    @property
    def _packing(self) -> Packing:
        packing: Packing = getattr(self.order, "packing", None) or Packing()
        return packing

    @cached_property
    def done(self) -> set[str]:
        """The names of the steps that are recorded as done."""
        return set((self.order.done_steps or "").split())
