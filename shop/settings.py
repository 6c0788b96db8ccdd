"""Settings, read from the environment; docs/running.md lists the variables.

`DEMO=1` is the profile of `make run`: it brings its own values. Without it every value that
matters must be given, and what is missing or unsafe stops the start with one sentence.
"""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _

from shop.env import demo_secret_key, env, read, required
from shop.settings_worker import *  # noqa: F403 -- they are settings, too

django_stubs_ext.monkeypatch()
BASE_DIR = Path(__file__).resolve().parent.parent

DEMO = read("DEMO", env.bool, False)
DEBUG = read("DEBUG", env.bool, False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

BASE_URL: str
if DEMO:
    SECRET_KEY = env.str("SECRET_KEY", default="") or demo_secret_key(VAR_DIR)
    BASE_URL = env.str("BASE_URL", default=f"http://localhost:{env.str('PORT', default='8000')}")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
    EMAIL_BACKEND = "shop.notifications.emails.dev_mailbox.EmailBackend"
else:
    SECRET_KEY = required("SECRET_KEY")
    if len(SECRET_KEY) < 50:
        raise SystemExit("SECRET_KEY is too short: give at least 50 random characters.")
    BASE_URL = required("BASE_URL")
    if not BASE_URL.startswith("https://"):
        raise SystemExit("BASE_URL must begin with https:// outside the demo profile.")
    required("ALLOWED_HOSTS")
    ALLOWED_HOSTS = [host for host in env.list("ALLOWED_HOSTS") if host]
    if "*" in ALLOWED_HOSTS:
        raise SystemExit("ALLOWED_HOSTS must name the hosts: * would take any.")
    if not validate_host(urlsplit(BASE_URL).hostname or "", ALLOWED_HOSTS):
        raise SystemExit("ALLOWED_HOSTS must name the host of BASE_URL, or no link would work.")
    required("EMAIL_URL")
    if DEBUG:
        raise SystemExit("DEBUG is for the demo profile only: it would show inner workings.")

# Keys from before a rotation: what they have signed stays good, nothing new is signed with them.
SECRET_KEY_FALLBACKS = [key for key in env.list("SECRET_KEY_FALLBACKS", default=[]) if key]
if not DEMO and any(len(key) < 50 for key in SECRET_KEY_FALLBACKS):
    raise SystemExit("SECRET_KEY_FALLBACKS has a key of less than 50 characters.")

BASE_URL = BASE_URL.rstrip("/")
if env.str("EMAIL_URL", default=""):
    mail = read("EMAIL_URL", env.email_url, "")
    EMAIL_BACKEND = mail["EMAIL_BACKEND"]
    EMAIL_HOST = mail["EMAIL_HOST"]
    EMAIL_PORT = mail["EMAIL_PORT"]
    EMAIL_HOST_USER = mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds; a mail server that hangs must not hold up the others' mail
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "MAIL_FROM", default=f"no-reply@{urlsplit(BASE_URL).hostname}"
)

INSTALLED_APPS = [
    "shop.worker",
    "shop.catalogue",
    "shop.content",
    "shop.access",
    "shop.tenancy",
    "shop.orders",
    "shop.packing",
    "shop.notifications.emails",
    "shop.notifications.webhooks",
    "shop.api",
    "shop.open_order",
    "shop.storefront",
    "portal.registration",
    "portal.accounts",
    "portal.backoffice",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_q",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "shop.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shop.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.middleware.addresses",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# Database. One connection a process is kept open: a new one costs ten times a request.
DATABASES = {
    "default": read("DATABASE_URL", env.db_url, f"sqlite:///{VAR_DIR / 'shop.sqlite3'}"),
}
if "ENGINE" not in DATABASES["default"]:
    raise SystemExit("DATABASE_URL must begin with sqlite:/// or postgres://")
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads first and writes later fails at once otherwise.
    # FULL: an order that was acknowledged survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds to wait for another writer
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }

# The cache is shared by all processes: rate limits count in it.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL and find_spec("redis") is None:
    raise SystemExit("REDIS_URL needs one more package: pip install -r requirements-redis.txt")
redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
CACHES = {
    "default": redis
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # Counts every call of the API: too often for a table.
    "limits": redis
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
# Calls a second in the long run, and at once.
RATE_LIMITS = {
    "application": (50, 500),
    "anonymous": (20, 200),  # an address that shows no live token
    "orders": (20 / 3600, 20),  # placed by an address on our pages, signed in as nobody
    "codes": (30 / 3600, 30),  # of mails with a link to join, typed by an address
}

# Languages. Without a wish of the browser the page is German, like an order without one.
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "shop.formats"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# What browsers may do with our pages.
SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "shop.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
# Whether other hosts of the domain speak https alone is not ours to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_SSL_REDIRECT = SECURE and env.bool("SSL_REDIRECT", default=True)
# How many proxies of ours stand before the web server: what they say of the caller is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = read("TRUSTED_PROXIES", env.int, 0)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Who signs in, and how.
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.MemberBackend"]
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
    "request_login_code": "portal.accounts.forms.RequestLoginCodeForm",
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "user_token": "portal.accounts.forms.ResetLinkForm",
}
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True  # one address at a time; another one takes its place once proven
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
CODE_SECONDS = 15 * 60
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_SECONDS
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before the e-mail address is changed
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
if DEMO:
    # Programs that try the demo out are not held up; guessing passwords is, even here.
    unlimited = (
        "login", "request_login_code", "reauthenticate", "reset_password",
        "reset_password_from_key", "manage_email", "confirm_email", "change_password",
    )  # fmt: skip
    ACCOUNT_RATE_LIMITS = dict.fromkeys(unlimited)
    MFA_RATE_LIMITS = {"webauthn_login": None}  # a passkey cannot be guessed
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "portal.accounts.mfa_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
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

# Whoever shows it may read /metrics.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise SystemExit("METRICS_TOKEN is too short: give at least 20 random characters.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "shop.logs.DiscreetFormatter",
            "format": "%(levelname)s %(request_id)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # It tells each wake-up, one a second.
    "loggers": {
        "django-q": {"level": "WARNING"},
        # Anybody can send a strange Host; that is no fault of ours.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
