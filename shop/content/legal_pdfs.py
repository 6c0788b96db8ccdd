"""Versions of legal pages as PDF: made once by the worker, kept in a row, mailed and downloaded."""

import logging
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext_lazy

from shop.compiled_queries import CompiledQuery, Parameter
from shop.content.markdown import placeholders
from shop.content.models import Page, PrintedVersion, Version
from shop.content.printed_text import printed_parts
from shop.content.publishing import IN_EFFECT
from shop.theme import shop_name
from shop.typesetting import TypesettingError, font_folders, run_apart

logger = logging.getLogger(__name__)

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "content" / "legal_text.typ"
BATCH = 6  # versions, in both languages
TIMEOUT = 50  # seconds; a batch takes two, on a starved machine much longer
LEASE = timedelta(minutes=5)
WAITS = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)]  # the last for ever
LANGUAGES = [code for code, _name in settings.LANGUAGES]
NAMES = {
    Page.Slug.IMPRINT: pgettext_lazy("file name", "Imprint"),
    Page.Slug.PRIVACY: pgettext_lazy("file name", "Privacy"),
    Page.Slug.TERMS: pgettext_lazy("file name", "Terms"),
    Page.Slug.WITHDRAWAL: pgettext_lazy("file name", "Withdrawal-notice"),
    Page.Slug.WITHDRAWAL_FORM: pgettext_lazy("file name", "Withdrawal-form"),
    Page.Slug.ACCESSIBILITY: pgettext_lazy("file name", "Accessibility"),
    Page.Slug.DATA_PROCESSING: pgettext_lazy("file name", "Data-processing-agreement"),
}


class HasPdf(TypedDict):
    """The annotation of `SHOWN`."""

    has_pdf: bool


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    ShownVersion: TypeAlias = "WithAnnotations[Version, HasPdf]"

_PRINTED = PrintedVersion.objects.filter(version=OuterRef("pk"), pdf_de__isnull=False)
# The current version of a page, and whether there is a PDF of it.
SHOWN: "CompiledQuery[ShownVersion]" = CompiledQuery(
    lambda: (
        Version.objects.filter(IN_EFFECT, page=Parameter("slug"))
        .annotate(has_pdf=Exists(_PRINTED))
        .order_by("-number")[:1]
    )
)


def file_stem(version: Version) -> str:
    """Return the name of a version's file in the active language, without its ending."""
    name = NAMES[Page.Slug(version.page_id)]
    return _("%(page)s-version-%(number)s") % {"page": name, "number": version.number}


def pdf_url(version: Version, language: str) -> str:
    """Return the path of a version's PDF, which answers once the PDF is made."""
    return reverse(f"{version.page_id}_pdf", args=[version.number, language])


def stored_pdf(slug: str, number: int, language: str) -> bytes | None:
    """Return the PDF of a version; None if it was not made, or not yet."""
    rows = PrintedVersion.objects.filter(version__page=slug, version__number=number)
    content = rows.values_list(f"pdf_{language}", flat=True).first()
    return None if content is None else bytes(content)


def make_missing(beat: Callable[[], None]) -> None:
    """Make the PDFs of versions that have none. Calls `beat` while it works.

    None is made of a text with placeholders: it is not finished, and `manage.py check` says so.
    """
    versions, pages = [], []
    for version in [each for each in _due()[:BATCH] if _claim(each)]:
        try:
            pages += [_page(version, language) for language in LANGUAGES]
        except Exception:  # this text cannot be read; it must not hold up the others
            logger.exception("Preparing the PDFs of %s failed.", version)
            _try_again(version)
            continue
        versions.append(version)
    if not versions:
        return
    template = str(TEMPLATE)
    request = {
        "template": template,
        "fonts": font_folders(template),
        "standard": "ua-1",
        "pages": pages,
    }
    try:
        answers = run_apart("shop.typst_compiler", request, seconds=TIMEOUT, beat=beat)
    except TypesettingError as error:
        answers = [{"error": str(error)}] * len(pages)
    for place, version in enumerate(versions):
        _end(version, answers[place * len(LANGUAGES) : (place + 1) * len(LANGUAGES)])


def _due() -> Any:
    now = timezone.now()
    due = Q(printed=None) | Q(printed__next_attempt_at__lte=now)
    # Of what is scheduled none is made before it is current: it may still be taken back.
    in_effect = Q(effective_at=None) | Q(effective_at__lte=now)
    return Version.objects.filter(due, in_effect).order_by("pk")


def _claim(version: Version) -> bool:
    """Tell if this process is to make the PDFs of `version`. A claim that is left lapses."""
    now = timezone.now()
    texts = (version.title_de, version.title_en, version.text_de, version.text_en)
    is_finished = not placeholders("\n\n".join(texts))
    until = now + LEASE if is_finished else None
    row, is_new = PrintedVersion.objects.get_or_create(
        version=version, defaults={"next_attempt_at": until, "attempts": 1}
    )
    if is_new:
        return is_finished
    free = PrintedVersion.objects.filter(pk=row.pk, next_attempt_at__lte=now)
    return bool(free.update(next_attempt_at=until, attempts=F("attempts") + 1))


def _page(version: Version, language: str) -> dict[str, Any]:
    """Return what the template shows of `version`, all of it words in `language`."""
    with override(language):
        day = date_format(timezone.localtime(version.since), "DATE_FORMAT")
        said = _("Version %(number)s of %(day)s") % {"number": version.number, "day": day}
        return {
            "lang": language,
            "shop": shop_name(),
            "title": version.title,
            "version": said,
            "page": _("Page"),
            "parts": printed_parts(version.text),
        }


def _end(version: Version, answers: list[dict[str, str]]) -> None:
    errors = [answer["error"] for answer in answers if "error" in answer]
    if errors:
        logger.error("Making the PDFs of %s failed: %s", version, errors[0])
        _try_again(version)
        return
    pdfs = {
        f"pdf_{language}": b64decode(answer["pdf"])
        for language, answer in zip(LANGUAGES, answers, strict=True)
    }
    _claimed(version).update(next_attempt_at=None, **pdfs)


def _try_again(version: Version) -> None:
    row = _claimed(version)
    attempts = row.values_list("attempts", flat=True).first() or 1
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    row.update(next_attempt_at=timezone.now() + wait)


def _claimed(version: Version) -> QuerySet[PrintedVersion]:
    return PrintedVersion.objects.filter(pk=version.pk, next_attempt_at__isnull=False)
