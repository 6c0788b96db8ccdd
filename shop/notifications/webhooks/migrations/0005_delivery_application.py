import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_call_counts'),
        ('orders', '0014_words_for_review_and_assignment'),
        ('webhooks', '0004_deliveries_of_endpoints'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='application',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.application'),
        ),
    ]
