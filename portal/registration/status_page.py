"""The registration page's words for each state of an order, and its steps."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, assert_never

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.cancellation import cancellation_reason
from shop.orders.error_codes import customer_error_text
from shop.orders.models import Order, State
from shop.orders.order_fields import FILLABLE
from shop.orders.waiting import LATE, SLOW, waiting_since
from shop.packing.models import Packing, StepRecord
from shop.packing.step_names import recorded_steps, step_title
from shop.tenancy.email_addresses import mask_email
from shop.tenancy.models import Client, Project


class Words(NamedTuple):
    """The words of the page in a situation: for its title, its headline, and what follows."""

    title: StrOrPromise
    headline: StrOrPromise
    next_step: StrOrPromise


SOON = _("We set up your client and your project. Then you get an e-mail with a link to sign in.")
# By the state of the order or a finer situation.
WORDS: dict[str, Words] = {
    "incomplete": Words(
        _("Details needed"),
        _("We still need a few details from you."),
        _("You fill in the form; then we set everything up in a moment."),
    ),
    State.PENDING: Words(_("Received"), _("Received. We start in a moment."), SOON),
    State.PACKING: Words(
        _("Being set up"), _("Being set up. There is nothing for you to do."), SOON
    ),
    State.PACKED: Words(
        _("Done"),
        _("Done. The link to sign in is on its way to %(address)s."),
        _(
            "You open the link in the e-mail and choose a password. "
            "The link works once and for %(days)s days."
        ),
    ),
    "withdrawn": Words(
        _("Done"),
        _("Done. The invitation was withdrawn since."),
        _("Whoever administers the client can invite anew."),
    ),
    "joined": Words(
        _("Done"),
        _("Done. The link was used; you sign in with your e-mail from now on."),
        _("You find your projects in the portal."),
    ),
    "mendable": Words(
        _("A detail does not fit"),
        _("Something does not fit. Please check the marked detail."),
        _("You correct the detail; then we go on where we stopped, in a moment."),
    ),
    State.HAS_PACKING_ERRORS: Words(
        _("Delayed"),
        _(
            "Something is stuck on our side. Your order is safely stored; "
            "we are on it and will write to you."
        ),
        _("We act. You can close this page; its address stays the same."),
    ),
    State.NEED_HUMAN: Words(
        _("Being reviewed"),
        _("A person looks at this order. We get back to you by the next working day."),
        _(
            "One of us looks at it and lets it go on, or writes to you. There is nothing for you "
            "to do. You can close this page; its address stays the same."
        ),
    ),
    State.CANCELLED: Words(
        _("Cancelled"),
        _("Cancelled."),
        _("Nothing more happens, and nothing is to be paid. You are welcome to order again."),
    ),
}
# Headlines once it takes longer than usual.
LATE_HEADLINES: dict[str, StrOrPromise] = {
    State.PENDING: _("Received. This is taking longer than usual."),
    State.PACKING: _("Being set up. This is taking longer than usual."),
}
# The status of the first step that is not done, by the state of the order; else it is open.
CURRENT: dict[str, str] = {
    State.PACKING: "running",
    State.NEED_HUMAN: "waiting",
    State.HAS_PACKING_ERRORS: "stopped",
}


@dataclass(frozen=True)
class Step:
    """One step in the list; `status` is done, running, waiting, stopped, dropped or open."""

    title: str
    status: str


@dataclass
class OrderStatus:
    """An order as its registration page shows it, with no personal data but a masked e-mail."""

    order: Order

    @cached_property
    def is_waiting_for_details(self) -> bool:
        """Tell whether the order misses details."""
        return self.order.state == State.PENDING and not self.order.complete

    @cached_property
    def is_joined(self) -> bool:
        """Tell whether the e-mailed link was used."""
        return bool(self.order.invitation and self.order.invitation.used_at)

    @cached_property
    def mendable(self) -> list[str]:
        """List the fields that the customer has to correct."""
        if self.order.state != State.HAS_PACKING_ERRORS:
            return []
        return [name for name in FILLABLE if name in self._packing.get("mendable", [])]

    @cached_property
    def has_form(self) -> bool:
        """Tell whether the page shows a form."""
        return self.is_waiting_for_details or bool(self.mendable)

    @cached_property
    def is_withdrawn(self) -> bool:
        """Tell whether the invitation is gone: the member was removed or deleted their account."""
        if self.order.state != State.PACKED or self.order.invitation_id:
            return False
        return StepRecord.objects.filter(order=self.order, name="invitation").exists()

    @property
    def is_live(self) -> bool:
        """Tell whether the page polls. A page with a form does not: polling would replace it."""
        final = self.order.state in {State.PACKED, State.CANCELLED}
        return not final and not self.has_form

    @property
    def may_have_wrong_address(self) -> bool:
        """Tell whether there is an e-mail address that may still be corrected."""
        over = self.order.state in {State.PACKING, State.CANCELLED}
        return bool(self.order.user_email) and not over and not self.is_joined

    @cached_property
    def kind(self) -> StrOrPromise:
        """Describe the kind of order."""
        if self.order.project_id:
            return _("A further member of a project")
        if self.order.client_id:
            return _("A new project of a client")
        return _("A new client and its first project")

    @cached_property
    def client(self) -> str:
        """Return the name of the client, or an empty string."""
        number = self.order.delivered_client_id or self.order.client_id
        return self.order.client_name or _name_of(Client, number)

    @cached_property
    def project(self) -> str:
        """Return the name of the project, or an empty string."""
        number = self.order.delivered_project_id or self.order.project_id
        return self.order.project_name or _name_of(Project, number)

    @property
    def masked_email(self) -> str:
        """Return the e-mail address as `n…@g….com`, enough to recognise one's own."""
        member = self.order.member
        return mask_email(self.order.user_email or (member.email if member else ""))

    @property
    def title(self) -> str:
        """Return the state in a word or two, for the title of the page."""
        return str(WORDS[self._situation].title)

    @property
    def headline(self) -> str:
        """Return the state in the words of the page."""
        if self._waited >= SLOW:
            return str(LATE_HEADLINES[self.order.state])
        return WORDS[self._situation].headline % {"address": self.masked_email}

    @property
    def next_step(self) -> str:
        """Return the sentence about what happens next and who does it."""
        if self._waited < SLOW:
            return WORDS[self._situation].next_step % {"days": settings.INVITATION_DAYS}
        if not self.masked_email:
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
        return gettext(
            "Your order is safely stored, and we go on with it by ourselves as soon as we can. "
            "If you cannot wait, please write to us: the imprint says how."
        )

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
        return timezone.now() - waiting_since(self.order)

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
        if not self.order.fault:
            return ""
        return self._packing.get("customer_text") or customer_error_text(self.order.fault)

    @cached_property
    def _packing(self) -> dict[str, Any]:
        said = Packing.objects.filter(order=self.order).values("customer_text", "mendable")
        return dict(said.first() or {})

    @cached_property
    def steps(self) -> list[Step]:
        """List the steps of packing in order."""
        done = set(StepRecord.objects.filter(order=self.order).values_list("name", flat=True))
        over = self.order.state == State.PACKED
        names = recorded_steps()
        statuses = ["done" if over or name in done else "open" for name in names]
        if self.order.state == State.CANCELLED:
            statuses = ["done" if status == "done" else "dropped" for status in statuses]
        if "open" in statuses:
            statuses[statuses.index("open")] = CURRENT.get(self.order.state, "open")
        return [
            Step(step_title(name), status) for name, status in zip(names, statuses, strict=True)
        ]

    @property
    def version(self) -> str:
        """Return a version of the page: the live fragment is only sent when it changes."""
        done = sum(step.status == "done" for step in self.steps)
        return f"{self.moment}-{int(self.has_form)}-{done}-{self.order.fault}"

    @property
    def moment(self) -> str:
        """Return the part of the version of which a change is announced to screen readers."""
        passed = sum(self._waited >= limit for limit in (SLOW, LATE))
        return self.order.state + "+" * passed


def _name_of(model: type[Client | Project], number: int | None) -> str:
    if number is None:
        return ""
    return model.objects.filter(pk=number).values_list("name", flat=True).first() or ""
