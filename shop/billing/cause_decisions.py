"""Cancellations for cause: staff decide whether the cause counts (contract, "Cancelling")."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.declaration_matching import contract_of
from shop.billing.declaration_rows import DeclarationCase
from shop.tenancy.models import User

State = DeclarationCase.State


def accept_cause(case: DeclarationCase, staff: User, *, ends_on: date, note: str) -> bool:
    """Accept the cause: the contract ends on a day that staff choose, also if it was cancelled.

    False where staff have decided already, or there is no contract, or it has ended.
    """
    contract = contract_of(case.order) if case.order else None
    if contract is None:
        return False
    with transaction.atomic():
        won = _decide(case, staff, note, state=State.EFFECTIVE) and cancel_contract(
            contract,
            by=staff,
            declared_at=case.declaration.received_at,
            declaration=case.declaration,
            ends_on=ends_on,
        )
        transaction.set_rollback(not won)
    return won


def decline_cause(case: DeclarationCase, staff: User, note: str) -> bool:
    """Have it count as an ordinary cancellation; False where staff have decided already."""
    return _decide(case, staff, note)


def _decide(case: DeclarationCase, staff: User, note: str, **changes: Any) -> bool:
    undecided = DeclarationCase.objects.filter(pk=case.pk, cause_open=True)
    undecided = undecided.exclude(state=State.DISMISSED)
    decided = {"decided_by": staff, "decided_at": timezone.now(), "note": note}
    return bool(undecided.update(cause_open=False, **decided, **changes))
