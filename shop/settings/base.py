"""Apps, middleware, templates, database, cache, languages, static files and logging."""

import os
import sqlite3
from importlib.util import find_spec
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from shop.env import (
    env,
    http_headers,
    http_server,
    keep_private,
    read,
    redis_url,
    sentry_dsn,
)

django_stubs_ext.monkeypatch()
PACKAGE = Path(__file__).resolve().parent.parent
# Templates, static files and catalogues lie beside the package in a checkout, and in it where the
# shop is installed.
RESOURCES = PACKAGE / "resources"
INSTALLED = RESOURCES.is_dir()
BASE_DIR = RESOURCES if INSTALLED else PACKAGE.parent

DEMO = read("DEMO", env.bool, False)
DEBUG = read("DEBUG", env.bool, False)
if DEBUG and not DEMO:
    raise SystemExit("DEBUG is for the demo profile only: it would show inner workings.")
if INSTALLED and not env.str("VAR_DIR", default=""):
    raise SystemExit("VAR_DIR is not set. Name the directory for the shop's files.")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
# Sessions, keys and addresses lie there: other users of the machine must not read them. What this
# process creates is its user's alone, too.
os.umask(0o077)
VAR_DIR.mkdir(parents=True, exist_ok=True)
keep_private(VAR_DIR)

INSTALLED_APPS = [
    "shop.worker",
    "shop.catalogue",
    "shop.content",
    "shop.access",
    "shop.tenancy",
    "shop.orders",
    "shop.billing",
    "shop.packing",
    "shop.notifications.emails",
    "shop.notifications.webhooks",
    "shop.api",
    "shop.open_order",
    "shop.storefront",
    # Before registration, whose page for what is not found is for people.
    "portal.accounts",
    "portal.registration",
    "portal.backoffice",
    "shop.operations",
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
    "shop.request_times.RequestTimesMiddleware",
    "shop.middleware.HealthCheckMiddleware",
    "shop.middleware.HeadersMiddleware",
    "shop.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shop.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shop.middleware.LanguageMiddleware",
    "shop.middleware.RefusalMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the check of the token: a form that fails it is shown again, to whom it may be shown.
    "portal.accounts.staff_sessions.StaffSessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shop.access.client_address.ClientAddressMiddleware",
    "shop.archived_meanwhile.ArchivedMeanwhileMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATE_DIRS = [BASE_DIR / "templates"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": TEMPLATE_DIRS,
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.base_url.absolute_urls",
                "shop.customers.customers",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "shop.customers",
                "shop.form_errors",
                "shop.guide.snippets",
                "shop.kept_fragments",
                "shop.legal_links",
                "shop.request_id",
                "shop.support",
                "shop.theme",
                "shop.typed_text",
            ],
        },
    }
]

FORM_RENDERER = "shop.form_renderer.FormRenderer"

# One connection per process stays open: a new one costs ten times as much as a request.
DATABASES = {"default": read("DATABASE_URL", env.db_url, f"sqlite:///{VAR_DIR / 'shop.sqlite3'}")}
if DATABASES["default"].get("ENGINE") not in {
    "django.db.backends.postgresql",
    "django.db.backends.sqlite3",
}:
    raise SystemExit("DATABASE_URL must begin with sqlite:/// or postgres://")
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "shop.databases.postgresql"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    for ending in ("", "-wal", "-shm"):
        keep_private(Path(f"{DATABASES['default']['NAME']}{ending}"))
    if sqlite3.sqlite_version_info < (3, 35):
        raise SystemExit(f"SQLite 3.35 or newer is needed; Python has {sqlite3.sqlite_version}.")
    # IMMEDIATE: otherwise a transaction that reads before it writes fails at once when another
    # one writes. FULL: an acknowledged order survives a power cut.
    DATABASES["default"]["ENGINE"] = "shop.databases.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds to wait for another writer, as `shop.databases.sqlite` does
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }

# Calls of the API are counted in Redis, so that not each of them writes to the database.
REDIS_URL: str = read("REDIS_URL", redis_url, "")
if REDIS_URL and find_spec("redis") is None:
    raise SystemExit("REDIS_URL needs one more package: pip install -r requirements-redis.txt")
# Locks of accounts live here: in the database, whether there is Redis or not.
CACHES = {"default": {"BACKEND": "shop.access.durable_cache.DurableCache"}}

# German is the default, on pages and for orders that name no language. Two languages, not any
# number: texts of tiers and legal pages have one column for each.
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "shop.formats"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "shop.static_files.LeanManifestStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# One JSON object a line, for programs that collect logs; or plain lines, for people.
LOG_FORMAT: str = env.str("LOG_FORMAT", default="plain" if DEMO else "json")
if LOG_FORMAT not in {"json", "plain"}:
    raise SystemExit(f"LOG_FORMAT must be json or plain, not {LOG_FORMAT}.")
LOG_REQUESTS = read("LOG_REQUESTS", env.bool, not DEMO)  # a line for each request

# Traces and error reports, each to a server of the operator's own choice.
OTEL_EXPORTER_OTLP_ENDPOINT: str = read("OTEL_EXPORTER_OTLP_ENDPOINT", http_server, "")
if OTEL_EXPORTER_OTLP_ENDPOINT and find_spec("opentelemetry") is None:
    raise SystemExit(
        "OTEL_EXPORTER_OTLP_ENDPOINT needs more packages: pip install -r requirements-telemetry.txt"
    )
OTEL_EXPORTER_OTLP_HEADERS: dict[str, str] = read("OTEL_EXPORTER_OTLP_HEADERS", http_headers, "")
# For traces alone, instead of those above.
OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: str = read(
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", http_server, ""
)
OTEL_EXPORTER_OTLP_TRACES_HEADERS: dict[str, str] = read(
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS", http_headers, ""
)
SENTRY_DSN: str = read("SENTRY_DSN", sentry_dsn, "")
if SENTRY_DSN and find_spec("sentry_sdk") is None:
    raise SystemExit("SENTRY_DSN needs one more package: pip install -r requirements-sentry.txt")
# Called at the start of each process that serves requests or works, with "web" or "worker".
PROCESS_STARTS = [
    "shop.sentry_reports.start",
    "shop.tracing.start",
    "shop.access.measurements.count_start",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "shop.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s",
        },
        "json": {"()": "shop.logs.JsonFormatter"},
    },
    "filters": {"database_away": {"()": "shop.logs.DatabaseAwayFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["database_away"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Not in the demo's terminal: its data alone would fill a page with them.
        "shop.milestones": {"level": "WARNING" if DEMO and LOG_FORMAT == "plain" else "INFO"},
        # Logs every wake-up, one a second.
        "django-q": {"level": "WARNING"},
        # Anybody can send a strange Host header: not an error on our side.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
