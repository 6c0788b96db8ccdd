"""An empty seller, and the standard VAT rates of all member states as of 2026.

Staff keep both afterwards; this never runs again.
"""

from typing import Any

from django.db import migrations

# The rate that was valid on 1 July 2021, and each later change.
RATES = {
    "AT": {"2021-07-01": "20"},
    "BE": {"2021-07-01": "21"},
    "BG": {"2021-07-01": "20"},
    "CY": {"2021-07-01": "19"},
    "CZ": {"2021-07-01": "21"},
    "DE": {"2021-07-01": "19"},
    "DK": {"2021-07-01": "25"},
    "EE": {"2021-07-01": "20", "2024-01-01": "22", "2025-07-01": "24"},
    "ES": {"2021-07-01": "21"},
    "FI": {"2021-07-01": "24", "2024-09-01": "25.5"},
    "FR": {"2021-07-01": "20"},
    "GR": {"2021-07-01": "24"},
    "HR": {"2021-07-01": "25"},
    "HU": {"2021-07-01": "27"},
    "IE": {"2021-07-01": "23"},
    "IT": {"2021-07-01": "22"},
    "LT": {"2021-07-01": "21"},
    "LU": {"2021-07-01": "17", "2023-01-01": "16", "2024-01-01": "17"},
    "LV": {"2021-07-01": "21"},
    "MT": {"2021-07-01": "18"},
    "NL": {"2021-07-01": "21"},
    "PL": {"2021-07-01": "23"},
    "PT": {"2021-07-01": "23"},
    "RO": {"2021-07-01": "19", "2025-08-01": "21"},
    "SE": {"2021-07-01": "25"},
    "SI": {"2021-07-01": "22"},
    "SK": {"2021-07-01": "20", "2025-01-01": "23"},
}


def ship(apps: Any, schema_editor: Any) -> None:
    """Create the seller and the rates, but for those that are there already."""
    alias = schema_editor.connection.alias
    apps.get_model("catalogue", "Seller").objects.using(alias).get_or_create(pk=1)
    model = apps.get_model("catalogue", "VatRate")
    rows = [
        model(country=country, valid_from=valid_from, rate=rate)
        for country, rates in RATES.items()
        for valid_from, rate in rates.items()
    ]
    model.objects.using(alias).bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    """The version before reads neither."""

    dependencies = (("catalogue", "0005_seller_yearly_prices"),)

    operations = (migrations.RunPython(ship, migrations.RunPython.noop),)
