"""Declarations without sign-in: received, proven by a mailed link, decided by staff.

(Contract, "Cancelling" and "Withdrawing".)
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_withdrawal import withdraw
from shop.billing.declaration_matching import (
    ask_for_proof,
    contract_of,
    ends_by_then,
    on_file,
    order_of_invoice,
)
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.signals import declaration_received
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.email_spellings import canonical_email
from shop.orders.cancellation import ActedBy, cancel_in_any_state
from shop.orders.models import Order
from shop.orders.models import State as OrderState
from shop.orders.search import search
from shop.tenancy.models import User

State = DeclarationCase.State
UNDECIDED = (State.RECEIVED, State.PROOF, State.STAFF)
SALT = "shop.billing.declarations"
TOKEN = re.compile(r"(?P<case>[1-9][0-9]{0,17})-(?P<counter>[1-9][0-9]{0,8})~")
MOST_CANDIDATES = 20
BATCH = 100


def declare(kind: str, fields: Mapping[str, Any], language: str) -> DeclarationCase:
    """Keep a declaration as it was typed; the worker matches it, and its mails are sent.

    `fields` are the columns of `Declaration` that were typed. Nothing is looked up: no answer can
    tell what the declaration matches.
    """
    received_at = timezone.now()
    last_year = timezone.localdate(received_at).year + settings.KEEP_DECLARATIONS_YEARS
    with transaction.atomic():
        declaration = Declaration.objects.create(
            kind=kind,
            language=language,
            received_at=received_at,
            keep_until=date(last_year, 12, 31),
            **fields,
        )
        case = DeclarationCase.objects.create(
            declaration=declaration, state=State.RECEIVED, cause_open=declaration.for_cause
        )
        declaration_received.send(sender=DeclarationCase, case=case)
    return case


def proof_token(case: DeclarationCase) -> str:
    """The token of the link that proves the declaration; made when the mail is rendered.

    It serves the address on file alone: it ends as the client is handed over, or the address changes.
    """
    return _signer(case).sign(f"{case.pk}-{case.counter}")


def case_of(token: str) -> DeclarationCase | None:
    """The case that a token proves, while it can be proven; None: no such link (any more).

    It still can where staff have not decided after PROOF_DAYS.
    """
    named = TOKEN.match(token)
    if named is None:
        return None
    related = ("declaration", "order__product", "order__delivered_client__client_admin")
    found = _provable().filter(pk=int(named["case"]), counter=int(named["counter"]))
    case = found.select_related(*related).first()
    if case is None:
        return None
    try:
        _signer(case).unsign(token)
    except BadSignature:
        return None
    return case


def prove(case: DeclarationCase) -> bool:
    """Have it take effect, counted from the moment of declaration; False where it waits no more.

    Of a contract that was cancelled meanwhile and ends no later nothing changes. Where the
    declaration can have no effect, or a cancellation was taken back since, staff look at it.
    """
    with transaction.atomic():
        waiting = _provable().filter(pk=case.pk, counter=case.counter)
        if not waiting.update(state=State.EFFECTIVE, proven_at=timezone.now()):
            return False
        case.refresh_from_db()
        if _was_taken_back(case) or not (_take_effect(case, None) or _has_its_end(case)):
            case.state = State.STAFF
            case.save(update_fields=["state"])
    return True


def candidates(case: DeclarationCase) -> list[Order]:
    """Orders whose contract it may be, the likeliest first, for staff."""
    declaration = case.declaration
    by_invoice = order_of_invoice(declaration.contract)
    named = [order.pk for order in (case.order, by_invoice) if order]
    # What somebody typed as their name is the weakest hint.
    hints = (declaration.contract, declaration.email, declaration.name)
    found = [pk for hint in hints for pk in sorted(search(hint).pks, reverse=True)]
    pks = list(dict.fromkeys([*named, *found]))[:MOST_CANDIDATES]
    related = ("product", "delivered_client", "delivered_project", "subscription")
    orders = Order.objects.exclude(state=OrderState.NEW).select_related(*related)
    by_pk = orders.in_bulk(pks)
    return [by_pk[pk] for pk in pks if pk in by_pk]


def assign(case: DeclarationCase, order: Order, staff: User, *, mail_proof: bool) -> bool:
    """Match by hand: have the proof mailed, or have it take effect at once. Older links end.

    False: it was decided already, there is no address for the proof, or the contract has ended.
    """
    with transaction.atomic():
        undecided = DeclarationCase.objects.filter(pk=case.pk, state__in=UNDECIDED)
        if not undecided.update(order=order, counter=F("counter") + 1, proven_at=None):
            return False
        case.refresh_from_db()
        if mail_proof:
            works = ask_for_proof(case)
        else:
            _decide(case, State.EFFECTIVE, staff)
            works = _take_effect(case, staff)
        if not works:
            transaction.set_rollback(True)
    if not works:
        case.refresh_from_db()
    return works


def dismiss(case: DeclarationCase, staff: User, note: str) -> bool:
    """Put a declaration aside, with a note for staff; False where it was decided already."""
    with transaction.atomic():
        undecided = DeclarationCase.objects.filter(pk=case.pk, state__in=UNDECIDED)
        if not undecided.update(counter=F("counter") + 1, cause_open=False, note=note):
            return False
        case.refresh_from_db()
        _decide(case, State.DISMISSED, staff)
    return True


def hand_over_unproven(beat: Callable[[], None]) -> None:
    """Hand to staff what nobody has proven for PROOF_DAYS; hourly. Calls `beat` first."""
    beat()
    before = timezone.now() - timedelta(days=settings.PROOF_DAYS)
    unproven = DeclarationCase.objects.filter(state=State.PROOF, proof_asked_at__lt=before)
    unproven.update(state=State.STAFF)


def delete_kept_long_enough(beat: Callable[[], None]) -> None:
    """Delete declarations from the day after `keep_until` on; `beat` before each batch. Hourly."""
    # The database lets them go by its own clock, in UTC.
    today = min(timezone.localdate(), datetime.now(UTC).date())
    expired = Declaration.objects.filter(keep_until__lt=today).order_by("pk")
    while pks := list(expired.values_list("pk", flat=True)[:BATCH]):
        beat()
        Declaration.objects.filter(pk__in=pks).delete()


def _provable() -> QuerySet[DeclarationCase]:
    return DeclarationCase.objects.filter(
        state__in=(State.PROOF, State.STAFF), order__isnull=False, proven_at=None
    )


def _take_effect(case: DeclarationCase, staff: User | None) -> bool:
    """End the contract, or cancel the order that is not packed; False where neither is possible."""
    declaration, order = case.declaration, case.order
    if order is None:
        return False
    if declaration.kind == Declaration.Kind.WITHDRAWAL:
        return withdraw(order, declaration=declaration, by=staff)
    contract = contract_of(order)
    if contract is None:
        return cancel_in_any_state(order, staff, by=ActedBy.CUSTOMER)
    return cancel_contract(
        contract,
        by=staff,
        wished=declaration.wished_end,
        declared_at=declaration.received_at,
        declaration=declaration,
    )


def _has_its_end(case: DeclarationCase) -> bool:
    """Tell if what a cancellation is to bring about is so already: it was declared twice."""
    contract = contract_of(case.order) if case.order else None
    if contract is None or case.declaration.kind == Declaration.Kind.WITHDRAWAL:
        return False
    return ends_by_then(case.declaration, contract)


def _was_taken_back(case: DeclarationCase) -> bool:
    """Tell if the client_admin has decided, since it was declared, that the contract goes on."""
    declaration = case.declaration
    contract = contract_of(case.order) if case.order else None
    if contract is None or declaration.kind == Declaration.Kind.WITHDRAWAL:
        return False
    since = contract.events.filter(at__gte=declaration.received_at)
    return since.filter(kind=SubscriptionEvent.Kind.TAKEN_BACK).exists()


def _decide(case: DeclarationCase, state: DeclarationCase.State, staff: User) -> None:
    case.state, case.decided_at, case.decided_by = state, timezone.now(), staff
    case.save(update_fields=["state", "decided_at", "decided_by"])


def _signer(case: DeclarationCase) -> Signer:
    person = on_file(case.order) if case.order else None
    return Signer(sep="~", salt=f"{SALT}:{canonical_email(person.email) if person else ''}")
