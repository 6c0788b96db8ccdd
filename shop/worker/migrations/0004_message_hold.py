from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('worker', '0003_instance_beats'),
    ]

    operations = [
        migrations.CreateModel(
            name='MessageHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('backup_made_at', models.DateTimeField()),
            ],
        ),
    ]
