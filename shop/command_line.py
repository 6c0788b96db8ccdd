"""The command line: Django's, which says the shop's version first."""

import os
import sys

import django
from django.core.management import execute_from_command_line

from shop.version import version


def main() -> None:
    """Run the command that the arguments of this process name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"Slate shop {version()} (Django {django.get_version()})\n")
        return
    execute_from_command_line(sys.argv)
