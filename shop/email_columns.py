"""Columns for e-mail addresses that are compared by their canonical form."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from shop.email_fields import NOT_AN_EMAIL, NewEmailField
from shop.email_spellings import InvalidEmailError, canonical_email, check_email, stored_email

Row = TypeVar("Row", bound=models.Model)


def validate_email(email: str) -> None:
    """Raise Django's ValidationError if our mail server cannot deliver to `email`."""
    try:
        check_email(email)
    except InvalidEmailError as error:
        raise ValidationError(NOT_AN_EMAIL, code="invalid") from error


class EmailColumn(models.EmailField[str, str]):
    """An address of an account, checked by our rules: Django's own follow IDNA 2003."""

    default_validators = [validate_email]

    def formfield(self, **options: Any) -> Any:
        """Return the form field, whose input leaves the address as it is typed."""
        return super().formfield(**{"form_class": NewEmailField, **options})


class RecipientColumn(models.EmailField[str, str]):
    """An address that is stored, and looked up, in one spelling for each mailbox."""

    def get_prep_value(self, value: Any) -> Any:
        """Return `value` as `stored_email` spells it."""
        value = super().get_prep_value(value)
        return stored_email(value) if isinstance(value, str) else value


class CanonicalEmailColumn(models.CharField["str | None", "str | None"]):
    """The canonical form of the address in the column `of`, written whenever that one is.

    NULL without an address. If the column is unique, also while another row holds the same
    mailbox: such a row takes it as soon as it is saved after the other has let go of it.
    """

    def __init__(self, *, of: str, **options: Any) -> None:
        self.of = of
        fixed = {"max_length": 254, "null": True, "editable": False}
        super().__init__(**{**fixed, **options})

    def deconstruct(self) -> Any:
        """Return the arguments for migrations."""
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        """Compute the value from the address."""
        email: str | None = getattr(model_instance, self.of)
        canonical = canonical_email(email) if email else None
        if self.unique and not add and getattr(model_instance, self.attname) is None:
            rows = type(model_instance)._default_manager.filter(**{self.attname: canonical})
            if rows.exists():
                canonical = None
        setattr(model_instance, self.attname, canonical)
        return canonical


class CanonicalEmailQuerySet(models.QuerySet[Row]):
    """Updates a canonical column together with the address it comes from."""

    def update(self, **values: Any) -> int:
        """Update rows. Raises TypeError for an address that the database computes."""
        for column in _canonical_columns(self.model):
            if column.of in values and column.attname not in values:
                email = values[column.of]
                if not isinstance(email, str | None):
                    raise TypeError(f"{column.of} takes plain text: its canonical form is stored.")
                values[column.attname] = canonical_email(email) if email else None
        return super().update(**values)


class CanonicalEmailModel(models.Model):
    """Base class of models with a canonical column. Their manager has CanonicalEmailQuerySet."""

    class Meta:
        abstract = True

    def save(self, *, update_fields: Any = None, **options: Any) -> None:
        """Save the canonical columns, too, whenever the address they come from is saved."""
        if update_fields is not None:
            columns = _canonical_columns(type(self))
            update_fields = {
                *update_fields,
                *(column.attname for column in columns if column.of in update_fields),
            }
        super().save(update_fields=update_fields, **options)


def _canonical_columns(model: type[models.Model]) -> list[CanonicalEmailColumn]:
    columns = model._meta.concrete_fields  # noqa: SLF001 -- documented by Django
    return [column for column in columns if isinstance(column, CanonicalEmailColumn)]
