"""Legal pages, questions and proof in Django's admin."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db import models
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.content.models import Figure, Page, Question, Quote, Reference
from shop.content.publishing import TEXTS, newest, publish, scheduled
from shop.text_areas import TextAreaField

Row = TypeVar("Row", bound=models.Model)
TextField = partial(TextAreaField, widget=AdminTextareaWidget(attrs={"rows": 30}))
TitleField = partial(forms.CharField, max_length=100, widget=AdminTextInputWidget)


class PageForm(forms.ModelForm[Page]):
    """The texts of a page's next version; initially those of the newest one."""

    title_de = TitleField(label=_("Title (German)"))
    text_de = TextField(
        label=_("Text (German)"),
        help_text=_("Markdown: ## heading, **bold**, - list, [link](https://example.com)."),
    )
    title_en = TitleField(label=_("Title (English)"))
    text_en = TextField(label=_("Text (English)"))

    class Meta:
        model = Page
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = newest(self.instance.pk)
        self.initial.update({name: getattr(said, name) for name in TEXTS})

    def clean(self) -> dict[str, Any]:
        """Refuse to replace a version that is scheduled, which this form does not show."""
        if scheduled(self.instance.pk):
            text = _("A version is scheduled. Please change or take it back under “Legal pages”.")
            raise forms.ValidationError(text)
        return super().clean() or {}


@admin.register(Page)
class PageAdmin(admin.ModelAdmin[Page]):
    """To save is to publish: the old text stays as a version of its own."""

    form = PageForm
    list_display = ("__str__", "last_changed")
    readonly_fields = ("all_versions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        return super().get_queryset(request).annotate(changed_at=Max("versions__at"))

    @admin.display(description=_("Last changed"))
    def last_changed(self, page: Page) -> datetime:
        changed_at: datetime = page.changed_at  # type: ignore[attr-defined]  # annotated above
        return changed_at

    @admin.display(description=_("Versions"))
    def all_versions(self, page: Page) -> SafeString:
        links = (
            (
                reverse("staff_page_version", args=[page.pk, version.number]),
                gettext("Version %(number)s") % {"number": version.number},
                date_format(localtime(version.at), "DATETIME_FORMAT"),
            )
            for version in page.versions.all()
        )
        items = format_html_join("", '<li><a href="{}">{}</a>, {}</li>', links)
        return format_html("<ul>{}</ul>", items)

    def view_on_site(self, page: Page) -> str:
        return reverse(page.pk)

    def save_model(self, request: HttpRequest, obj: Page, form: PageForm, change: bool) -> None:
        publish(obj, form.cleaned_data)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return False


class ListedAdmin(admin.ModelAdmin[Row]):
    """Rows that the page of the tiers shows in their order, while they are listed."""

    list_display = ("__str__", "position", "listed")
    list_editable = ("position", "listed")
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.TextField: {"form_class": TextAreaField, "widget": AdminTextareaWidget}
    }
    shown_at = "proof"

    def view_on_site(self, row: Row) -> str:
        return f"{reverse('tiers')}#{self.shown_at}"


@admin.register(Question)
class QuestionAdmin(ListedAdmin[Question]):
    shown_at = "questions"


@admin.register(Figure)
class FigureAdmin(ListedAdmin[Figure]):
    pass


@admin.register(Quote)
class QuoteAdmin(ListedAdmin[Quote]):
    pass


@admin.register(Reference)
class ReferenceAdmin(ListedAdmin[Reference]):
    pass
