"""`manage.py doctor`: checks a running deployment, and says what to mend."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from portal.backoffice.reports.health_lines import HealthGroup, HealthLine, Verdict, worst
from shop.logs import silent_logs
from shop.operations.doctor.examination import examine
from shop.version import version

SIGNS = {Verdict.FINE: "fine", Verdict.LOOK: "please check", Verdict.ACT: "ACT NOW"}


class Command(BaseCommand):
    """Exit code 0: nothing to act on at once; 1: something is; 2: it was called wrongly."""

    help = (
        "Checks a running deployment, from the database to the proxies, and says what to mend. "
        "Exit code 1 if something has to be done now."
    )
    requires_system_checks = ()  # it runs them itself, and goes on

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--json", action="store_true", help="write JSON, for programs")
        parser.add_argument("--send-mail", metavar="ADDRESS", default="", help="send a real mail")
        parser.add_argument(
            "--quiet", action="store_true", help="write only what is not fine, for cron"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything. Raises SystemExit with 1 if something has to be done now."""
        with silent_logs(), translation.override("en"):
            groups = examine(options["send_mail"])
            if options["json"]:
                self.stdout.write(json.dumps(as_json(groups), indent=2))
            else:
                self._write(groups, quiet=options["quiet"])
        if worst(groups) == Verdict.ACT:
            raise SystemExit(1)

    def _write(self, groups: list[HealthGroup], *, quiet: bool) -> None:
        for group in groups:
            lines = [line for line in group.lines if not quiet or line.verdict != Verdict.FINE]
            if lines:
                self.stdout.write(f"\n{group.label}")
            for line in lines:
                self.stdout.write(f"  {SIGNS[line.verdict]:<13} {line.label}: {line.found}")
                if line.verdict != Verdict.FINE and line.advice:
                    self.stdout.write(f"  {'':<13} {line.advice}")
        everything = [line for group in groups for line in group.lines]
        numbers = {each: sum(line.verdict == each for line in everything) for each in SIGNS}
        if not quiet or worst(groups) != Verdict.FINE:
            said = ", ".join(f"{number} {SIGNS[each]}" for each, number in numbers.items())
            self.stdout.write(f"\n{said}. Times are those of {settings.TIME_ZONE}.")


def as_json(groups: list[HealthGroup]) -> dict[str, Any]:
    """Return what programs read: the worst verdict, and each line."""
    return {
        "verdict": str(worst(groups).value),
        "version": version(),
        "at": timezone.now().isoformat(),
        "lines": [_member(group, line) for group in groups for line in group.lines],
    }


def _member(group: HealthGroup, line: HealthLine) -> dict[str, str]:
    is_fine = line.verdict == Verdict.FINE
    return {
        "group": str(group.label),
        "key": line.key,
        "label": str(line.label),
        "verdict": str(line.verdict.value),
        "found": str(line.found),
        "advice": "" if is_fine else str(line.advice),
    }
