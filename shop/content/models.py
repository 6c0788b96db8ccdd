"""Legal pages in versions, questions with answers, and what speaks for the shop."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.languages import PageText


class Page(models.Model):
    """A legal page; its current version holds the texts."""

    class Slug(models.TextChoices):
        IMPRINT = "imprint", _("Imprint")
        PRIVACY = "privacy", _("Privacy")
        TERMS = "terms", _("Terms")
        # Where private persons may order (`shown_pages.py`).
        WITHDRAWAL = "withdrawal", _("Right of withdrawal")
        WITHDRAWAL_FORM = "withdrawal-form", _("Model withdrawal form")
        ACCESSIBILITY = "accessibility", _("Accessibility")
        DATA_PROCESSING = "data-processing", _("Data processing")

    slug = models.SlugField(primary_key=True, choices=Slug)

    class Meta:
        ordering: ClassVar = ["slug"]
        verbose_name = _("legal page")
        verbose_name_plural = _("legal pages")

    def __str__(self) -> str:
        return str(self.Slug(self.slug).label)


class Version(models.Model):
    """The texts of a page from a moment on. Never changed: customers agree to a version.

    One that is scheduled is deleted when it is taken back, or replaced: nobody has seen it yet.
    """

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title_de = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    text_de = models.TextField()
    text_en = models.TextField()
    title = PageText()
    text = PageText()  # Markdown
    at = models.DateTimeField(auto_now_add=True)
    # Scheduled: the page shows it from then on. NULL: from `at` on.
    effective_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["page", "-number"]
        get_latest_by = "number"
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["page", "number"], name="version_has_its_number")
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the version. Raises TypeError if it was saved before."""
        if not self._state.adding:
            raise TypeError("A version is never changed: publish another.")
        super().save(*args, **kwargs)

    @property
    def since(self) -> datetime:
        """Return the moment from which the page shows, or will show, the version."""
        return self.effective_at or self.at


class PrintedVersion(models.Model):
    """A version as PDF in both languages, made once by the worker (`legal_pdfs.py`)."""

    version = models.OneToOneField(
        Version, on_delete=models.CASCADE, primary_key=True, related_name="printed"
    )
    pdf_de = models.BinaryField(null=True)
    pdf_en = models.BinaryField(null=True)
    # While it is being made: when that is given up. NULL: there is nothing to do any more.
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("legal page as PDF")
        verbose_name_plural = _("legal pages as PDF")

    def __str__(self) -> str:
        return f"PDF of {self.version_id}"


class Question(models.Model):
    """A question and its answer, shown on the page of the tiers."""

    question_de = models.CharField(_("Question (German)"), max_length=200)
    question_en = models.CharField(_("Question (English)"), max_length=200)
    answer_de = models.TextField(_("Answer (German)"), help_text=_("In Markdown."))
    answer_en = models.TextField(_("Answer (English)"), help_text=_("In Markdown."))
    question = PageText()
    answer = PageText()
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    listed = models.BooleanField(
        _("Listed"), default=True, help_text=_("Whether the page shows it.")
    )

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.question


class Figure(models.Model):
    """A number that speaks for the shop, such as 120 productions a year."""

    number_de = models.CharField(
        _("Number (German)"), max_length=20, help_text=_("With its unit, such as 1,200 or 3 h.")
    )
    number_en = models.CharField(_("Number (English)"), max_length=20)
    meaning_de = models.CharField(_("What it counts (German)"), max_length=100)
    meaning_en = models.CharField(_("What it counts (English)"), max_length=100)
    number = PageText()
    meaning = PageText()
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    listed = models.BooleanField(
        _("Listed"), default=True, help_text=_("Whether the page shows it.")
    )

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = _("figure")
        verbose_name_plural = _("figures")

    def __str__(self) -> str:
        return f"{self.number} {self.meaning}"


class Quote(models.Model):
    """The words of a customer about the shop, with their name."""

    text_de = models.TextField(
        _("Text (German)"), help_text=_("In their own words, without quotation marks.")
    )
    text_en = models.TextField(_("Text (English)"))
    name = models.CharField(_("Name"), max_length=100)
    role_de = models.CharField(_("Role (German)"), max_length=100)
    role_en = models.CharField(_("Role (English)"), max_length=100)
    firm = models.CharField(_("Company"), max_length=100)
    text = PageText()
    role = PageText()
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    listed = models.BooleanField(
        _("Listed"), default=True, help_text=_("Whether the page shows it.")
    )

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")

    def __str__(self) -> str:
        return f"{self.name}, {self.firm}"


class Reference(models.Model):
    """A customer whom the shop may name, and what they make."""

    firm = models.CharField(_("Company"), max_length=100)
    work_de = models.CharField(
        _("What they make (German)"), max_length=100, help_text=_("Such as: series, 8 × 45 min.")
    )
    work_en = models.CharField(_("What they make (English)"), max_length=100)
    work = PageText()
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    listed = models.BooleanField(
        _("Listed"), default=True, help_text=_("Whether the page shows it.")
    )

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = _("reference")
        verbose_name_plural = _("references")

    def __str__(self) -> str:
        return self.firm
