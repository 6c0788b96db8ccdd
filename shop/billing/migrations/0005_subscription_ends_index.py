from django.db import migrations, models

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('billing', '0004_contract_life'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='subscription',
            index=models.Index(condition=models.Q(('ended_at', None), ('ends_on__isnull', False)), fields=['ends_on'], name='subscription_ends'),
        ),
    ]
