"""The page of one declaration: as it was received, what it may be about, and what staff decide."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrOrPromise

from portal.backoffice.audit_log import Act, history_of
from portal.backoffice.billing.case_forms import CauseForm, DeclineForm, DismissForm
from portal.backoffice.confirmation import ask_first
from portal.backoffice.contracts.contract_decisions import decide
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.staff_access import (
    View,
    ask_for_factor_again,
    permission_required,
    staff_user,
)
from shop.billing.cause_decisions import accept_cause, decline_cause
from shop.billing.contract_cancellation import end_if_cancelled
from shop.billing.contract_withdrawal import to_pay_back
from shop.billing.declaration_matching import can_take_effect, contract_of, on_file
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.declarations import assign, candidates, dismiss
from shop.billing.models import Subscription
from shop.catalogue.templatetags.money import money
from shop.orders.models import Order
from shop.orders.models import State as OrderState
from shop.orders.order_numbers import find_order_number

State = DeclarationCase.State
UNDECIDED = {State.STAFF, State.PROOF}
# The verbs do not tell apart why they did nothing; the page shows which of it is so.
NOT_DONE = gettext_lazy(
    "Nothing was changed: somebody has decided in the meantime, the subscription has ended, or "
    "there is no e-mail address for the link. This is the current state."
)
CANNOT = {
    Declaration.Kind.CANCELLATION: gettext_lazy(
        "It cannot take effect on this order: its subscription has ended or will end by then "
        "anyway."
    ),
    Declaration.Kind.WITHDRAWAL: gettext_lazy(
        "It cannot take effect on this order: the buyer is not a private person, the withdrawal "
        "period was over when it was declared, or the subscription has ended."
    ),
}
FOUND = 20  # orders of a search
RELATED = ("product", "member", "subscription", "delivered_client", "delivered_project")


@permission_required("orders.view_order")
@require_safe
def declaration(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a declaration, and beside it the orders whose contract it may be."""
    case = _find(pk)
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    is_open = case.state in UNDECIDED or (case.cause_open and case.state != State.DISMISSED)
    contract = _contract(case)
    context = {
        "case": case,
        "declared": case.declaration,
        "subscription": contract,
        "q": text,
        "history": history_of(case),
        "is_open": is_open,
        "candidates": _candidates(case, text) if case.state in UNDECIDED else [],
        "may_match": case.state in UNDECIDED,
        "may_decide_cause": is_open and case.cause_open and contract is not None,
    }
    return hide_hashes(request, render(request, "backoffice/declaration.html", context))


def posted_case(act: Callable[..., HttpResponse]) -> View:
    """Decorate a view that decides about a declaration: it gets the case, GET asks first."""

    @permission_required(MEND)
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, pk: int, **which: int) -> HttpResponse:
        return act(request, _find(pk), **which)

    return view


@posted_case
def mail_proof(request: HttpRequest, case: DeclarationCase, order: int) -> HttpResponse:
    """Match a declaration with an order and mail the link that proves it."""
    if request.method != "POST":
        return redirect("staff_declaration", case.pk)
    found = _find_order(order)

    def act() -> bool:
        return assign(case, found, staff_user(request), mail_proof=True)

    person = on_file(found)
    done = _("The link that proves it is on its way to %(email)s.")
    done %= {"email": person.email if person else ""}
    return _decided(request, case, act, Act.DECLARATION_MATCHED, done)


@posted_case
def take_effect(request: HttpRequest, case: DeclarationCase, order: int) -> HttpResponse:
    """Ask before a declaration takes effect on an order's contract; POST has it take effect."""
    found = _find_order(order)
    if not can_take_effect(case.declaration, found):
        messages.warning(request, CANNOT[Declaration.Kind(case.declaration.kind)])
        return redirect("staff_declaration", case.pk)
    if case.declaration.kind == Declaration.Kind.WITHDRAWAL and (
        way := ask_for_factor_again(request)
    ):
        return way
    if request.method != "POST":
        return ask_first(
            request,
            _("Let the declaration take effect on order %(number)s?")
            % {"number": found.order_number},
            _consequences(case, found),
            button=_("Let it take effect now"),
            back=_page(case),
        )

    def act() -> bool:
        return assign(case, found, staff_user(request), mail_proof=False)

    done = _("The declaration has taken effect.")
    return _decided(request, case, act, Act.DECLARATION_EFFECTIVE, done)


@posted_case
def dismiss_declaration(request: HttpRequest, case: DeclarationCase) -> HttpResponse:
    """Ask for a note before a declaration is dismissed; POST dismisses it."""
    form = DismissForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        meaning = [
            _(
                "No subscription is changed. A link that was sent to prove the declaration stops "
                "working."
            ),
            _("Nobody is told: write to the person if they should know."),
        ]
        title, button = _("Dismiss this declaration?"), _("Dismiss")
        return ask_first(request, title, meaning, button=button, back=_page(case), form=form)
    note = form.cleaned_data["note"]

    def act() -> bool:
        return dismiss(case, staff_user(request), note)

    return _decided(
        request, case, act, Act.DECLARATION_DISMISSED, _("The declaration is dismissed.")
    )


