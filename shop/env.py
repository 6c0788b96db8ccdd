"""Read the environment; a missing or unreadable variable stops the start with one sentence.

Any variable may stand in a file instead: `NAME_FILE` gives its path, as Docker, Kubernetes and systemd
hand out secrets. The values of secrets are never part of a sentence.
"""

import contextlib
import os
import re
import secrets
import stat
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from email.utils import formataddr, parseaddr
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import URLValidator

from shop.email_spellings import wire_email

# Names of variables whose values may hold a password or a key.
SECRET = re.compile("KEY|TOKEN|SECRET|PASS|URL|DSN|OPTIONS|HEADERS")
HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


class Variables(Mapping[str, str]):
    """The environment, with what stands in files: NAME_FILE is the path of the value of NAME."""

    def __getitem__(self, name: str) -> str:
        value = self._of_file(name) if os.environ.get(f"{name}_FILE") else os.environ[name]
        # The library would take a leading `$` for the name of another variable.
        return value.replace("$", r"\$")

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)

    def _of_file(self, name: str) -> str:
        if os.environ.get(name):
            raise SystemExit(f"{name} and {name}_FILE are both set. Keep one of them.")
        path = Path(os.environ[f"{name}_FILE"])
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise SystemExit(
                f"{name}_FILE names a file that cannot be read: {path} ({error.strerror})."
            ) from None
        except UnicodeDecodeError:
            raise SystemExit(f"{name}_FILE names a file that is no UTF-8 text: {path}.") from None
        return text.removesuffix("\n").removesuffix("\r")


env = environ.Env()
env.ENVIRON = Variables()
env.escape_proxy = True  # undoes what `Variables` does to a `$`


def read(name: str, how: Callable[..., Any], default: Any) -> Any:
    """The environment variable `name`, parsed by `how`; SystemExit if it cannot be parsed."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return how(name, default=default)
    except (ImproperlyConfigured, KeyError, ValueError, ZeroDivisionError):
        raise SystemExit(_unreadable(name)) from None


def _unreadable(name: str) -> str:
    if SECRET.search(name) or os.environ.get(f"{name}_FILE"):
        return (
            f"{name} cannot be read: see docs/operators/settings.md. Its value is not shown, as it "
            "may hold a secret."
        )
    return f"{name} cannot be read: {env.str(name)}"


def rate_limit(name: str, default: str) -> tuple[float, int]:
    """The variable's calls a second and its burst, as in `50/500` or `20/3600/20`.

    Raises ValueError.
    """
    rate, _slash, burst = env.str(name, default=default).rpartition("/")
    calls, most = Fraction(rate), int(burst)
    if calls <= 0 or most < 1:
        raise ValueError
    return float(calls), most


def sender(name: str, default: str) -> str:
    """The variable's mailbox, `Name <address>` or an address alone, with the domain in ASCII.

    Raises ValueError.
    """
    displayed, email = parseaddr(env.str(name, default=default))
    return formataddr((displayed, wire_email(email)))


def redis_url(name: str, default: str) -> str:
    """The variable's URL of a Redis server, or an empty string. Raises ValueError."""
    url: str = env.str(name, default=default)
    parts = urlsplit(url)
    # The port is parsed only when it is asked for.
    if url and (parts.scheme not in {"redis", "rediss", "unix"} or parts.port == 0):
        raise ValueError
    return url


def http_server(name: str, default: str) -> str:
    """The variable's URL of a server that speaks HTTP, or an empty string. Raises ValueError."""
    url: str = env.str(name, default=default)
    parts = urlsplit(url)
    if url and not (parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0):
        raise ValueError
    return url


def http_headers(name: str, default: str) -> dict[str, str]:
    """The variable's headers, as in `NAME=VALUE,NAME=VALUE`, their values URL-encoded where needed.

    Raises ValueError.
    """
    text: str = env.str(name, default=default)
    headers = {}
    for part in filter(None, map(str.strip, text.split(","))):
        header, equals, value = part.partition("=")
        header, value = header.strip(), unquote(value.strip())
        if not (
            equals and HEADER_NAME.fullmatch(header) and value.isascii() and value.isprintable()
        ):
            raise ValueError
        headers[header] = value
    return headers


def sentry_dsn(name: str, default: str) -> str:
    """The variable's DSN, as in `https://KEY@HOST/PROJECT`, or an empty string. Raises ValueError."""
    dsn = http_server(name, default)
    parts = urlsplit(dsn)
    if dsn and not (parts.username and parts.path.rpartition("/")[2].isdecimal()):
        raise ValueError
    return dsn


def is_web_url(url: str, *, http: bool = False) -> bool:
    """Tell if `url` is absolute, of https (or `http`, where that is allowed), without a user."""
    try:
        URLValidator(schemes=["https", "http"] if http else ["https"])(url)
    except ValidationError:
        return False
    return "@" not in urlsplit(url).netloc


def email_address(name: str, default: str) -> str:
    """The variable's e-mail address, or an empty string. Raises ValueError."""
    email: str = env.str(name, default=default)
    if email:
        wire_email(email)
    return email


def contact(name: str, default: str) -> str:
    """The variable as a URI: an e-mail address, an https URL, or an empty string.

    Raises ValueError.
    """
    given: str = env.str(name, default=default)
    return (
        given if not given or is_web_url(given) else f"mailto:{quote(wire_email(given), safe='@')}"
    )


def required(name: str) -> str:
    """The environment variable `name`; SystemExit if it is missing."""
    value: str = env.str(name, default="")
    if not value:
        raise SystemExit(f"{name} is not set. Set it, or start the demo profile with DEMO=1.")
    return value


def keep_private(path: Path) -> None:
    """Take the permissions on `path` from everybody but its owner, if it is ours.

    A directory that others may write to, such as /tmp, is left as it is.
    """
    with contextlib.suppress(OSError):
        mode = path.stat().st_mode
        if mode & 0o077 and not mode & stat.S_ISVTX:
            path.chmod(stat.S_IMODE(mode) & ~0o077)


def demo_secret_key(directory: Path) -> str:
    """The demo's key, kept in `directory` so that sessions and mailed links survive a restart."""
    path = directory / "demo-secret-key"
    if not path.exists():
        # Several processes may start at once: the file gets its name only when complete.
        with tempfile.NamedTemporaryFile("w", dir=directory) as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text(encoding="ascii")
