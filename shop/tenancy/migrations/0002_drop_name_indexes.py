from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.RemoveIndex("client", name="client_begins"),
        migrations.RemoveIndex("project", name="project_begins"),
    ]
