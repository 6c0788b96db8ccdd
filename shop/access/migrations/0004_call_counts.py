import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_limits_and_cache'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('operation', models.CharField(max_length=150)),
                ('status', models.PositiveSmallIntegerField()),
                ('number', models.PositiveBigIntegerField()),
                ('application', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.application')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('application', 'day', 'operation', 'status'), name='call_counted_once')],
            },
        ),
    ]
