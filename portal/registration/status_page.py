"""The state of an order, its steps and what happens next, for its registration page."""

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from portal.registration.order_situation import OrderSituation
from portal.registration.status_words import (
    CANCELLED_BY,
    INVITATION_STILL_TRYING,
    INVITATION_WORDS,
    LATE_INVITATION,
    OVERDUE_REVIEW,
    STILL_TRYING,
    TAKES_LONGER,
    VERY_LATE,
    WORDS,
    Words,
)
from portal.registration.working_days import day_with_weekday, next_working_day
from shop.orders.cancellation import cancelled_by
from shop.orders.models import State
from shop.orders.waiting import LATE, SLOW
from shop.packing.step_names import recorded_steps, step_title

# The status of the first step that is not done, by the state of the order; else it is open.
CURRENT: dict[str, str] = {
    State.PACKING: "running",
    State.NEED_HUMAN: "waiting",
    State.HAS_PACKING_ERRORS: "stopped",
}
# The sign before the headline, by situation: the status of a step with the same sign.
SIGNS: dict[str, str] = {
    "incomplete": "waiting",
    "mendable": "stopped",
    State.PACKED: "done",
    "joined": "done",
    "withdrawn": "done",
    State.PENDING: "open",
    State.CANCELLED: "dropped",
    **CURRENT,
}


@dataclass(frozen=True)
class Step:
    """One step in the list; `status` is done, running, waiting, stopped, dropped or open."""

    title: str
    status: str


class OrderStatus(OrderSituation):
    """The state of an order, as its registration page shows it."""

    @property
    def title(self) -> str:
        """Return the state in a word or two, for the title of the page."""
        return str(self._words.title)

    @property
    def headline(self) -> str:
        """Return the state in the words of the page."""
        if self.is_slow and not self.is_unreachable:
            words = LATE_INVITATION if self.is_invitation else TAKES_LONGER[self._can_write]
            return str(words)
        return self._words.headline % {"address": self.masked_email}

    @property
    def headline_parts(self) -> list[str]:
        """Return the headline's first sentence, which is set large, and the rest if there is one."""
        first, blank, rest = self.headline.partition(". ")
        return (
            [self._unbroken(f"{first}."), self._unbroken(rest)]
            if blank
            else [self._unbroken(first)]
        )

    def _unbroken(self, text: str) -> str:
        """Return `text` as HTML in which the masked address stays on one line."""
        if not self.masked_email:
            return text
        pieces = text.split(self.masked_email)
        return format_html_join(self.unbroken_email, "{}", ((piece,) for piece in pieces))

    @property
    def unbroken_email(self) -> SafeString:
        """Return the masked address as HTML that stays on one line."""
        return format_html("<bdi>{}</bdi>", self.masked_email)

    @property
    def sign(self) -> str:
        """Return the status of a step that has the sign of this situation, or attention."""
        return "attention" if self.is_unreachable else SIGNS[self.situation]

    @property
    def standing(self) -> str:
        """Return how the order stands besides, where our mail could not be delivered; or ''."""
        if self.situation == State.PACKED:
            return ""
        return str(self._words_of(self.situation).headline)

    @property
    def next_step(self) -> str:
        """Return the sentence about what happens next and who does it."""
        values = {"days": settings.INVITATION_DAYS, "address": self.masked_email}
        if self.is_slow:
            words = INVITATION_STILL_TRYING if self.is_invitation else STILL_TRYING[self._can_write]
            return str(words) % values
        if self.situation == State.NEED_HUMAN:
            return self._review % {"day": day_with_weekday(self._answer_on)}
        return self._words.next_step % values

    @property
    def _review(self) -> StrOrPromise:
        is_over = timezone.localdate() > self._answer_on and not self.is_invitation
        return OVERDUE_REVIEW if is_over else self._words_of(State.NEED_HUMAN).next_step

    @cached_property
    def _answer_on(self) -> date:
        """The day by which we answer an order that is reviewed."""
        return next_working_day(self.order.ready_at or self.order.created_at)

    @property
    def delay_note(self) -> str:
        """Return what the customer can do once it takes very long; or ''."""
        return "" if self.waited < LATE else str(VERY_LATE)

    @property
    def announcement(self) -> str:
        """Return what is read out when the state changes, or when it begins to take long."""
        said = [self.headline]
        if self.is_slow:
            said += filter(None, [self.next_step, self.delay_note])
        return " ".join(said)

    @property
    def _can_write(self) -> bool:
        """Tell whether we may promise an e-mail."""
        return bool(self.masked_email) and not self.is_unreachable

    @property
    def _words(self) -> Words:
        if self.is_unreachable:
            is_packed = self.situation == State.PACKED
            return self._words_of("unreachable" if is_packed else "undelivered")
        return self._words_of(self.situation)

    def _words_of(self, situation: str) -> Words:
        words = INVITATION_WORDS.get(situation) if self.is_invitation else None
        return Words(WORDS[situation].title, *words) if words else WORDS[situation]

    @cached_property
    def cancelled_by(self) -> StrOrPromise:
        """Return the sentence on who cancelled the order; '' for an invitation."""
        prefetch_related_objects([self.order], "events")  # read once, also for the reason
        return "" if self.is_invitation else CANCELLED_BY[cancelled_by(self.order)]

    @cached_property
    def steps(self) -> list[Step]:
        """List the steps of packing in order."""
        over = self.order.state == State.PACKED
        names = recorded_steps()
        statuses = ["done" if over or name in self.done else "open" for name in names]
        if self.order.state == State.CANCELLED:
            statuses = ["done" if status == "done" else "dropped" for status in statuses]
        if "open" in statuses:
            statuses[statuses.index("open")] = CURRENT.get(self.order.state, "open")
        return [
            Step(self._title(name), status) for name, status in zip(names, statuses, strict=True)
        ]

    @property
    def reason_of_no_step(self) -> str:
        """Return the reason where no step in the list is the one that has stopped; or ''."""
        stops = any(step.status in {"stopped", "waiting"} for step in self.steps)
        return "" if stops else self.reason

    def _title(self, name: str) -> str:
        if name == "client":
            return gettext("Company")  # staff say client
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
        passed = sum(self.waited >= limit for limit in (SLOW, LATE))
        return self.order.state + "+" * passed
