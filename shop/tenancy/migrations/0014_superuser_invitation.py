from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first superuser is invited by an operator, of whom there is no row."""

    dependencies = [("tenancy", "0013_staff_index")]

    operations = [
        migrations.AddField(
            "staffinvitation",
            "superuser",
            models.BooleanField(default=False, db_default=False, editable=False),
        ),
        migrations.AlterField(
            "staffinvitation",
            "invited_by",
            models.ForeignKey(
                null=True,
                on_delete=models.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
