"""The command line of the shop: `manage.py` in a checkout, `shop-manage` where it is installed."""

import os
import sys

import django
from django.core.management import execute_from_command_line

from shop.version import version


def main() -> None:
    """Run the command that the arguments of this process name; `--version` says the shop's first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"shop {version()} (Django {django.get_version()})\n")
        return
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
