from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Backup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('name', models.CharField(max_length=255)),
                ('size', models.BigIntegerField()),
                ('encrypted', models.BooleanField()),
                ('verified_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='Restoration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('restored_at', models.DateTimeField()),
                ('backup_made_at', models.DateTimeField()),
                ('skipped_numbers', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-restored_at'],
            },
        ),
    ]
