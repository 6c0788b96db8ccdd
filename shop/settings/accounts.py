"""Signing in: password, passkey, mailed code, second factor; OAuth 2 for partners' programs."""

from shop.env import env, is_web_url, read
from shop.settings.base import DEMO
from shop.settings.security import BASE_URL, SECRET_KEY

AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.MemberBackend"]
SESSION_ENGINE = "portal.accounts.session_store"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("login", "email", "first_name", "last_name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal"
ACCOUNT_LOGOUT_REDIRECT_URL = "tiers"
ACCOUNT_FORMS = {
    "add_email": "portal.accounts.forms.AddEmailForm",
    "change_password": "portal.accounts.new_password_forms.ChangePasswordForm",
    "login": "portal.accounts.forms.LoginForm",
    "request_login_code": "portal.accounts.forms.RequestLoginCodeForm",
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.new_password_forms.ResetPasswordKeyForm",
    "set_password": "portal.accounts.new_password_forms.SetPasswordForm",
    "user_token": "portal.accounts.forms.ResetLinkForm",
}
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True  # the new address replaces the old one once it is verified
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
CODE_SECONDS = 15 * 60
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_SECONDS
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before the e-mail address is changed
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Mails with a code, and as many with a link to a new password, that anybody may have sent to one
# address in a day. Passwords and passkeys work all the same.
SIGN_IN_MAILS_A_DAY = read("SIGN_IN_MAILS_A_DAY", env.int, 20)
ACCOUNT_RATE_LIMITS: dict[str, str | None] = {
    "request_login_code": f"20/m/ip,3/m/key,{SIGN_IN_MAILS_A_DAY}/d/key",
    "reset_password": f"20/m/ip,5/m/key,{SIGN_IN_MAILS_A_DAY}/d/key",
}
# Each look at the sign-in page asks for a challenge, and an office shares an address.
MFA_RATE_LIMITS: dict[str, str | None] = {"webauthn_login": "60/m/ip"}
if DEMO:
    # No limits for programs that try the demo, except on guessing passwords.
    unlimited = (
        "login", "request_login_code", "reauthenticate", "reset_password",
        "reset_password_from_key", "manage_email", "confirm_email", "change_password",
    )  # fmt: skip
    ACCOUNT_RATE_LIMITS = dict.fromkeys(unlimited)
    MFA_RATE_LIMITS = {"webauthn_login": None}  # a passkey cannot be guessed
ACCOUNT_SESSION_REMEMBER = True
STAFF_SESSION_HOURS = read("STAFF_SESSION_HOURS", env.int, 12)
STAFF_IDLE_MINUTES = read("STAFF_IDLE_MINUTES", env.int, 30)
MFA_ADAPTER = "portal.accounts.mfa_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Encrypts what authenticator apps and recovery codes are made from.
FACTOR_KEY = env.str("FACTOR_KEY", default="")
FACTOR_KEY_FALLBACKS = [key for key in env.list("FACTOR_KEY_FALLBACKS", default=[]) if key]
if any(len(key) < 50 for key in (FACTOR_KEY, *FACTOR_KEY_FALLBACKS) if key):
    raise SystemExit("FACTOR_KEY and its fallbacks need at least 50 random characters each.")
if FACTOR_KEY and FACTOR_KEY == SECRET_KEY:
    raise SystemExit("FACTOR_KEY must be another key than SECRET_KEY.")
MFA_FORMS = {
    "add_webauthn": "portal.accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "portal.accounts.forms.SecondStepByPasskeyForm",
    "edit_webauthn": "portal.accounts.forms.RenamePasskeyForm",
    "login_webauthn": "portal.accounts.forms.SignInByPasskeyForm",
    "reauthenticate_webauthn": "portal.accounts.forms.ReauthenticateByPasskeyForm",
}

# OAuth 2 for partners' programs.
IDP_OIDC_ADAPTER = "portal.accounts.adapter.OAuthAdapter"
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 90 * 86_400  # seconds; each refresh gives a new one
OAUTH_TOKEN_RATES = {"address": "30/m/ip", "client": "30/m/key"}

# Where the members of a project work, unless a packing step gives it an address of its own.
PROJECT_URL = env.str("PROJECT_URL", default="")
_example = PROJECT_URL.replace("{project_id}", "1").replace("{client_id}", "1")
if PROJECT_URL and ("{" in _example or not is_web_url(_example, http=DEMO)):
    raise SystemExit("PROJECT_URL must be an https URL; {project_id} and {client_id} may be in it.")
if DEMO and not PROJECT_URL:
    PROJECT_URL = f"{BASE_URL}/dev/project/{{project_id}}/"
