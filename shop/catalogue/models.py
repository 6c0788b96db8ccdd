"""Tiers and promotion codes."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.catalogue.features import (  # noqa: F401 -- Django finds its models here
    Feature,
    FeatureValue,
    values_of,
)
from shop.catalogue.prices import gross
from shop.catalogue.promotion_codes import canonical_code
from shop.catalogue.seller import (  # noqa: F401 -- Django finds its models here
    Seller,
    VatRate,
    own_vat_rate,
)
from shop.languages import PageText
from shop.row_locks import lock_rows


class Product(models.Model):
    """A tier: its name, monthly price and limit, and whether staff approve its orders."""

    class Family(models.TextChoices):
        FREE = "free", _("Try it first")
        FILM = "film", _("By type of production")
        SIZE = "size", _("By team size")

    class Packing(models.TextChoices):
        AUTOMATIC = "automatic", _("automatic")
        MANUAL = "manual", _("after approval by staff")

    code = models.CharField(
        max_length=50, unique=True, help_text=_("As orders name it, exact case.")
    )
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=50)
    family = models.CharField(max_length=10, choices=Family)
    promise_de = models.CharField(max_length=200)
    promise_en = models.CharField(max_length=200)
    promise = PageText()
    net_cents = models.PositiveIntegerField(help_text=_("A month, without VAT, in cents."))
    yearly_net_cents = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("A year, without VAT, in cents; empty: it is sold by the month alone."),
    )
    currency = models.CharField(
        max_length=3, default="EUR", validators=[RegexValidator(r"\A[A-Z]{3}\Z")]
    )
    members = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text=_("How many members a project may have.")
    )
    packing = models.CharField(max_length=10, choices=Packing, default=Packing.AUTOMATIC)
    # True or NULL, never False, so that the database can keep the mark unique.
    is_recommended = models.BooleanField(null=True, unique=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    listed = models.BooleanField(
        default=True, help_text=_("A tier that is not listed is retired: nobody can order it.")
    )

    # Orders, partners' programs and links name the tier by them.
    FIXED_ONCE_USED = ("code", "slug")
    # No column: what a preview has the tier include instead of its rows.
    drafted: list[FeatureValue] | None = None

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the tier; if it is recommended, no other one is any more.

        Raises ValidationError as `clean` does, for code that does not call it.
        """
        self.clean()
        self.is_recommended = self.is_recommended or None
        with transaction.atomic():
            if self.is_recommended:
                # One at a time, or two that are marked at once would meet at the constraint.
                lock_rows(Product.objects.order_by("pk"))
                others = Product.objects.exclude(pk=self.pk).exclude(is_recommended=None)
                others.update(is_recommended=None)
            super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raise ValidationError if the code or slug of a tier that is in use was changed.

        A yearly price is above nothing, and not above twelve months.
        """
        self._check_yearly_price()
        before = Product.objects.filter(pk=self.pk).values(*self.FIXED_ONCE_USED).first() or {}
        changed = [name for name, value in before.items() if value != getattr(self, name)]
        if changed and self.is_used():
            text = _("Orders and projects name the tier by it, so it cannot be changed any more.")
            raise ValidationError(dict.fromkeys(changed, text))

    def _check_yearly_price(self) -> None:
        if self.yearly_net_cents is None or self.net_cents is None:
            return
        if self.is_free:
            text = _("A free tier has no yearly price.")
        elif self.yearly_net_cents == 0:
            text = _("Please leave it empty if the tier is not sold by the year.")
        elif self.yearly_net_cents > 12 * self.net_cents:
            text = _("A year must not cost more than twelve months.")
        else:
            return
        raise ValidationError({"yearly_net_cents": text})

    def is_used(self) -> bool:
        """Return whether an order, open or placed, or a project refers to the tier."""
        # By relations, since this room does not know those that refer to it.
        for relation in self._meta.get_fields(include_hidden=True):
            if not isinstance(relation, models.ManyToOneRel):
                continue
            rows: Any = relation.related_model
            # A promotion, beside which rows are made automatically, can be taken off a tier again.
            # Its features go with it.
            if rows._meta.auto_created or rows is FeatureValue:  # noqa: SLF001 -- Django's own API
                continue
            if rows.objects.filter(**{relation.field.name: self.pk}).exists():
                return True
        return False

    @cached_property
    def vat_rate(self) -> Decimal:
        """Return the rate in percent that the seller charges in its own country.

        `with_vat_rate` reads it together with the tiers.
        """
        return own_vat_rate()

    @property
    def gross_cents(self) -> int:
        """Return the monthly price with the seller's own VAT, in cents."""
        return gross(self.net_cents, self.vat_rate)

    @property
    def yearly_gross_cents(self) -> int:
        """Return the yearly price with the seller's own VAT, in cents; 0 without one."""
        return gross(self.yearly_net_cents or 0, self.vat_rate)

    @property
    def is_free(self) -> bool:
        """Return whether the tier is free."""
        return self.net_cents == 0

    @property
    def is_manual(self) -> bool:
        """Return whether staff approve each order."""
        return self.packing == self.Packing.MANUAL

    @property
    def included(self) -> list[FeatureValue]:
        """Return what the tier includes, in the order of the features."""
        return values_of(self) if self.drafted is None else self.drafted

    @property
    def features(self) -> list[str]:
        """Return what the tier includes in the reader's language, one line each, members first."""
        members = ngettext("%(count)d member", "%(count)d members", self.members)
        return [members % {"count": self.members}, *map(str, self.included)]

    @property
    def recommended(self) -> bool:
        """Return whether it is the one tier that we recommend."""
        return bool(self.is_recommended)


