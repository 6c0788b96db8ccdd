"""Word the shipped questions anew: how paying and ending work is known now, so they hold no gaps.

Only a question that nobody has changed is replaced; the place of the servers stays in brackets.
"""

from importlib import import_module
from typing import Any

from django.db import migrations

TEXTS = ("question_de", "answer_de", "question_en", "answer_en")

# In the order of the questions that they replace.
QUESTIONS = [
    (
        "Wie schnell können wir anfangen?",
        "Meist nach einer Minute. Die Seite Ihrer Bestellung zeigt jeden Schritt; dann bekommen Sie "
        "per E-Mail den Link zur Anmeldung.",
        "How soon can we start?",
        "Usually within a minute. The page of your order shows each step, and then we e-mail you the "
        "link to sign in.",
    ),
    (
        "Was passiert nach der Bestellung?",
        "Sie sehen die Seite Ihrer Bestellung: was gerade eingerichtet wird und ob wir noch etwas "
        "von Ihnen brauchen. Eine E-Mail bestätigt die Bestellung und führt jederzeit dorthin "
        "zurück. Der Link zur Anmeldung gilt sieben Tage; einen neuen fordern Sie auf der Seite an.",
        "What happens after I order?",
        "You see the page of your order: what is being set up, and whether we need anything else "
        "from you. An e-mail confirms the order and takes you back there at any time. The link to "
        "sign in is valid for seven days; you can request a new one on the page.",
    ),
    (
        "Sind die Preise mit Mehrwertsteuer?",
        "Ja. Der hervorgehobene Preis gilt für einen Monat und enthält die MwSt.; der Nettopreis "
        "steht darunter. Für Firmen im EU-Ausland mit gültiger USt-IdNr. entfällt die MwSt.; das sehen "
        "Sie vor der Bestellung.",
        "Do the prices include VAT?",
        "Yes. The large price is for one month and includes VAT; the net price is shown below it. "
        "Companies elsewhere in the EU with a valid VAT ID pay no VAT, and see that before they "
        "order.",
    ),
    (
        "Wie zahle ich?",
        "Per Überweisung, auf Rechnung. Die Rechnung kommt per E-Mail, gilt im Voraus für einen "
        "Monat oder ein Jahr und lautet auf die Firma, die Sie bei der Bestellung angeben. Eine "
        "Kartennummer brauchen wir nicht.",
        "How do I pay?",
        "By bank transfer, on invoice. The invoice comes by e-mail, covers a month or a year in "
        "advance, and is made out to the company you enter when you order. We don't need a card "
        "number.",
    ),
    (
        "Können wir den Tarif später wechseln?",
        "Jederzeit, in Ihrem Portal. Ein größerer Tarif gilt sofort, und Sie zahlen nur den "
        "Unterschied für die restlichen Tage. Ein kleinerer gilt ab der nächsten Rechnung.",
        "Can we change plans later?",
        "At any time, in your portal. A larger plan starts at once, and you pay only the difference "
        "for the days that are left. A smaller one starts with the next invoice.",
    ),
    (
        "Wie kündige ich, und was wird aus unseren Daten?",
        "Online oder per E-Mail, ohne Angabe von Gründen; der Vertrag endet mit dem Zeitraum, den "
        "Sie bezahlt haben. Danach bleibt Ihnen Zeit, alles herunterzuladen, bevor wir es löschen. "
        "Näheres steht in den [AGB](/terms/).",
        "How do I cancel, and what happens to our data?",
        "Online or by e-mail, without giving a reason; your contract ends with the period you have "
        "paid for. You then have time to download everything before we delete it. The "
        "[terms](/terms/) have the details.",
    ),
    (
        "Wo liegen unsere Daten?",
        "Auf Servern in [Ort des Rechenzentrums]. Unsere Seiten laden nichts von Dritten und setzen "
        "nur Cookies, die der Shop braucht. Was wir speichern und wie lange, steht unter "
        "[Datenschutz](/privacy/).",
        "Where is our data?",
        "On servers in [place of the data centre]. Our pages load nothing from third parties and "
        "set only the cookies the shop needs. The [privacy policy](/privacy/) says what we store "
        "and for how long.",
    ),
    (
        "Warum prüfen Sie manche Bestellungen persönlich?",
        "Die größten Tarife richten wir gemeinsam mit Ihnen ein. Wir sehen uns jede solche "
        "Bestellung an und melden uns spätestens am nächsten Werktag. Alle anderen Tarife werden "
        "sofort eingerichtet.",
        "Why do you review some orders before you set them up?",
        "We set up the largest plans together with you. We look at each of these orders and get "
        "back to you by the next working day. All other plans are set up at once.",
    ),
    (
        "Was brauche ich für die Bestellung?",
        "Den Namen Ihrer Firma, einen Arbeitstitel und eine E-Mail-Adresse, für bezahlte Tarife auch "
        "die Rechnungsanschrift. Passkey oder Passwort legen Sie über den Link in der E-Mail fest.",
        "What do I need to order?",
        "Your company's name, a working title and an e-mail address; for paid plans also the billing "
        "address. You choose a passkey or a password through the link in the e-mail.",
    ),
]


def reword(apps: Any, schema_editor: Any) -> None:
    """Replace each shipped question that still reads as it was shipped."""
    questions = apps.get_model("content", "Question").objects.using(schema_editor.connection.alias)
    shipped = import_module("shop.content.migrations.0002_shipped_texts").QUESTIONS
    for before, after in zip(shipped, QUESTIONS, strict=True):
        unchanged = dict(zip(TEXTS, before, strict=True))
        questions.filter(**unchanged).update(**dict(zip(TEXTS, after, strict=True)))


class Migration(migrations.Migration):
    """Nine rows; the version before shows them as well."""

    dependencies = (("content", "0007_proof"),)

    operations = (migrations.RunPython(reword, migrations.RunPython.noop),)
