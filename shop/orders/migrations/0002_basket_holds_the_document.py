from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="basket", name="account"),
        migrations.RemoveField(model_name="basket", name="user"),
        migrations.RemoveField(model_name="basket", name="payment"),
        migrations.RemoveField(model_name="basket", name="product"),
        migrations.AddField(
            model_name="basket", name="document", field=models.JSONField(default=dict)
        ),
        migrations.AddField(
            model_name="basket",
            name="currency",
            field=models.CharField(blank=True, default="", max_length=3),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="basket",
            name="language_tag",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="basket",
            name="company",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="basket",
            name="payment",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="basket",
            name="product_key",
            field=models.CharField(blank=True, default="", max_length=32),
            preserve_default=False,
        ),
    ]
