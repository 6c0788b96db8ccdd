from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_call_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='burst',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='application',
            name='rate',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
