"""The page of a tier in Django's admin, as browsers send it."""

from typing import Any

from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.models import Product
from tests.factories import make_staff
from tests.pages import visitor, words

ADMIN = "/staff/catalogue"


def tier_path(tier: Product) -> str:
    return f"{ADMIN}/catalogue/product/{tier.pk}/change/"


def tier_form(tier: Product, **changes: Any) -> dict[str, Any]:
    """The form of `tier` as a browser sends it: prices in euros, a line for each feature."""
    names = {field.name for field in Product._meta.fields} - {"id", "listed", "is_recommended"}
    form: dict[str, Any] = {name: getattr(tier, name) for name in names}
    form["net_cents"] = f"{tier.net_cents / 100:.2f}"
    form |= lines_of("product", tier)
    boxes = {name: "on" for name in ("listed", "recommended") if getattr(tier, name)}
    return {key: value for key, value in {**form, **boxes, **changes}.items() if value is not None}


def lines_of(parent: str, row: Product | Feature) -> dict[str, Any]:
    """The lines of a page in the catalogue as a browser sends them: first those with a row."""
    other = "feature" if parent == "product" else "product"
    values = list(FeatureValue.objects.filter(**{parent: row}))
    given = [getattr(value, f"{other}_id") for value in values]
    others = (Feature if other == "feature" else Product).objects.exclude(pk__in=given)
    form: dict[str, Any] = {
        "values-TOTAL_FORMS": len(values) + others.count(),
        "values-INITIAL_FORMS": len(values),
    }
    for number, value in enumerate(values):
        texts = {"text_de": value.text_de, "text_en": value.text_en, "included": "on"}
        line = {"id": value.pk, other: getattr(value, f"{other}_id"), **texts}
        form |= {f"values-{number}-{name}": given for name, given in line.items()}
    for number, each in enumerate(others, len(values)):
        form |= {f"values-{number}-{other}": each.pk}
    return form


def history(tier: Product) -> str:
    page = visitor(make_staff()).get(tier_path(tier).replace("change", "history"))
    return words(page)