@posted_case
def accept(request: HttpRequest, case: DeclarationCase) -> HttpResponse:
    """Ask for the last day before a cause is accepted; POST accepts it."""
    if _contract(case) is None:
        messages.warning(request, _("First choose the order that the declaration is about."))
        return redirect("staff_declaration", case.pk)
    form = CauseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        meaning = [
            _("The subscription of order %(number)s ends on the day that you choose.")
            % {"number": case.order and case.order.order_number},
            _("What was paid for later days is credited when it ends."),
            _("The client is told by e-mail."),
        ]
        title, button = _("Accept the cause?"), _("Accept the cause")
        return ask_first(request, title, meaning, button=button, back=_page(case), form=form)
    given = form.cleaned_data

    def act() -> bool:
        return accept_cause(case, staff_user(request), ends_on=given["ends_on"], note=given["note"])

    done = _("The cause is accepted: the subscription ends on %(day)s.")
    day = date_format(given["ends_on"])
    return _decided(request, case, act, Act.CAUSE_ACCEPTED, done % {"day": day})


@posted_case
def decline(request: HttpRequest, case: DeclarationCase) -> HttpResponse:
    """Ask for a note before a cause is declined; POST has it count as an ordinary cancellation."""
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        meaning = [
            _(
                "It counts as an ordinary cancellation, once it is proven or you let it take "
                "effect."
            ),
            _("Nobody is told: write to the person and say why."),
        ]
        title, button = _("Treat it as an ordinary cancellation?"), _("Treat it as ordinary")
        return ask_first(request, title, meaning, button=button, back=_page(case), form=form)
    note = form.cleaned_data["note"]

    def act() -> bool:
        return decline_cause(case, staff_user(request), note)

    return _decided(
        request, case, act, Act.CAUSE_DECLINED, _("It counts as an ordinary cancellation.")
    )


def _decided(
    request: HttpRequest,
    case: DeclarationCase,
    act: Callable[[], bool],
    what: Act,
    done: StrOrPromise,
) -> HttpResponse:
    return decide(
        request, act, about=case, what=what, done=done, back=_page(case), not_done=NOT_DONE
    )


def _find(pk: int) -> DeclarationCase:
    related = [f"order__{name}" for name in RELATED]
    cases = DeclarationCase.objects.select_related("declaration", "decided_by", *related)
    return get_object_or_404(cases, pk=pk)


def _find_order(pk: int) -> Order:
    placed = Order.objects.exclude(state=OrderState.NEW).select_related(*RELATED)
    return get_object_or_404(placed, pk=pk)


def _contract(case: DeclarationCase) -> Subscription | None:
    return contract_of(case.order) if case.order else None


def _page(case: DeclarationCase) -> str:
    return reverse("staff_declaration", args=[case.pk])


def _candidates(case: DeclarationCase, text: str) -> list[Order]:
    """Return the orders that staff search for; else those it may be about, the likeliest first."""
    if not text:
        found = candidates(case)
        known = {each.pk for each in found}
        return [case.order, *found] if case.order and case.order_id not in known else found
    named = Q(delivered_client__name__icontains=text) | Q(client_name__icontains=text)
    if number := find_order_number(text):
        named |= Q(order_number=number)
    placed = Order.objects.exclude(state=OrderState.NEW).select_related(*RELATED)
    return list(placed.filter(named).order_by("-pk")[:FOUND])


def _consequences(case: DeclarationCase, order: Order) -> list[str]:
    declared, subscription = case.declaration, contract_of(order)
    told = _("The client's administrator is told by e-mail.")
    if subscription is None:
        return [_("Nothing is set up yet: the order is cancelled."), told]
    if declared.kind == Declaration.Kind.WITHDRAWAL:
        sums = to_pay_back(subscription)
        facts: dict[str, Any] = {
            "invoiced": money(sums.invoiced_cents, subscription.currency),
            "paid": money(sums.paid_cents, subscription.currency),
        }
        return [
            _("The subscription ends at once; days used are not charged."),
            _("%(invoiced)s is credited, %(paid)s is to be refunded.") % facts,
            told,
        ]
    end = end_if_cancelled(
        subscription,
        wished=declared.wished_end,
        declared_on=timezone.localdate(declared.received_at),
    )
    sentence = _("The subscription ends on %(day)s, as counted from the declaration.")
    return [
        sentence % {"day": date_format(end)},
        _("A planned change of tier is undone."),
        _("The client can undo it until the last day."),
        told,
    ]
