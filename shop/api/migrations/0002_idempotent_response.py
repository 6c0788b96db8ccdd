from django.db import migrations


class Migration(migrations.Migration):
    """The model moved to `shop.access`, which both APIs may use; its table stays."""

    dependencies = [("api", "0001_initial"), ("access", "0002_idempotent_response")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("IdempotentResponse")]
        )
    ]
