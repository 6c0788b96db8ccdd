"""The command line of the shop: `manage.py` in a checkout, `shop-manage` where it is installed."""

import os
import sys

import django
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError

from shop.operations.error_lines import first_line
from shop.version import version


def main() -> None:
    """Run the command that the arguments of this process name; `--version` says the shop's first.

    A database that is away ends any command in one sentence, unless it has `--traceback`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"shop {version()} (Django {django.get_version()})\n")
        return
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, InterfaceError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database does not work: {first_line(error)}.")


if __name__ == "__main__":
    main()
