
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0006_dispatch_overdue_index'),
        ('orders', '0020_list_indexes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='declarationcase',
            name='order',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='declarations', to='orders.order'),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='order',
            field=models.OneToOneField(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subscription', to='orders.order'),
        ),
    ]
