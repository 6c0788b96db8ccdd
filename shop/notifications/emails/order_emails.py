"""What we write about an order, to whoever ordered. In the language that is active."""

from django.conf import settings
from django.template.defaultfilters import date, floatformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.templatetags.money import money
from shop.notifications.emails.content import Attachment, EmailContent, Link, Row, to_page
from shop.notifications.emails.models import Message
from shop.notifications.emails.templatetags.typed import typed
from shop.orders.error_codes import customer_error_text
from shop.orders.models import Basket, Order, State
from shop.tenancy.email_addresses import mask_email
from shop.tenancy.invitations import join_code, join_token


def received(message: Message) -> EmailContent:
    """What was ordered and for how much; the terms that were agreed to, to keep."""
    order = _order(message)
    complete = _("Once all is set up, you get a second e-mail, with a link to sign in.")
    incomplete = _(
        "A few details are still missing. Please fill them in on the page of your order; "
        "then we go on at once."
    )
    after = [_("Whoever has this link can see how the order stands. Please keep it to yourself.")]
    further = enclosure = None
    if basket := _agreed(order):
        after += _about_terms(basket)
        further = Link(_("Terms"), to_page("terms"))
        enclosure = _terms(basket)
    else:
        after.append(_unknown())
    return EmailContent(
        subject=_("Your order has arrived"),
        before=(
            _("We have received your order."),
            complete if order.complete else incomplete,
        ),
        facts=(*_facts(order, price=True),),
        action=_to_order(order, _("See how it stands")),
        after=tuple(after),
        further=further,
        enclosure=enclosure,
    )


def reminder(message: Message) -> EmailContent:
    """What the order waits for."""
    order = _order(message)
    return EmailContent(
        subject=_("Your order still needs a few details"),
        before=(
            _("Your order waits for a few details. Please fill them in; then we go on at once."),
        ),
        facts=_facts(order),
        action=_to_order(order, _("Fill in the details")),
        after=(
            _("If you do nothing, we cancel the order after a while and delete what you told us."),
            _unknown(),
        ),
    )


def invitation(message: Message) -> EmailContent:
    """The link by which the new member comes in."""
    order = _order(message)
    days = settings.INVITATION_DAYS
    lifetime = ngettext(
        "The link works once and for %(days)s day.",
        "The link works once and for %(days)s days.",
        days,
    )
    expired = _("Has it expired? Open it all the same: from there you can have a new one sent.")
    return EmailContent(
        subject=_("Your link to sign in"),
        before=(f"{_welcome(order)} {_('All is set up. With this link you join.')}",),
        facts=_delivered(order),
        action=Link(_("Join the project"), _to_join(order)),
        after=(
            *_other_device(order),
            f"{lifetime % {'days': days}} {expired}",
            _(
                "Do you know nothing of this project? Then please ignore this e-mail; "
                "nothing happens without the link."
            ),
        ),
    )


def packed(message: Message) -> EmailContent:
    """Told to who placed the order, where that is not the new member."""
    order = _order(message)
    email = order.user_email or (order.member.email if order.member else "")
    invited = _("The link to sign in is on its way to %(address)s.") % {
        "address": mask_email(email)
    }
    return EmailContent(
        subject=_("Your order is set up"),
        before=(_("All that you ordered is set up."), invited),
        facts=_delivered(order),
        action=_to_order(order, _("See the order")),
        after=(
            _("There is nothing for you to do: the new member joins by the link in that mail."),
        ),
    )


def attention(message: Message) -> EmailContent:
    """Why the order stands still, and who acts."""
    order = _order(message)
    if order.state == State.NEED_HUMAN:
        subject = _("A person looks at your order")
        opening = _("Thank you for your order.")
        sentence = _("A person looks at this order. We get back to you by the next working day.")
        action = _to_order(order, _("See how it stands"))
        reason = ""
    else:
        subject = _("Please check your order")
        opening = _("We cannot go on with your order just now.")
        sentence = _("Something does not fit. Please check the marked detail.")
        action = _to_order(order, _("Check the order"))
        reason = customer_error_text(order.fault)
    return EmailContent(
        subject=subject,
        before=tuple(filter(None, (opening, sentence, reason))),
        facts=_facts(order),
        action=action,
        after=(_("Your order is safely stored."), _unknown()),
    )


