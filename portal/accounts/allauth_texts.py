"""Texts of Django and allauth that our German catalogue re-translates (formal „Sie", our terms).

Nothing imports this module: it lets `makemessages` find them. Our translations take precedence.
"""

from django.utils.translation import gettext_noop as _

RETRANSLATED = (
    _("Authenticator code"),
    _("Be patient, you are sending too many requests."),
    _("Incorrect code."),
    _("Incorrect password."),
    _("Invalid or expired key."),
    _("Please select only one."),
    _("Please type your current password."),
    _("This field is required."),
    _("This password is too common."),
    _("The email address and/or password you specified are not correct."),
    _("This email address is already associated with this account."),
    _("The new value must be different from the current one."),
    _("The password reset token was invalid."),
    _("Too many failed login attempts. Try again later."),
    _("You cannot activate two-factor authentication until you have verified your email address."),
    _("You cannot add more than %d email addresses."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _("You cannot remove your primary email address."),
    _("You must type the same password each time."),
    _("Your password can’t be a commonly used password."),
    _("Your password can’t be entirely numeric."),
    _("Your password can’t be too similar to your other personal information."),
    _("Your primary email address must be verified."),
)
