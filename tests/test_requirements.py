"""The running shop needs no package that only the tests bring."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

# Makes as if only the packages of requirements.txt were installed, then loads all there is.
WITHOUT_THE_OTHERS = """
import importlib.metadata, re, sys

def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()

with open("requirements.txt", encoding="utf-8") as file:
    ours = {canonical(line.partition("==")[0]) for line in file if re.match(r"[A-Za-z]", line)}
names = importlib.metadata.packages_distributions()
others = {name for name, homes in names.items() if not ours & {canonical(h) for h in homes}}

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in others:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import django
from django.core.management import call_command
django.setup()
call_command("check")
import babel.messages.frontend, django_q.cluster, granian, shop.wsgi
import shop.worker.supervisor, shop.worker.management.commands.run
print("loaded without", len(others), "others")
"""


def test_everything_loads_with_the_packages_of_make_run_alone() -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_OTHERS],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "shop.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "loaded without" in result.stdout


@pytest.mark.parametrize(
    ("name", "value", "package", "file"),
    [
        ("SENTRY_DSN", "http://key@127.0.0.1/1", "sentry_sdk", "requirements-sentry.txt"),
        (
            *("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", "opentelemetry"),
            "requirements-telemetry.txt",
        ),
    ],
)
def test_setting_that_needs_a_package_says_so_in_one_sentence(
    name: str, value: str, package: str, file: str
) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; import shop.settings"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DEMO": "1", name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{name} needs ")
    assert line.endswith(f": pip install -r {file}")