def cancelled(message: Message) -> EmailContent:
    """That nothing more comes of the order, and why."""
    order = _order(message)
    subject = _("Your order was cancelled")
    nothing_due = _("Nothing is to be paid for it.")
    if order.user_email is None:  # emptied: nobody had completed it
        return EmailContent(
            subject=subject,
            before=(
                _(
                    "Details of your order were missing for too long. We have cancelled it "
                    "and deleted what you told us."
                ),
            ),
            facts=_facts(order),
            action=Link(_("See the tiers"), to_page("tiers")),
            after=(nothing_due, _("You are welcome to order again.")),
        )
    reasons = [event.note for event in order.events.all() if event.state == State.CANCELLED]
    return EmailContent(
        subject=subject,
        before=(_("We have cancelled your order."), *filter(None, reasons)),
        facts=_facts(order),
        action=_to_order(order, _("See the order")),
        after=(nothing_due, _("Is that a mistake? Then please tell us: the imprint says how.")),
        further=Link(_("Imprint"), to_page("imprint")),
    )


def address(message: Message) -> EmailContent:
    """Told to an address that was a mistake. It lets nobody in and names nobody else."""
    return EmailContent(
        subject=_("This address no longer belongs to an order"),
        before=(
            _(
                "An order at our shop named this e-mail address. That was corrected: the order "
                "has another address now, and we write to this one about it no more."
            ),
        ),
        further=Link(_("Imprint"), to_page("imprint")),
        after=(
            _(
                "A link to sign in that you may have had from us no longer works. "
                "There is nothing to do."
            ),
            _("Was it your order after all? Then please tell us: the imprint says how."),
        ),
    )


def _order(message: Message) -> Order:
    assert message.order is not None  # noqa: S101 -- these kinds are about one
    return message.order


def _facts(order: Order, *, price: bool = False) -> tuple[Row, ...]:
    facts = [Row(_("Tier"), order.tier_name)]
    if price:
        facts += _price(order)
    if order.client_name:
        facts.append(Row(_("Client"), typed(order.client_name)))
    if order.project_name:
        facts.append(Row(_("Project"), typed(order.project_name)))
    return tuple(facts)


def _price(order: Order) -> list[Row]:
    if not order.net_cents:
        return [Row(_("Price"), _("free of charge"))]
    gross = _("%(price)s a month, including %(rate)s%% VAT") % {
        "price": money(order.gross_cents, order.currency),
        "rate": floatformat(order.vat_rate),
    }
    return [
        Row(_("Price"), gross),
        Row(_("Net a month"), money(order.net_cents, order.currency)),
    ]


def _delivered(order: Order) -> tuple[Row, ...]:
    project = order.delivered_project
    if project is None:
        return (Row(_("Tier"), order.tier_name),)
    return (
        Row(_("Tier"), order.tier_name),
        Row(_("Client"), typed(project.client.name)),
        Row(_("Project"), typed(project.name)),
    )


def _welcome(order: Order) -> str:
    project = order.delivered_project
    if project is None:
        return ""
    names = {"project": typed(project.name), "client": typed(project.client.name)}
    return _("Welcome to the project “%(project)s” of %(client)s.") % names


def _to_order(order: Order, label: str) -> Link:
    return Link(label, to_page("registration", order.order_hash))


def _to_join(order: Order) -> str:
    if order.invitation is None:
        return to_page("registration", order.order_hash)
    return to_page("join", order.order_hash, join_token(order.invitation))


def _other_device(order: Order) -> list[str]:
    if order.invitation is None:
        return []
    sentence = _(
        "Are you reading this on another device? Then enter this code on the page of your order:"
    )
    return [f"{sentence} {join_code(order.invitation)}"]


def _unknown() -> str:
    return _("Do you know nothing of this order? Then please ignore this e-mail.")


def _agreed(order: Order) -> Basket | None:
    """What the order was placed from, where whoever did agreed to the terms."""
    basket: Basket | None = getattr(order, "basket", None)
    return basket if basket and basket.terms else None


def _about_terms(basket: Basket) -> list[str]:
    assert basket.terms is not None  # noqa: S101 -- _agreed has looked
    agreed = _("You agreed to our terms (version %(number)s) on %(day)s. They come with this mail.")
    return [
        agreed % {"number": basket.terms.number, "day": date(basket.agreed_at, "DATE_FORMAT")},
        _("To cancel, an e-mail is enough: the terms say where to and by when."),
        _unknown(),
    ]


def _terms(basket: Basket) -> Attachment:
    """The very words that were agreed to, which later versions of the page do not touch."""
    terms = basket.terms
    assert terms is not None  # noqa: S101 -- _agreed has looked
    return Attachment(f"terms-{terms.number}.txt", f"{terms.title}\n\n{terms.text}\n")
