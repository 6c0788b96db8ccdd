from django.db import migrations

TEXTS = {
    1: (
        "Diese Rechnung ist noch offen. Vielleicht ist sie Ihnen nur entgangen: Bitte überweisen "
        "Sie den Betrag in den nächsten Tagen.",
        "This invoice has not been paid yet. It may simply have slipped your mind: please transfer "
        "the amount in the next few days.",
    ),
    2: (
        "Auf unsere Zahlungserinnerung haben wir noch keine Zahlung erhalten. Bitte überweisen Sie "
        "den offenen Betrag innerhalb von sieben Tagen.\n\n"
        "Stimmt etwas an der Rechnung nicht? Dann schreiben Sie uns bitte, damit wir es klären.",
        "We have sent you a reminder and have not received a payment yet. Please transfer the "
        "amount due within seven days.\n\n"
        "Is something wrong with the invoice? Then please write to us so that we can put it right.",
    ),
    3: (
        "Trotz zweier Erinnerungen ist diese Rechnung noch nicht bezahlt. Dies ist unsere letzte "
        "Mahnung: Bitte überweisen Sie den offenen Betrag innerhalb von sieben Tagen.\n\n"
        "Danach können wir den Zugang Ihrer Mitglieder sperren und die Forderung auf dem Rechtsweg "
        "geltend machen. Können Sie zurzeit nicht zahlen, melden Sie sich bitte bei uns.",
        "Despite two reminders this invoice has not been paid. This is our final reminder: please "
        "transfer the amount due within seven days.\n\n"
        "After that we may suspend your members' access and take legal steps to recover the debt. "
        "If you cannot pay at the moment, please get in touch with us.",
    ),
}


def ship(apps, schema_editor):
    """Write the texts that are not there; staff edit them."""
    ReminderText = apps.get_model("billing", "ReminderText")
    for level, (german, english) in TEXTS.items():
        texts = {"text_de": german, "text_en": english}
        ReminderText.objects.get_or_create(level=level, defaults=texts)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
