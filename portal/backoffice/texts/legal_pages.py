"""The legal pages: their versions, what changed between them, and publishing the next one."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.confirmation import ask_first
from portal.backoffice.staff_access import permission_required, staff_user
from portal.backoffice.texts.legal_form import LegalForm
from portal.backoffice.texts.text_diff import Line, compared
from shop.content.markdown import placeholders
from shop.content.models import Page, Version
from shop.content.publishing import newest, publish, scheduled, unschedule
from shop.content.shown_pages import shown_slugs

LOOK, CHANGE = "content.view_page", "content.change_page"
EDIT, PUBLISH = "edit", "publish"
SHOWN = 100  # versions
VERSION = gettext_noop("Version")
Compared = list[tuple[str, str, str, list[Line]]]


@permission_required(LOOK)
@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    """List the pages with their current version, and the one that is scheduled."""
    shown = shown_slugs()
    rows = [
        {
            "page": each,
            "current": (current := newest(each.pk)),
            "to_come": scheduled(each.pk),
            "placeholders": placeholders(f"{current.text_de}\n\n{current.text_en}"),
            "is_shown": each.pk in shown,
        }
        for each in Page.objects.all()
    ]
    return render(request, "backoffice/texts/legal_pages.html", {"rows": rows})


@permission_required(LOOK)
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a page's versions and its history."""
    found = _find(slug)
    context = {
        "page": found,
        "current": newest(slug),
        "to_come": scheduled(slug),
        "versions": found.versions.all()[:SHOWN],
        "is_shown": slug in shown_slugs(),
        "history": history_of(found),
    }
    return render(request, "backoffice/texts/legal_page.html", context)


@permission_required(LOOK)
@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show what a version changed of the one before it."""
    found = get_object_or_404(Version, page=_find(slug), number=number)
    earlier = Version.objects.filter(page_id=slug, number__lt=number).order_by("-number").first()
    context = {
        "page": found.page,
        "version": found,
        "earlier": earlier,
        "compared": differences(earlier, found) if earlier else [],
    }
    return render(request, "backoffice/texts/legal_changes.html", context)


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the next version: form, preview, publish now or on a day."""
    found, step = _find(slug), request.POST.get("step", "")
    form = LegalForm(request.POST if request.method == "POST" else None, found)
    if not form.is_valid() or step == EDIT:
        status = 422 if form.errors and step != EDIT else 200
        context = {"page": found, "form": form, "to_come": form.to_come}
        return render(request, "backoffice/texts/legal_form.html", context, status=status)
    if not form.is_changed:
        messages.info(request, _("Nothing was changed."))
        return redirect("staff_legal_page", slug)
    if step == PUBLISH:
        return _publish(request, found, form)
    draft = form.draft
    context = {
        "page": found,
        "form": form,
        "draft": draft,
        "compared": differences(form.current, draft),
        "placeholders": placeholders("\n\n".join(form.texts.values())),
        "consequences": _consequences(found, form),
        "languages_of_texts": [code for code, _name in settings.LANGUAGES],
    }
    return render(request, "backoffice/texts/legal_preview.html", context)


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask before the scheduled version of a page is taken back; POST does it."""
    found, to_come = _find(slug), scheduled(slug)
    if request.method != "POST" and to_come:
        return ask_first(
            request,
            _("Take version %(number)s back?") % {"number": to_come.number},
            [
                _("The page continues to show version %(number)s.")
                % {"number": newest(slug).number},
                _("The texts of the scheduled version are deleted; this cannot be undone."),
            ],
            button=_("Take the version back"),
            destroys=True,
            back=reverse("staff_legal_page", args=[slug]),
        )
    with transaction.atomic():
        done = unschedule(found)
        if done and to_come:
            record(
                staff_user(request),
                found,
                Act.SCHEDULE_DROPPED,
                changes=[(VERSION, to_come.number, None)],
            )
    if done:
        messages.success(request, _("The scheduled version is taken back."))
    else:
        messages.warning(request, _("No version is scheduled."))
    return redirect("staff_legal_page", slug)


def differences(old: Version, new: Version) -> Compared:
    """Return for each language both titles and the lines that differ."""
    return [
        (
            code,
            getattr(old, f"title_{code}"),
            getattr(new, f"title_{code}"),
            compared(getattr(old, f"text_{code}"), getattr(new, f"text_{code}")),
        )
        for code, _name in settings.LANGUAGES
    ]


def _find(slug: str) -> Page:
    if slug not in Page.Slug.values:
        raise Http404
    return get_object_or_404(Page, pk=slug)


def _publish(request: HttpRequest, found: Page, form: LegalForm) -> HttpResponse:
    before, at = form.current.number, form.effective_at
    with transaction.atomic():
        made = publish(found, form.texts, at)
        act = Act.SCHEDULED if at else Act.PUBLISHED
        note = date_format(form.cleaned_data["day"], "Y-m-d") if at else ""
        record(staff_user(request), found, act, note, changes=[(VERSION, before, made.number)])
    if at:
        text = _("Version %(number)s is scheduled: the page shows it from %(day)s on.")
        day = date_format(form.cleaned_data["day"], "DATE_FORMAT")
        messages.success(request, text % {"number": made.number, "day": day})
    else:
        text = _("Version %(number)s is published.")
        messages.success(request, text % {"number": made.number})
    return redirect("staff_legal_page", found.pk)


def _consequences(found: Page, form: LegalForm) -> list[str]:
    at = form.effective_at
    sentences = [
        _("The page shows the new version at once.")
        if at is None
        else _("The page shows the new version by itself from %(moment)s on.")
        % {"moment": date_format(timezone.localtime(at), "DATETIME_FORMAT")}
    ]
    if at:
        sentences.append(_("Until then you can change it or take it back."))
    if form.to_come:
        sentences.append(
            _("It replaces the version that is scheduled for %(day)s.")
            % {"day": date_format(timezone.localtime(form.to_come.since), "DATE_FORMAT")}
        )
    if found.pk == Page.Slug.TERMS:
        sentences += [
            _(
                "Customers who are about to order must agree to the new terms; those who agreed "
                "before are asked again with their next order."
            ),
            _("Orders that are placed keep the version that was agreed to."),
        ]
    sentences.append(_("Its PDFs are created within a minute once the page shows it."))
    return sentences
