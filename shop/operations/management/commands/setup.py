"""`manage.py setup`: everything that a new deployment, or a new version of one, needs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone, translation
from django.utils.formats import date_format

from shop.catalogue.seller import current_seller
from shop.message_catalogues import compile_catalogues
from shop.operations.counted_words import counted
from shop.operations.setup.database_schema import migrate, wait_for_database
from shop.operations.setup.first_superuser import Invited, invite_first_superuser, superusers
from shop.operations.setup.seller_file import ask_for_seller, fill_in_seller, read_seller
from shop.operations.setup.setup_lock import database_lock, machine_lock
from shop.operations.static_state import outdated_static_files
from shop.version import version

NOTHING = "Nothing to do."


class Command(BaseCommand):
    """Can be run again at any time; each step says what it did, or that there was nothing to do."""

    help = (
        "Sets up a new deployment or a new version: static files, database, first superuser, "
        "seller, checks. Run it before the new processes start."
    )
    requires_system_checks = ()  # the catalogues that the checks demand are compiled by it

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--superuser", metavar="EMAIL", help="mail them a link to join")
        parser.add_argument(
            "--print-link", action="store_true", help="print the link instead of mailing it"
        )
        parser.add_argument(
            "--send-again", action="store_true", help="end an open link, and mail another one"
        )
        parser.add_argument(
            "--language", choices=dict(settings.LANGUAGES), default=settings.LANGUAGE_CODE,
            help="language of the mail and of the superuser's pages; default %(default)s",
        )  # fmt: skip
        parser.add_argument(
            "--seller", metavar="FILE", type=Path,
            help="TOML or JSON file with the seller's data, used until the seller is complete",
        )  # fmt: skip
        parser.add_argument(
            "--wait", metavar="SECONDS", type=float, default=30,
            help="how long to wait for the database; default %(default)s",
        )  # fmt: skip
        parser.add_argument(
            "--no-input", action="store_true", help="ask nothing, even on a terminal"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step. Raises CommandError with the first that failed."""
        self.todo: list[str] = []
        self.asks = sys.stdin.isatty() and not options["no_input"]
        with translation.override("en"), machine_lock(self._tell_of_another):
            self._say("Version", f"{version()}.")
            self._collect()
            self._say("Database", f"{wait_for_database(options['wait'])} answers.")
            with database_lock(self._tell_of_another):
                number = migrate(self.stdout)
                self._say("Migrations", f"{number} applied." if number else NOTHING)
                self._invite(options)
                self._fill_in(options["seller"])
            failed = self._check()
        self._tell_what_is_left()
        if failed:
            raise CommandError("The checks found errors: see above.")

    def _say(self, step: str, sentence: str) -> None:
        self.stdout.write(f"{step + ':':<14}{sentence}")

    def _tell_of_another(self, where: str) -> None:
        self._say("Waiting", f"Another setup runs {where}. This one goes on once that has ended.")
        self.stdout.flush()  # at once, even into a pipe

    def _collect(self) -> None:
        outdated = outdated_static_files()
        try:
            compile_catalogues()
            # Else nothing is written: the files of a container image are read-only.
            if outdated:
                call_command("collectstatic", interactive=False, verbosity=0)
        except OSError as error:
            raise CommandError(f"Static files could not be collected: {error}.") from error
        self._say("Static files", f"{len(outdated)} collected." if outdated else NOTHING)

    def _invite(self, options: dict[str, Any]) -> None:
        email, there = options["superuser"], superusers()
        if not (email or there) and self.asks:
            email = _ask("E-mail address of the first superuser (empty to skip): ").strip()
        if not email:
            self._say("Superuser", f"{', '.join(there)}." if there else "There is none.")
            if not there:
                self.todo.append("Invite the first superuser: manage.py setup --superuser EMAIL")
            return
        invited = invite_first_superuser(
            email,
            language=options["language"],
            by_mail=not options["print_link"],
            again=options["send_again"],
        )
        if invited is None:
            self._say("Superuser", f"{email} is one already. {NOTHING}")
            return
        self._say("Superuser", self._invitation_words(email, invited, options["print_link"]))

    def _invitation_words(self, email: str, invited: Invited, prints: bool) -> str:
        until = date_format(timezone.localtime(invited.expires_at), "j F Y, H:i T")
        self.todo.append(f"{email} opens the link, and sets up a second step for signing in.")
        if prints:
            return f"{email} joins by this link, valid until {until}:\n{invited.link}"
        if not invited.is_new:
            return (
                f"{email} was invited before; the link is valid until {until}. --send-again mails "
                "another one."
            )
        mail = invited.mail
        if mail is not None and mail.last_error:
            raise CommandError(
                f"The link could not be mailed to {email}: {mail.last_error}. Check EMAIL_URL and "
                "run setup again, or get the link with --print-link."
            )
        return f"A link to join was mailed to {email}; it is valid until {until}."

    def _fill_in(self, path: Path | None) -> None:
        given: dict[str, Any] = {}
        if not current_seller().missing():
            self._say("Seller", f"It is complete. {NOTHING}")
            return
        if path is not None:
            given = read_seller(path)
        elif self.asks:
            given = ask_for_seller(_ask)
        if given:
            fill_in_seller(given)
        missing = current_seller().missing()
        did = "Filled in." if given else "Not filled in."
        self._say("Seller", f"{did} Still missing: {', '.join(missing)}." if missing else did)

    def _check(self) -> bool:
        """Run all checks, note what they warn of, and return whether one failed."""
        checked = run_checks(include_deployment_checks=True, databases=[connection.alias])
        found = [each for each in checked if not each.is_silenced()]
        errors = [each for each in found if each.is_serious()]
        warnings = [each for each in found if not each.is_serious()]
        for each in errors:
            self.stderr.write(_sentence(each))
        self.todo += [_sentence(each) for each in warnings]
        said = counted(len(errors), "error", "errors")
        self._say("Checks", f"{said}, {counted(len(warnings), 'warning', 'warnings')}.")
        return bool(errors)

    def _tell_what_is_left(self) -> None:
        self.todo.append("Start, or restart, the web server and the worker.")
        self.todo.append("Then run manage.py doctor.")
        self.stdout.write("\nLeft to do:")
        for each in self.todo:
            self.stdout.write(f"- {each}")


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError:  # Ctrl-D: nothing more is answered
        return ""


def _sentence(message: CheckMessage) -> str:
    return " ".join(str(message.msg).split())