class Promotion(models.Model):
    """A promotion code: its discount on the monthly net price, validity, uses and tiers."""

    code = models.CharField(
        max_length=200,
        unique=True,
        help_text=_("As customers are given it; case and blanks make no difference."),
    )
    # The canonical code. NULL for a code from before 1.1 that another one equals but for case and
    # blanks: it is found by its exact spelling alone.
    key = models.CharField(max_length=200, unique=True, null=True, editable=False)
    name = models.CharField(max_length=100, help_text=_("What it is for; customers see it."))
    percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01), MaxValueValidator(100)],
        help_text=_("Off the net price, in percent; or else an amount."),
    )
    amount_cents = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Off the net price of a month, in cents of the tier's currency."),
    )
    months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("For how many months it is taken off; empty: for ever."),
    )
    valid_from = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(null=True, blank=True)  # this second included
    # By staff: the code counts no more, whatever its dates. NULL: it does.
    switched_off_at = models.DateTimeField(null=True, blank=True, editable=False)
    max_uses = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("How many orders may use it; empty for any number.")
    )
    uses = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text=_("Orders placed with it, also those that were cancelled later."),
    )
    tiers = models.ManyToManyField(
        Product, blank=True, related_name="+", help_text=_("None chosen: good for all.")
    )

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("promotion code")
        verbose_name_plural = _("promotion codes")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(percent=None) ^ models.Q(amount_cents=None),
                name="promotion_is_percent_or_amount",
                violation_error_message=_("Give a percentage or an amount, one of the two."),
            ),
            models.CheckConstraint(
                condition=models.Q(max_uses=None) | models.Q(uses__lte=models.F("max_uses")),
                name="promotion_is_not_overused",
                violation_error_message=_("It was used more often than that already."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **options: Any) -> None:
        """Save it with its canonical code. Raises IntegrityError if another one has the same."""
        if self._state.adding or self.key is not None:
            self.key = canonical_code(self.code)
        super().save(*args, **options)

    def clean(self) -> None:
        """Refuse a code that shows nothing, or that another one equals but for case and blanks.

        A code that was used is fixed: orders name it.
        """
        used = Promotion.objects.filter(pk=self.pk, uses__gt=0).exclude(code=self.code)
        if used.exists():
            text = _("Orders were placed with this code, so it cannot be changed any more.")
            raise ValidationError({"code": text})
        key = canonical_code(self.code)
        if not 0 < len(key) <= 200:
            raise ValidationError({"code": _("Please choose a code that people can type.")})
        others = Promotion.objects.exclude(pk=self.pk)
        if not others.filter(key=key).exists():
            self.key = key
        elif not Promotion.objects.filter(pk=self.pk, key=None, code=self.code).exists():
            text = _("There is a code that differs from this one by case or blanks alone.")
            raise ValidationError({"code": text})
