"""The intervals for which a subscription is paid in advance."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Interval(models.TextChoices):
    """One month, or one year (contract, "Orders API")."""

    MONTH = "month", _("a month")
    YEAR = "year", _("a year")
