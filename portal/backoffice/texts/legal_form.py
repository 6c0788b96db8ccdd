"""The form of a legal page's next version: its texts, and from when on it counts."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.content.models import Page, Version
from shop.content.publishing import TEXTS, newest, scheduled
from shop.text_areas import TextAreaField

NOW, DAY = "now", "day"
OUTDATED = _(
    "A colleague has published or scheduled another version since you opened the page. Your texts "
    "are kept; the preview compares them with the current version. Please check them and continue."
)


class LegalForm(forms.Form):
    """The texts in both languages; initially those that are scheduled, or else the current ones."""

    title_de = forms.CharField(label=_("Title (German)"), max_length=100)
    text_de = TextAreaField(
        label=_("Text (German)"),
        widget=forms.Textarea({"rows": 24}),
        help_text=_("Markdown: ## heading, **bold**, - list, [link](https://example.com)."),
    )
    title_en = forms.CharField(label=_("Title (English)"), max_length=100)
    text_en = TextAreaField(label=_("Text (English)"), widget=forms.Textarea({"rows": 24}))
    when = forms.ChoiceField(
        label=_("Publish"),
        choices=[(NOW, _("Now")), (DAY, _("On a day"))],
        widget=forms.RadioSelect,
        initial=NOW,
    )
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The page shows the new version from the beginning of this day on."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, page: Page) -> None:
        self.current, self.to_come = newest(page.pk), scheduled(page.pk)
        begun = self.to_come or self.current
        initial: dict[str, Any] = {name: getattr(begun, name) for name in TEXTS}
        initial["seen"] = f"{self.current.pk}-{self.to_come.pk if self.to_come else 0}"
        if self.to_come:
            initial |= {"when": DAY, "day": timezone.localtime(self.to_come.since).date()}
        self.is_outdated = data is not None and data.get("seen") not in {None, "", initial["seen"]}
        if self.is_outdated:
            data = data.copy()
            data["seen"] = initial["seen"]
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Ask for a day to come, and for another look if a colleague was faster."""
        cleaned = super().clean() or {}
        if cleaned.get("when") == DAY and "day" not in self.errors:
            day = cleaned.get("day")
            if day is None:
                self.add_error("day", _("Please choose the day."))
            elif day <= timezone.localdate():
                self.add_error("day", _("Please choose a later day, or publish now."))
        if self.is_outdated:
            raise ValidationError(OUTDATED)
        return cleaned

    @property
    def texts(self) -> dict[str, str]:
        """Return the texts that were typed."""
        return {name: self.cleaned_data[name] for name in TEXTS}

    @property
    def effective_at(self) -> datetime | None:
        """Return the moment from which the version counts; None: now."""
        if self.cleaned_data["when"] == NOW:
            return None
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], time.min))

    @property
    def draft(self) -> Version:
        """Return the version that would be published, not saved."""
        return Version(**self.texts, effective_at=self.effective_at)

    @property
    def is_changed(self) -> bool:
        """Return whether the texts are not those of the current version."""
        texts = self.texts
        return any(getattr(self.current, name) != text for name, text in texts.items())
