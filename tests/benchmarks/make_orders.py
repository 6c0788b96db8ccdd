"""`python -m tests.benchmarks.make_orders 100000`: forge orders to try the back office with."""

import argparse
import os

import django


def make_orders(*arguments: str) -> None:
    """Write plausible orders in all states into the demo's database.

    SystemExit outside the demo, unless `--yes-really` is given: nobody cleans up. Also if there is
    no application of the name that `--application` gives.
    """
    from django.conf import settings

    from shop.access.models import Application
    from tests.benchmarks.forged_orders import forge

    parser = argparse.ArgumentParser(prog="make_orders", description=make_orders.__doc__)
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--application", help="the name of the partner's application that ordered")
    parser.add_argument("--yes-really", action="store_true", help="outside the demo, too")
    options = parser.parse_args(arguments or None)
    if not settings.DEMO and not options.yes_really:
        raise SystemExit("These orders are forged: not outside the demo (DEMO=1).")
    application = None
    if options.application:
        application = Application.objects.filter(name=options.application).first()
        if application is None:
            raise SystemExit(f"There is no application {options.application}.")
    for done in forge(options.number, seed=options.seed, application=application):
        if done % 50_000 == 0:
            print(f"{done} orders")
    print(f"{options.number} orders are there.")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    django.setup()
    make_orders()
