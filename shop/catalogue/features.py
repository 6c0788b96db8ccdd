"""Features as rows: what each tier includes, or how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.languages import PageText
from shop.remembered_rows import RememberedRows


class Feature(models.Model):
    """Something that tiers include or lack, such as storage. How many members they have is not one."""

    code = models.SlugField(_("Code"), unique=True, help_text=_("Visitors never see it."))
    name_de = models.CharField(_("Name (German)"), max_length=200)
    name_en = models.CharField(_("Name (English)"), max_length=200)
    name = PageText()
    explanation_de = models.TextField(
        _("Explanation (German)"), blank=True, help_text=_("One sentence; may be left out.")
    )
    explanation_en = models.TextField(_("Explanation (English)"), blank=True)
    explanation = PageText()
    position = models.PositiveSmallIntegerField(_("Position"), default=0)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = _("feature")
        verbose_name_plural = _("features")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError if it is explained in one language alone."""
        _check_both_languages(self, "explanation")


class FeatureValue(models.Model):
    """A feature as one tier has it: included, so much of it, or not. Without a row it is not."""

    feature = models.ForeignKey(
        Feature, verbose_name=_("feature"), on_delete=models.CASCADE, related_name="values"
    )
    product = models.ForeignKey(
        "catalogue.Product", verbose_name=_("tier"), on_delete=models.CASCADE, related_name="values"
    )
    included = models.BooleanField(_("Included"), default=False)
    text_de = models.CharField(
        _("How much (German)"), max_length=60, blank=True, help_text=_("Such as 100 GB.")
    )
    text_en = models.CharField(_("How much (English)"), max_length=60, blank=True)
    text = PageText()

    class Meta:
        ordering: ClassVar = ["feature__position", "feature_id"]
        verbose_name = _("feature of a tier")
        verbose_name_plural = _("features of tiers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feature", "product"], name="tier_has_a_feature_once"),
            models.CheckConstraint(
                condition=Q(included=True) | Q(text_de="", text_en=""),
                name="feature_with_a_text_is_included",
            ),
        ]

    def __str__(self) -> str:
        """Return it as one line, such as "Storage: 100 GB"."""
        if not self.text:
            return self.feature.name
        return gettext("%(feature)s: %(value)s") % {
            "feature": self.feature.name,
            "value": self.text,
        }

    def clean(self) -> None:
        """Include what has a text. Raise ValidationError if that is in one language alone."""
        _check_both_languages(self, "text")
        self.included = self.included or bool(self.text_de)


INCLUDED: RememberedRows[FeatureValue] = RememberedRows(
    lambda: FeatureValue.objects.filter(included=True).select_related("feature"),
    *(Feature, FeatureValue),
)


class Tier(Protocol):
    """A `Product`, which this module cannot import."""

    pk: Any

    @property
    def included(self) -> list[FeatureValue]:
        """Return what the tier includes."""


@dataclass(frozen=True)
class ComparedFeature:
    """A feature beside what each of several tiers has of it, in their order; None: it lacks it."""

    feature: Feature
    values: list[FeatureValue | None]


@dataclass(frozen=True)
class FeatureChange:
    """A feature of which two tiers have not the same; None: the tier lacks it."""

    before: FeatureValue | None
    value: FeatureValue | None


def values_of(product: models.Model) -> list[FeatureValue]:
    """Return what a tier includes, in the order of the features."""
    return [value for value in INCLUDED.all() if value.product_id == product.pk]


def compare(products: Sequence[Tier]) -> list[ComparedFeature]:
    """Return all features that at least one of the tiers includes, in their order."""
    found: dict[int, ComparedFeature] = {}
    for place, product in enumerate(products):
        for value in product.included:
            empty: list[FeatureValue | None] = [None] * len(products)
            row = found.setdefault(value.feature_id, ComparedFeature(value.feature, empty))
            row.values[place] = value
    return sorted(found.values(), key=lambda row: (row.feature.position, row.feature.pk))


def changes(old: Tier, new: Tier) -> list[FeatureChange]:
    """Return what becomes different, better or worse, with another tier."""
    if old.pk == new.pk:
        return []
    rows = [FeatureChange(*row.values) for row in compare([old, new])]
    return [
        row for row in rows if not (row.before and row.value and row.before.text == row.value.text)
    ]


def gains(smaller: Tier, larger: Tier) -> list[FeatureChange]:
    """Return what a larger tier has that a smaller one lacks or has less of."""
    return [change for change in changes(smaller, larger) if change.value]


def _check_both_languages(row: Any, name: str) -> None:
    for there, missing in (("de", "en"), ("en", "de")):
        if getattr(row, f"{name}_{there}") and not getattr(row, f"{name}_{missing}"):
            raise ValidationError({f"{name}_{missing}": _("Please write it in both languages.")})
