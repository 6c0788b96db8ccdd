
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0005_application_rate_limit'),
        ('catalogue', '0011_promotion_switched_off'),
        ('orders', '0020_list_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ArchivedOrder',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('order_hash', models.CharField(max_length=32, unique=True)),
                ('order_number', models.CharField(max_length=9, unique=True)),
                ('state', models.CharField(max_length=20)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(auto_now_add=True)),
                ('trim_at', models.DateTimeField(null=True)),
                ('contents', models.BinaryField()),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.application')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.product')),
            ],
            options={
                'verbose_name': 'archived order',
                'verbose_name_plural': 'archived orders',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ArchivedKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=260)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='orders.archivedorder')),
            ],
            options={
                'verbose_name': 'key of an archived order',
                'verbose_name_plural': 'keys of archived orders',
            },
        ),
        migrations.AddIndex(
            model_name='archivedorder',
            index=models.Index(fields=['state', 'created_at', 'product'], name='archived_placed'),
        ),
        migrations.AddIndex(
            model_name='archivedorder',
            index=models.Index(condition=models.Q(('trim_at__isnull', False)), fields=['trim_at'], name='archived_to_trim'),
        ),
        migrations.AddIndex(
            model_name='archivedkey',
            index=models.Index(fields=['key', 'order'], name='archived_key'),
        ),
        migrations.AddConstraint(
            model_name='archivedkey',
            constraint=models.UniqueConstraint(fields=('order', 'key'), name='archived_key_once_an_order'),
        ),
    ]
