"""The state of an order, its steps and what happens next, for its registration page."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import assert_never

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from portal.registration.order_facts import OrderFacts
from portal.registration.status_words import (
    INVITATION_WORDS,
    LATE_HEADLINES,
    LATE_INVITATION,
    ONLY_THE_MAIL_IS_MISSING,
    VERY_LATE,
    VERY_LATE_INVITATION,
    WORDS,
    Words,
)
from shop.billing.private_buyers import is_private_order
from shop.customers import sells_to_everyone
from shop.orders.cancellation import cancellation_reason, is_cancellable
from shop.orders.error_codes import customer_error_text
from shop.orders.models import State
from shop.orders.order_fields import FILLABLE
from shop.orders.waiting import LATE, SLOW
from shop.packing.models import Packing
from shop.packing.step_names import recorded_steps, step_title
from shop.tenancy.project_urls import project_url

# The status of the first step that is not done, by the state of the order; else it is open.
CURRENT: dict[str, str] = {
    State.PACKING: "running",
    State.NEED_HUMAN: "waiting",
    State.HAS_PACKING_ERRORS: "stopped",
}
# Packing does not go on by itself: the page gives the reason.
STOPPED = frozenset({State.HAS_PACKING_ERRORS, State.NEED_HUMAN})


@dataclass(frozen=True)
class Step:
    """One step in the list; `status` is done, running, waiting, stopped, dropped or open."""

    title: str
    status: str


class OrderStatus(OrderFacts):
    """The state of an order, as its registration page shows it."""

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
        return "invitation" in self._done

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

    @property
    def title(self) -> str:
        """Return the state in a word or two, for the title of the page."""
        situation = "unreachable" if self.is_unreachable else self._situation
        return str(WORDS[situation].title)

    @property
    def headline(self) -> str:
        """Return the state in the words of the page."""
        if self.is_unreachable:
            return self._words("unreachable").headline % {"address": self.masked_email}
        if self._waited >= SLOW:
            return str(LATE_INVITATION if self.is_invitation else LATE_HEADLINES[self.order.state])
        return self._words(self._situation).headline % {"address": self.masked_email}

    @property
    def standing(self) -> StrOrPromise:
        """Return how the order stands besides, where our mail could not be delivered."""
        if self._situation == State.PACKED:
            return ONLY_THE_MAIL_IS_MISSING
        return self._words(self._situation).headline

    @property
    def next_step(self) -> str:
        """Return the sentence about what happens next and who does it."""
        if self.is_unreachable and self._situation == State.PACKED:
            return str(self._words("unreachable").next_step)
        if self._waited < SLOW:
            values = {"days": settings.INVITATION_DAYS, "address": self.masked_email}
            return self._words(self._situation).next_step % values
        if not self.masked_email or self.is_unreachable:
            return gettext("You can close this page; its address stays the same.")
        sentence = gettext(
            "You can close this page; we will write to %(address)s once all is set up."
        )
        return sentence % {"address": self.masked_email}

    @property
    def delay_note(self) -> str:
        """Return what the customer can do once it takes very long; or ''."""
        if self._waited < LATE:
            return ""
        return str(VERY_LATE_INVITATION if self.is_invitation else VERY_LATE)

    @property
    def announcement(self) -> str:
        """Return what is read out when the state changes, or when it begins to take long."""
        said = [self.headline]
        if self._waited >= SLOW:
            said += filter(None, [self.next_step, self.delay_note])
        return " ".join(said)

    @cached_property
    def _waited(self) -> timedelta:
        """For how long the order has waited for the worker, or been set up; else 0."""
        if self.order.state not in LATE_HEADLINES or self.has_form:
            return timedelta()
        return timezone.now() - (self.order.ready_at or self.order.created_at)

    def _words(self, situation: str) -> Words:
        words = INVITATION_WORDS.get(situation) if self.is_invitation else None
        return Words(WORDS[situation].title, *words) if words else WORDS[situation]

    @cached_property
    def _situation(self) -> str:
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
    def reason(self) -> str:
        """Explain why packing stopped or the order was cancelled; or return ''."""
        if self.order.state == State.CANCELLED:
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
    def _done(self) -> set[str]:
        """The names of the steps that are recorded as done."""
        return set((self.order.done_steps or "").split())

    @cached_property
    def steps(self) -> list[Step]:
        """List the steps of packing in order."""
        over = self.order.state == State.PACKED
        names = recorded_steps()
        statuses = ["done" if over or name in self._done else "open" for name in names]
        if self.order.state == State.CANCELLED:
            statuses = ["done" if status == "done" else "dropped" for status in statuses]
        if "open" in statuses:
            statuses[statuses.index("open")] = CURRENT.get(self.order.state, "open")
        return [
            Step(self._title(name), status) for name, status in zip(names, statuses, strict=True)
        ]

    def _title(self, name: str) -> str:
        # Somebody who is invited is not the project's first member.
        return gettext("Member") if name == "member" and self.is_invitation else step_title(name)

    @cached_property
    def version(self) -> str:
        """Return a version of the live part, which differs whenever what it shows does.

        So it is made of the very words. What is the visitor's own is left out: their form's token,
        and whether they may correct the address.
        """
        shown = [
            *(self.title, self.headline, self.next_step, self.delay_note, self.reason),
            *(self.masked_email, self.is_live, self.has_form, self.may_have_wrong_address),
            *(self.order.unreachable_since, self.standing if self.is_unreachable else ""),
            *(f"{step.title} {step.status}" for step in self.steps),
        ]
        digest = blake2b("|".join(map(str, shown)).encode(), digest_size=8).hexdigest()
        return f"{self.moment}-{digest}"

    @property
    def moment(self) -> str:
        """Return the part of the version of which a change is announced to screen readers."""
        if self.is_unreachable:
            return f"{self.order.state}:unreachable"
        if self.is_joined:
            return f"{self.order.state}:joined"
        if self.is_withdrawn:
            return f"{self.order.state}:withdrawn"
        passed = sum(self._waited >= limit for limit in (SLOW, LATE))
        return self.order.state + "+" * passed
