"""Store the features of tiers with LF: the admin stored the CRLF of browsers until now."""

from typing import Any

from django.db import migrations
from django.db.models import Q

TEXTS = ("features_de", "features_en")


def normalise(apps: Any, schema_editor: Any) -> None:
    """Rewrite the tiers, of which there are few, that hold a carriage return."""
    tiers = apps.get_model("catalogue", "Product").objects.using(schema_editor.connection.alias)
    for tier in tiers.filter(Q(features_de__contains="\r") | Q(features_en__contains="\r")):
        texts = {name: "\n".join(getattr(tier, name).splitlines()) for name in TEXTS}
        tiers.filter(pk=tier.pk).update(**texts)


class Migration(migrations.Migration):
    """Processes of the version before read such texts as well."""

    dependencies = (("catalogue", "0003_promotion_key"),)

    operations = (migrations.RunPython(normalise, migrations.RunPython.noop),)
