from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_fill_canonical_email")]

    operations = [
        migrations.RemoveIndex("client", name="client_begins"),
        migrations.RemoveIndex("project", name="project_begins"),
    ]
