"""A declaration in words, as pages and mails repeat it."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop.billing.contract_cancellation import end_if_cancelled
from shop.billing.declaration_matching import contract_of
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.models import Subscription

HOUR = 3600  # seconds


def declared(declaration: Declaration) -> list[tuple[str, str]]:
    """Return names and values of what was declared, as it was typed, and of when it came."""
    rows = [
        (_("Declaration"), kind_of(declaration)),
        (_("Name"), declaration.name),
        (_("Contract"), declaration.contract),
        (_("E-mail"), declaration.email),
    ]
    if declaration.reason:
        rows.append((_("Reason"), declaration.reason))
    if declaration.kind == Declaration.Kind.CANCELLATION:
        rows.append((_("Requested end"), wished_end_of(declaration)))
    return [*rows, (_("Received"), moment(declaration.received_at))]


def kind_of(declaration: Declaration) -> str:
    """Return what is declared, in the active language."""
    if declaration.kind == Declaration.Kind.WITHDRAWAL:
        return _("Withdrawal from the contract")
    return _("Cancellation for cause") if declaration.for_cause else _("Ordinary cancellation")


def wished_end_of(declaration: Declaration) -> str:
    """Return when the contract is to end, by the declaration."""
    if declaration.wished_end is None:
        return _("as soon as possible")
    return _("on %(day)s") % {"day": date_format(declaration.wished_end, "DATE_FORMAT")}


def moment(at: datetime) -> str:
    """Return date and time in the shop's zone, with how far that is from UTC."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    offset = local.utcoffset()
    hours = (offset.total_seconds() if offset else 0) / HOUR
    return f"{date_format(local, 'DATETIME_FORMAT')} (UTC{hours:+g})"


def effect_of(case: DeclarationCase) -> str:
    """Return what follows, or has followed, once the declaration is proven."""
    if case.state == DeclarationCase.State.STAFF and case.proven_at:
        return _(
            "The contract has changed in the meantime, so we'll look into it and write to you."
        )
    contract = contract_of(case.order) if case.order else None
    if contract is None:
        return _("The order is cancelled. It was not set up yet, so nothing is to be paid for it.")
    if case.declaration.kind == Declaration.Kind.WITHDRAWAL:
        return refunded()
    if not case.declaration.for_cause:
        return ends_on(end_of(case, contract))
    cause = _("We'll look into the cause, and tell you if the contract ends earlier.")
    return f"{ends_on(end_of(case, contract))} {cause}"


def ends_on(day: date) -> str:
    """Return what a cancellation brings about."""
    text = _("The contract ends on %(day)s, which is its last day. Until then nothing changes.")
    return text % {"day": date_format(day, "DATE_FORMAT")}


def refunded() -> str:
    """Return what a withdrawal brings about."""
    return _("The contract ends at once. We refund everything that was paid for it.")


def end_of(case: DeclarationCase, contract: Subscription) -> date:
    """Return the last day of the contract: the one it has got, or will get by this declaration."""
    if contract.ends_on and case.state == DeclarationCase.State.EFFECTIVE:
        return contract.ends_on
    declaration = case.declaration
    received_on = timezone.localdate(declaration.received_at, timezone.get_default_timezone())
    end = end_if_cancelled(contract, wished=declaration.wished_end, declared_on=received_on)
    return min(end, contract.ends_on) if contract.ends_on else end
