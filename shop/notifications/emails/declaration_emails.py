"""Mails about cancellations and withdrawals that were declared without signing in.

`details` of their messages: `declaration`, the pk of the Declaration.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shop.billing.declaration_matching import on_file
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.declaration_words import (
    declared,
    effect_of,
    ends_on,
    kind_of,
    moment,
    refunded,
    wished_end_of,
)
from shop.billing.declarations import proof_token
from shop.catalogue.templatetags.money import money
from shop.email_spellings import same_mailbox
from shop.notifications.emails.content import EmailContent, Link, Row, page_url, quoted, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK, sample_order
from shop.notifications.emails.withdrawn_sums import WithdrawnSums, withdrawn_sums

Kind = Declaration.Kind


class DeclarationEmail(Email):
    """Base class of the mails about a declaration."""

    @cached_property
    def declaration(self) -> Declaration:
        """The declaration that the mail is about."""
        number = self.message.details["declaration"]
        if isinstance(number, Declaration):  # a sample
            return number
        return Declaration.objects.select_related("case__order").get(pk=number)

    @property
    def is_withdrawal(self) -> bool:
        """Tell whether a withdrawal was declared, else a cancellation."""
        return self.declaration.kind == Kind.WITHDRAWAL


class DeclarationReceipt(DeclarationEmail, kind=Message.Kind.RECEIPT):
    """Receipt to the address that was typed: what was declared and when, and nothing else.

    It is the same whether or not there is such a contract (contract, "Cancelling").
    """

    samples = (
        Sample(gettext_lazy("cancellation"), lambda: {"details": _sample(Kind.CANCELLATION)}),
        Sample(
            gettext_lazy("cancellation for cause"),
            lambda: {"details": _sample(Kind.CANCELLATION, for_cause=True, reason=_REASON)},
        ),
        Sample(gettext_lazy("withdrawal"), lambda: {"details": _sample(Kind.WITHDRAWAL)}),
    )

    def content(self) -> EmailContent:
        """Return the declaration, whole and as plain text without links (contract, "Mail")."""
        received = moment(self.declaration.received_at)
        if self.is_withdrawal:
            subject = _("We have received your withdrawal")
            intro = _("We received this withdrawal on %(moment)s. This e-mail is your receipt.")
        else:
            subject = _("We have received your cancellation")
            intro = _("We received this cancellation on %(moment)s. This e-mail is your receipt.")
        second = _(
            "If your details match a contract, we also write to the e-mail address we have on "
            "file for it. That e-mail has a link to confirm the declaration. It counts from the "
            "moment given above, even if it is confirmed later."
        )
        unproven = _(
            "If nobody confirms it, or if your details match no contract that we can find, we "
            "check your declaration ourselves."
        )
        stranger = _("If this wasn't you, you don't need to do anything.")
        return EmailContent(
            subject=subject,
            intro=(intro % {"moment": received},),
            rows=tuple(
                Row(name, value if value == received else quoted(value))
                for name, value in declared(self.declaration)
            ),
            outro=(second, unproven, stranger),
        )


class DeclarationProof(DeclarationEmail, kind=Message.Kind.PROOF):
    """Link to the client_admin on file, joined or not, that has a declaration take effect."""

    samples = (
        Sample(gettext_lazy("cancellation"), lambda: _sample_case(Kind.CANCELLATION)),
        Sample(gettext_lazy("withdrawal"), lambda: _sample_case(Kind.WITHDRAWAL)),
    )

    @property
    def case(self) -> DeclarationCase:
        """The state of the declaration."""
        return self.declaration.case

    def is_obsolete(self) -> bool:
        """Tell whether the declaration was proven or decided since, or the link is an older one.

        Or somebody else than the reader can prove it by now.
        """
        is_newest = self.message.details.get("counter") == self.case.counter
        person = on_file(self.case.order) if self.case.order else None
        moved = person is None or not same_mailbox(person.email, self.message.recipient)
        return self.case.state != DeclarationCase.State.PROOF or not is_newest or moved

    def content(self) -> EmailContent:
        """Return what was declared, when the contract would end, and the link."""
        if self.is_withdrawal:
            subject = _("Please confirm the withdrawal from your contract")
            intro = _("We have received a withdrawal from your contract.")
            label = _("Confirm the withdrawal")
        else:
            subject = _("Please confirm the cancellation of your contract")
            intro = _("We have received a cancellation of your contract.")
            label = _("Confirm the cancellation")
        asked = _(
            "If it came from you, or from someone acting for you, please confirm it. You "
            "don't need to sign in. It counts from the moment we received it, even if you "
            "confirm it later."
        )
        stranger = _(
            "If this wasn't you, don't confirm it, and everything stays as it is. If someone "
            "is using your name, please tell us."
        )
        return EmailContent(
            subject=subject,
            intro=(intro, asked),
            rows=self._rows(),
            action=Link(label, page_url("declaration_proof", proof_token(self.case))),
            outro=(stranger,),
            link=Link(_("Contact"), page_url("contact")),
        )

    def _rows(self) -> tuple[Row, ...]:
        declaration, order = self.declaration, self.case.order
        rows = [
            Row(_("Declaration"), kind_of(declaration)),
            Row(_("In the name of"), typed(declaration.name)),
            Row(_("Received"), moment(declaration.received_at)),
        ]
        if order is not None:
            rows.append(
                Row(
                    _("Order number"),
                    order.order_number or "",
                )
            )
            rows.append(Row(_("Plan"), order.tier_name))
        if order is not None and order.project_name:
            rows.append(Row(_("Project"), typed(order.project_name)))
        if not self.is_withdrawal:
            rows.append(Row(_("Requested end"), wished_end_of(declaration)))
        return (*rows, Row(_("If you confirm"), self._effect()))

    def _effect(self) -> str:
        made_up: str | None = self.message.details.get("effect")  # of a sample
        return made_up or effect_of(self.case)


class WithdrawalEffective(Email, kind=Message.Kind.WITHDRAWAL):
    """Notice that an order was withdrawn from: what was credited, and what is paid back."""

    samples = (Sample(gettext_lazy("withdrawal"), lambda: {"order": sample_order()}),)

    def content(self) -> EmailContent:
        """Return what has ended, and the sums."""
        order = self.message.order
        assert order is not None  # noqa: S101 -- such mails are queued with one
        sums = self._sums()
        rows = [
            Row(
                _("Order number"),
                order.order_number or "",
            ),
            Row(_("Plan"), order.tier_name),
        ]
        if order.project_name:
            rows.append(Row(_("Project"), typed(order.project_name)))
        owes_nothing = _("You owe nothing for it.")
        if sums.credited_cents:
            rows.append(
                Row(pgettext("withdrawal", "Credited"), money(sums.credited_cents, order.currency))
            )
            owes_nothing = _("All invoices for it are credited; you owe nothing.")
        pay_back = []
        if sums.refund_cents:
            rows.append(Row(_("We refund"), money(sums.refund_cents, order.currency)))
            pay_back = [_("We transfer what you have paid within 14 days of your withdrawal.")]
        return EmailContent(
            subject=_("Your withdrawal has taken effect"),
            intro=(_("You have withdrawn from this contract, so it has ended."), owes_nothing),
            rows=tuple(rows),
            action=Link(_("View the order"), page_url("registration", order.order_hash)),
            outro=tuple(pay_back),
        )

    def _sums(self) -> WithdrawnSums:
        order = self.message.order
        if order is None or order.pk == NO_PK:
            return WithdrawnSums(5831, 5831)
        return withdrawn_sums(order)


_REASON = "The service could not be reached for a week.\nSee our e-mail of Monday."


def _sample(kind: Kind, **fields: Any) -> dict[str, Any]:
    declaration = Declaration(
        pk=NO_PK,
        kind=kind,
        received_at=timezone.now(),
        name="Nina Vogl",
        contract="K7QM-3FZ2",
        email="nina@example.com",
        **fields,
    )
    return {"declaration": declaration}


def _sample_case(kind: Kind) -> dict[str, Any]:
    details, order = _sample(kind), sample_order()
    # Sets `declaration.case`.
    DeclarationCase(
        declaration=details["declaration"], order=order, state=DeclarationCase.State.PROOF
    )
    if kind == Kind.WITHDRAWAL:
        return {"order": order, "details": {**details, "effect": refunded()}}
    end = timezone.localdate() + timedelta(days=30)
    return {"order": order, "details": {**details, "effect": ends_on(end)}}
