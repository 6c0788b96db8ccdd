"""Turn a message's row into a mail, in the order's language. Tokens are made here and kept nowhere."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from shop.notifications.changes import notice_of
from shop.notifications.codes import code_of
from shop.notifications.models import Message
from shop.orders.presenting import registration_url
from shop.tenancy.factors import may_recover_by_mail
from shop.tenancy.invitations import join_code, join_token


@dataclass(frozen=True)
class Rendered:
    """A mail, ready to send. The id stays the same over tries."""

    subject: str
    text: str
    html: str
    message_id: str


def render(message: Message) -> Rendered:
    """The mail of `message`: text and HTML with one link."""
    context = _context(message)
    template = f"notifications/{message.kind}"
    with override(message.language):
        subject = render_to_string(f"{template}.subject.txt", context).strip()
        return Rendered(
            subject=subject,
            text=render_to_string(f"{template}.txt", context),
            html=render_to_string(f"{template}.html", context | {"subject": subject}),
            message_id=f"<message-{message.pk}@{urlsplit(settings.BASE_URL).hostname}>",
        )


def _context(message: Message) -> dict[str, Any]:
    context = {"order": message.order, "link": _link(message), "days": settings.INVITATION_DAYS}
    if message.kind == Message.Kind.CODE:
        code, minutes = code_of(message.details["seed"]), settings.CODE_SECONDS // 60
        return {**context, "code": code, "minutes": minutes}
    if message.kind == Message.Kind.CHANGE:
        subject, sentence = notice_of(message.details["what"])
        facts = {"when": message.created_at, "ip": message.details["ip"], "moved": _moved(message)}
        return {**context, "subject": subject, "sentence": sentence, **facts}
    if message.kind == Message.Kind.INVITATION and message.order and message.order.invitation:
        return {**context, "code": join_code(message.order.invitation)}
    if message.kind == Message.Kind.ALARM:
        return {**context, **message.details}
    if message.kind == Message.Kind.PASSWORD and message.user:
        return {**context, "by_code": may_recover_by_mail(message.user)}
    return context


def _link(message: Message) -> str:
    order = message.order
    if message.kind in {Message.Kind.CODE, Message.Kind.ADDRESS}:
        return ""
    if message.kind == Message.Kind.CHANGE:
        return _absolute(reverse("tiers" if _moved(message) else "account_reset_password"))
    if message.kind == Message.Kind.ALARM:
        return _absolute(reverse("staff"))
    if message.user and may_recover_by_mail(message.user):
        # A password would make a second step of the passkey that may be lost.
        return _absolute(reverse("account_request_login_code"))
    if order is None:
        # What allauth's own mail would hold, but for the host, which is ours.
        key = default_token_generator.make_token(message.user)
        names = {"uidb36": user_pk_to_url_str(message.user), "key": key}
        return _absolute(reverse("account_reset_password_from_key", kwargs=names))
    if message.kind == Message.Kind.INVITATION and order.invitation:
        token = join_token(order.invitation)
        return _absolute(reverse("join", args=[order.order_hash, token]))
    return registration_url(order, settings.BASE_URL)


def _moved(message: Message) -> bool:
    # Told to the old address, to which no new password is sent any more.
    return bool(message.details["what"] == "email_changed")


def _absolute(path: str) -> str:
    address: str = urljoin(settings.BASE_URL, path)
    return address
