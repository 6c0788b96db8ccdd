"""Texts of the notices that a way to sign in was changed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By allauth's name of the change: subject and sentence.
NOTICES: dict[str, tuple[Promise, Promise]] = {
    "password_changed": (
        _("Your password was changed"),
        _("The password you sign in with was changed."),
    ),
    "password_reset": (
        _("Your password was changed"),
        _("The password you sign in with was changed, using a link that we e-mailed to you."),
    ),
    "password_set": (_("Your password was set"), _("A password was set for your account.")),
    "email_changed": (
        _("Your e-mail address was changed"),
        _("You now sign in with a different e-mail address."),
    ),
    "totp_activated": (
        _("An authenticator app was set up"),
        _("Signing in to your account now takes a code from an authenticator app."),
    ),
    "totp_deactivated": (
        _("The authenticator app was switched off"),
        _("Signing in to your account no longer takes a code from an authenticator app."),
    ),
    "recovery_codes_generated": (
        _("You have new recovery codes"),
        _("New recovery codes were created for your account. The old ones no longer work."),
    ),
    "webauthn_added": (
        _("A passkey was added"),
        _("A passkey was added to your account. It can be used to sign in."),
    ),
    "webauthn_removed": (_("A passkey was removed"), _("A passkey was removed from your account.")),
    "token_made": (
        _("A new access token was created"),
        _(
            "An access token was created for your account. A program that has it can order "
            "in your name, also for the companies you administer."
        ),
    ),
    "application_token_made": (
        _("A new token of your application was created"),
        _(
            "A long-lived token was created for an application that you own. A program that has it "
            "can do what the token’s scopes allow."
        ),
    ),
    "client_secret_renewed": (
        _("Your application has a new client_secret"),
        _(
            "A new client_secret was created for an application that you own. The old one is "
            "refused."
        ),
    ),
    "signing_secret_renewed": (
        _("Your application has a new signing secret"),
        _(
            "A new secret was created that signs webhooks of an application that you own. The old "
            "one signs them, too, for one more day."
        ),
    ),
    "webhook_url_set": (
        _("Your application has a new webhook URL"),
        _(
            "An application that you own now sends events to a new URL: a webhook endpoint was "
            "added or its URL was changed."
        ),
    ),
    "program_allowed": (
        _("A program can now act in your name"),
        _(
            "A program was allowed to act in your name: it can order for you, also for the "
            "companies you administer. You can stop it under “Access tokens” in the portal."
        ),
    ),
    "factors_reset": (
        _("The second step of your sign-in was reset"),
        _("Passkeys, authenticator app and recovery codes were removed from your account."),
    ),
}
# After these, by which people get an account back, tokens that were made before still work. A
# member without a password recovers by a mailed code and a new passkey.
RECOVERY = {
    *("password_changed", "password_reset", "password_set"),
    *("factors_reset", "webauthn_added"),
}
OTHER = (_("Your sign-in was changed"), _("Something about the way you sign in was changed."))
