"""Gives promotion codes the form by which they are compared."""

import re
import unicodedata

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


SHOWS_NOTHING = re.compile(
    r"[\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def fill_keys(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each code its key: of codes that have one key, the oldest that is valid gets it.

    The others keep none: they are found by their exact spelling, as before, and staff see them.
    """
    promotions = apps.get_model("catalogue", "Promotion").objects.all()
    now = timezone.now()
    taken = set(promotions.exclude(key=None).values_list("key", flat=True))
    ended = models.Q(valid_until__lt=now) | models.Q(uses__gte=models.F("max_uses"))
    has_ended = models.Case(models.When(ended, then=1), default=0)
    waiting = promotions.filter(key=None).annotate(has_ended=has_ended)
    for pk, code in waiting.order_by("has_ended", "pk").values_list("pk", "code"):
        key = _canonical(code)
        if key and key not in taken and len(key) <= 200:
            promotions.filter(pk=pk, key=None).update(key=key)
            taken.add(key)


def _canonical(typed: str) -> str:
    # As `shop.catalogue.promotion_codes` does it at this point of the history.
    while (code := _once(typed)) != typed:
        typed = code
    return code


def _once(code: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", code).casefold())
    return "".join(
        sign
        for sign in folded
        if not sign.isspace()
        and unicodedata.category(sign) not in {"Cc", "Cf"}
        and not SHOWS_NOTHING.match(sign)
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_shipped_tiers")]

    operations = [
        migrations.AddField(
            model_name="promotion",
            name="key",
            field=models.CharField(editable=False, max_length=200, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="promotion",
            name="code",
            field=models.CharField(
                help_text="As customers are given it; case and blanks make no difference.",
                max_length=200,
                unique=True,
            ),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
