"""Mails about signing in, to the user whose account it is."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.access.tokens import live_tokens_of, programs_of
from shop.notifications.emails.codes import code_of
from shop.notifications.emails.content import EmailContent, Link, page_url, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import account_sample
from shop.notifications.emails.security_notices import NOTICES, OTHER, RECOVERY
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.mfa import may_recover_by_mail

NAMED = 10  # tokens, and programs, that a notice names


class AccountEmail(Email):
    """Base class of the mails about an account, for users who may sign in."""

    def is_obsolete(self) -> bool:
        """Tell whether there is no user, as for an unknown address, or one who may not sign in."""
        user = self.message.user
        return user is None or not user.may_sign_in


class PasswordReset(AccountEmail, kind=Message.Kind.PASSWORD):
    """Link to a new password; for an account without a password, the way to a code."""

    samples = (account_sample(gettext_lazy("link to a new password")),)

    def is_obsolete(self) -> bool:
        """Tell whether the user has given up the address meanwhile, besides the base's reasons."""
        # Its new owner must not choose the password.
        given_up = user_by_email(self.message.recipient) != self.message.user
        return given_up or super().is_obsolete()

    def content(self) -> EmailContent:
        """Return the link of allauth's own mail, but on our host."""
        user = self.message.user
        assert user is not None  # noqa: S101 -- else it is obsolete
        subject = _("Choose a new password")
        if may_recover_by_mail(user):
            # With a password, the account would need the lost passkey as its second factor.
            asked = _(
                "Someone, hopefully you, asked for a new password for this address. Your account "
                "doesn't have one: you sign in with a passkey. If you have lost it, we can send "
                "you a code instead."
            )
            action = Link(_("Send me a code"), page_url("account_request_login_code"))
            not_me = _("If this wasn't you, you can ignore this e-mail.")
        else:
            asked = _("Someone, hopefully you, asked for a new password for this address.")
            token, uid = default_token_generator.make_token(user), user_pk_to_url_str(user)
            action = Link(
                subject, page_url("account_reset_password_from_key", uidb36=uid, key=token)
            )
            not_me = _(
                "The link works once. If this wasn't you, you can ignore this e-mail: your "
                "password stays the same."
            )
        return EmailContent(subject=subject, intro=(asked,), action=action, outro=(not_me,))


class SignInCode(AccountEmail, kind=Message.Kind.CODE):
    """Code to type on the page that asked for it; hence no link."""

    samples = (account_sample(gettext_lazy("code"), seed="sample"),)

    def is_obsolete(self) -> bool:
        """Tell whether the code has expired, besides the base's reasons."""
        age = timezone.now() - self.message.created_at
        return age.total_seconds() > settings.CODE_SECONDS or super().is_obsolete()

    def content(self) -> EmailContent:
        """Return the code of the seed in the message's details."""
        minutes = settings.CODE_SECONDS // 60
        lifetime = ngettext(
            "It works once and expires after %(minutes)s minute.",
            "It works once and expires after %(minutes)s minutes.",
            minutes,
        )
        secret = _(
            "Never share it with anyone, not even with us. If you didn't ask for it, you can "
            "ignore this e-mail."
        )
        return EmailContent(
            subject=_("Your code"),
            intro=(_("Enter this code on the page where you asked for it:"),),
            code=code_of(self.message.details["seed"]),
            outro=(lifetime % {"minutes": minutes}, secret),
        )


class AccountDeleted(Email, kind=Message.Kind.DELETED):
    """Confirmation to the address that the account had. The message knows no user any more."""

    samples = (Sample(gettext_lazy("account deleted"), dict),)

    def content(self) -> EmailContent:
        """Return what was deleted, and what is kept."""
        done = _(
            "As you asked, we have deleted your account. Nobody can sign in with it any "
            "more, and your places in projects are free again."
        )
        kept = _("We keep what the law requires, such as invoices. This is our last e-mail to you.")
        return EmailContent(subject=_("Your account is deleted"), intro=(done, kept))


class SecurityNotice(AccountEmail, kind=Message.Kind.CHANGE):
    """Notice of a changed way to sign in, with advice if somebody else changed it.

    `details` of the message: `what`, by allauth's name, and `ip`, empty if staff did it.
    """

    samples = (
        account_sample(gettext_lazy("a passkey was added"), what="webauthn_added", ip="192.0.2.7"),
        account_sample(gettext_lazy("an access token was made"), what="token_made", ip="192.0.2.7"),
        account_sample(gettext_lazy("to the old address"), what="email_changed", ip="192.0.2.7"),
    )

    def content(self) -> EmailContent:
        """Return the notice of the change, with its time and IP address."""
        what, ip, user = self.message.details["what"], self.message.details["ip"], self.message.user
        made_at = localtime(self.message.created_at, user.zone if user else None)
        subject, sentence = NOTICES.get(what, OTHER)
        made = _("We made this change on %(when)s.")
        if ip:
            made = _("The change was made on %(when)s, from the IP address %(ip)s.")
        made %= {"when": date(made_at, "DATETIME_FORMAT"), "ip": ip}
        if what == "email_changed":
            # The old address gets no new password any more.
            not_me = _("If this wasn't you, please tell us right away.")
            action = Link(_("Contact"), page_url("contact"))
        else:
            not_me = _("If this wasn't you, choose a new password right away.")
            action = Link(_("Choose a new password"), page_url("account_reset_password"))
        intro = (f"{sentence} {made}", *self._live_tokens(what), not_me)
        return EmailContent(subject=str(subject), intro=intro, action=action)

    def _live_tokens(self, what: str) -> tuple[str, ...]:
        """Name the tokens and programs that a recovery of the account leaves alone."""
        user = self.message.user
        if user is None or what not in RECOVERY:
            return ()
        tokens = [each.data["name"] for each in live_tokens_of(user)[:NAMED]]
        programs = [each.name for each in programs_of(user)[:NAMED]]
        tokens_work = _(
            "These access tokens still work: %(names)s. Revoke any that aren't yours under "
            "“Access tokens” in the portal."
        )
        programs_act = _(
            "These programs can still act in your name: %(names)s. Stop any that you don't "
            "know under “Access tokens” in the portal."
        )
        return tuple(
            sentence % {"names": ", ".join(typed(name) for name in names)}
            for sentence, names in ((tokens_work, tokens), (programs_act, programs))
            if names
        )
