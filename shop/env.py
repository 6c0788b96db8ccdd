"""Read the environment. What is missing or cannot be read ends the start with one sentence."""

import contextlib
import os
import secrets
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def read(name: str, how: Callable[..., Any], default: Any) -> Any:
    """The value of an environment variable, read by `how`.

    Raises SystemExit with one sentence where it cannot be read.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            return how(name, default=default)
    except (ImproperlyConfigured, KeyError, ValueError):
        raise SystemExit(f"{name} cannot be read: {env.str(name)}") from None


def required(name: str) -> str:
    """The value of an environment variable.

    Raises SystemExit with one sentence where it is missing: a traceback would hide what to do.
    """
    value: str = env.str(name, default="")
    if not value:
        raise SystemExit(f"{name} is not set. Set it, or start the demo profile with DEMO=1.")
    return value


def demo_secret_key(directory: Path) -> str:
    """A key made once in `directory`, so that sessions and mailed links outlive a restart."""
    path = directory / "demo-secret-key"
    if not path.exists():
        # Written whole before it has its name: several processes may start at once.
        with tempfile.NamedTemporaryFile("w", dir=directory) as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text(encoding="ascii")
