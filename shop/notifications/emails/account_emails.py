"""What we write about signing in, to the user whose account it is."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.defaultfilters import date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.notifications.emails.codes import code_of
from shop.notifications.emails.content import EmailContent, Link, to_page
from shop.notifications.emails.models import Message
from shop.notifications.emails.security_notices import notice_of
from shop.tenancy.mfa import may_recover_by_mail
from shop.tenancy.models import User


def password(message: Message) -> EmailContent:
    """The link to a new password; for who has none, the way back in by a code."""
    user = _user(message)
    if may_recover_by_mail(user):
        # A password would make a second step of the passkey that may be lost.
        return EmailContent(
            subject=_("Choose a new password"),
            before=(
                _(
                    "Somebody, you we hope, has asked for a new password for this address. Your "
                    "account has none: you sign in by passkey. Is it lost? Then have a code sent "
                    "to you."
                ),
            ),
            action=Link(_("Have a code sent"), to_page("account_request_login_code")),
            after=(_("Was it not you? Then please ignore this e-mail."),),
        )
    return EmailContent(
        subject=_("Choose a new password"),
        before=(
            _(
                "Somebody, you we hope, has asked for a new password for this address. "
                "Choose it here."
            ),
        ),
        action=Link(_("Choose a new password"), _to_new_password(user)),
        after=(
            _(
                "The link works once. Was it not you? Then please ignore this e-mail; "
                "your password stays as it is."
            ),
        ),
    )


def code(message: Message) -> EmailContent:
    """A code to type, and no link: whoever is asked for it has the page before them."""
    minutes = settings.CODE_SECONDS // 60
    lifetime = ngettext(
        "It works once and for %(minutes)s minute.",
        "It works once and for %(minutes)s minutes.",
        minutes,
    )
    return EmailContent(
        subject=_("Your code"),
        before=(_("Here is your code. Please enter it on the page from which you come:"),),
        code=code_of(message.details["seed"]),
        after=(
            lifetime % {"minutes": minutes},
            _(
                "Never tell it to anybody, us included. Do you know nothing of this? "
                "Then please ignore this e-mail."
            ),
        ),
    )


def change(message: Message) -> EmailContent:
    """That the way of signing in was changed, and what to do if it was somebody else."""
    subject, sentence = notice_of(message.details["what"])
    when, ip = date(localtime(message.created_at), "DATETIME_FORMAT"), message.details["ip"]
    if ip:
        made = _("The change was made on %(when)s, from the address %(ip)s.")
    else:
        made = _("The change was made on %(when)s, by us.")
    made %= {"when": when, "ip": ip}
    if message.details["what"] == "email_changed":
        # Told to the old address, to which no new password is sent any more.
        not_me = _("Was it not you? Then please tell us at once. You find us here.")
        action = Link(_("To our website"), to_page("tiers"))
    else:
        not_me = _("Was it not you? Then please choose a new password at once.")
        action = Link(_("Choose a new password"), to_page("account_reset_password"))
    return EmailContent(subject=str(subject), before=(f"{sentence} {made}", not_me), action=action)


def _user(message: Message) -> User:
    assert message.user is not None  # noqa: S101 -- else it would be obsolete
    return message.user


def _to_new_password(user: User) -> str:
    # What allauth's own mail would hold, but for the host, which is ours.
    key = default_token_generator.make_token(user)
    return to_page("account_reset_password_from_key", uidb36=user_pk_to_url_str(user), key=key)
