"""Keys, hosts, cookies, response headers and rate limits."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.http.request import validate_host

from shop.env import demo_secret_key, env, rate_limit, read, required
from shop.settings.base import DEMO, VAR_DIR

BASE_URL: str
if DEMO:
    SECRET_KEY = env.str("SECRET_KEY", default="") or demo_secret_key(VAR_DIR)
    BASE_URL = env.str("BASE_URL", default=f"http://localhost:{env.str('PORT', default='8000')}")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
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
BASE_URL = BASE_URL.rstrip("/")

# Keys from before a rotation: their signatures stay valid, new ones are made with SECRET_KEY.
SECRET_KEY_FALLBACKS = [key for key in env.list("SECRET_KEY_FALLBACKS", default=[]) if key]
if not DEMO and any(len(key) < 50 for key in SECRET_KEY_FALLBACKS):
    raise SystemExit("SECRET_KEY_FALLBACKS has a key of less than 50 characters.")

SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "shop.csrf_failure.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
# HSTS for subdomains and preloading: the shop cannot speak for other hosts of the domain.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_SSL_REDIRECT = SECURE and env.bool("SSL_REDIRECT", default=True)
# Load balancers and Prometheus ask the web processes themselves; the last is how `manage.py doctor`
# finds a proxy that does not say https.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$", r"^probe/"]
# The number of trusted proxies in front of the web server: their X-Forwarded headers are believed.
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

# One form of staff takes a file, by a handler of its own. Django would write them to disk before it looks at the CSRF token.
FILE_UPLOAD_HANDLERS = ["shop.uploads.RefusingUploadHandler"]
# The largest body of a form, in bytes; staff also edit texts and choose many orders.
FORM_BYTES, STAFF_FORM_BYTES = 128 * 1024, 1024 * 1024
BANK_FILE_FORM_BYTES = 6_000_000  # a bank file of 5 MB, and room to say that one is too large

# Calls a second in the long run, and the burst that is allowed at once.
RATE_LIMITS: dict[str, tuple[float, int]] = {
    "application": read("RATE_LIMIT_APPLICATION", rate_limit, "50/500"),
    "anonymous": read("RATE_LIMIT_ANONYMOUS", rate_limit, "20/200"),  # an IP without a live token
    # From one IP address, signed out: orders placed on our pages, and mails with links asked for.
    "orders": read("RATE_LIMIT_ORDERS", rate_limit, "20/3600/20"),
    "links": read("RATE_LIMIT_LINKS", rate_limit, "20/3600/20"),
    "contact": read("RATE_LIMIT_CONTACT", rate_limit, "10/3600/10"),  # messages to support
    "codes": read("RATE_LIMIT_CODES", rate_limit, "30/3600/30"),  # invitation codes typed
    # Cancellations and withdrawals without signing in: a whole company shares an address.
    "declarations": read("RATE_LIMIT_DECLARATIONS", rate_limit, "60/3600/60"),
}

# Calls of applications are counted in memory and written down so often; 0: never.
CALL_COUNTS_EVERY_SECONDS = 5

# The bearer token for /metrics; during a rotation two, separated by a comma.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and any(len(token) < 20 for token in METRICS_TOKEN.split(",")):
    raise SystemExit("METRICS_TOKEN is too short: give at least 20 random characters.")

DEFAULT_EXCEPTION_REPORTER_FILTER = "shop.error_reports.SecretsFilter"
