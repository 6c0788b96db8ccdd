"""The texts the shop ships with. Staff change them afterwards; this never runs again.

What only the company knows stands in square brackets.
"""

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXTS = Path(__file__).parent / "shipped_texts"

# question and answer in German, in English
QUESTIONS = [
    (
        "Wie bald können wir anfangen?",
        "Meist nach einer Minute. Auf der Seite Ihrer Bestellung können Sie jeden Schritt "
        "verfolgen; dann kommt der Link zur Anmeldung per E-Mail.",
        "How soon can we start?",
        "Usually within a minute. You can watch each step on the page of your order; then the "
        "link to sign in comes by e-mail.",
    ),
    (
        "Was geschieht nach dem Bestellen?",
        "Sie kommen auf die Seite Ihrer Bestellung. Sie zeigt, was gerade eingerichtet wird und ob "
        "wir noch etwas von Ihnen brauchen; eine E-Mail bestätigt die Bestellung und führt "
        "jederzeit auf diese Seite zurück. Ist alles fertig, bekommen Sie in einer zweiten E-Mail "
        "den Link zur Anmeldung. Er gilt sieben Tage; auf der Seite können Sie einen neuen "
        "anfordern.",
        "What happens after I order?",
        "You come to the page of your order. It shows what is being set up and whether we need "
        "anything else from you; an e-mail confirms the order and leads back to this page at any "
        "time. Once all is done, a second e-mail brings you the link to sign in. It is valid for "
        "seven days; on the page you can ask for a new one.",
    ),
    (
        "Welchen Preis zahle ich?",
        "Den großen: Er gilt für einen Monat und enthält die MwSt. Der Nettopreis steht darunter, "
        "für Ihre Bücher.",
        "Which price do I pay?",
        "The large one: it is for a month and includes VAT. The net price stands below it, for "
        "your books.",
    ),
    (
        "Wie zahle ich?",
        "Auf Rechnung. Nach einer Kartennummer fragen wir nie.",
        "How do I pay?",
        "By invoice. We never ask for a card number.",
    ),
    (
        "Wie läuft die Abrechnung?",
        "Wir rechnen [monatlich im Voraus oder im Nachhinein] ab. Die Rechnung kommt per E-Mail, "
        "weist die MwSt. aus und ist innerhalb von [Zahlungsfrist] zu zahlen. Sie lautet auf die "
        "Firma, die Sie beim Bestellen nennen. Der kostenlose Tarif wird nicht berechnet.",
        "How does invoicing work?",
        "We charge [monthly in advance or afterwards]. The invoice comes by e-mail, shows the VAT "
        "and is to be paid within [period for payment]. It is made out to the company you name "
        "when you order. The free tier is not charged.",
    ),
    (
        "Wie kündige ich?",
        "Mit einer E-Mail an [E-Mail-Adresse], mit einer Frist von [Kündigungsfrist] zum Ende eines "
        "Monats. Eine begonnene Bestellung, die Sie nicht aufgeben, verpflichtet zu nichts und wird "
        "nach 30 Tagen gelöscht. Näheres steht in den [AGB](/terms/).",
        "How do I cancel?",
        "By an e-mail to [e-mail address], with [notice period] of notice to the end of a month. An "
        "order that you have begun but not placed binds you to nothing and is deleted after 30 "
        "days. The [terms](/terms/) tell more.",
    ),
    (
        "Wo liegen unsere Daten?",
        "Auf Servern in [Ort des Rechenzentrums]. Unsere Seiten laden nichts von Dritten und setzen "
        "nur Cookies, ohne die der Shop nicht arbeiten kann. Was wir speichern und wie lange, steht "
        "unter [Datenschutz](/privacy/).",
        "Where is our data?",
        "On servers in [place of the data centre]. Our pages load nothing from third parties and "
        "set only those cookies without which the shop cannot work. What we store and for how long "
        "is told under [privacy](/privacy/).",
    ),
    (
        "Warum gibt ein Mensch manche Bestellungen frei?",
        "Die größten Tarife richten wir gemeinsam mit Ihnen ein. Ein Mensch sieht sich jede solche "
        "Bestellung an und meldet sich spätestens am nächsten Werktag. Alle anderen Tarife werden "
        "sofort eingerichtet.",
        "Why does a person approve some orders?",
        "The largest tiers are set up together with you. A person looks at each such order and gets "
        "back to you by the next working day. All other tiers are set up at once.",
    ),
    (
        "Was brauchen Sie von mir?",
        "Den Namen Ihrer Firma, einen Arbeitstitel und eine E-Mail-Adresse. Ihr Passwort wählen Sie "
        "selbst, über den Link in der E-Mail.",
        "What do you need from me?",
        "The name of your company, a working title and an e-mail address. You choose your password "
        "yourself, by the link in the e-mail.",
    ),
]


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the pages, each in its first version, and the questions."""
    page, version = apps.get_model("content", "Page"), apps.get_model("content", "Version")
    for slug in ("imprint", "privacy", "terms"):
        title_de, text_de = _read(slug, "de")
        title_en, text_en = _read(slug, "en")
        version.objects.create(
            page=page.objects.create(slug=slug),
            number=1,
            title_de=title_de,
            title_en=title_en,
            text_de=text_de,
            text_en=text_en,
        )
    question = apps.get_model("content", "Question")
    for place, (question_de, answer_de, question_en, answer_en) in enumerate(QUESTIONS, start=1):
        question.objects.create(
            question_de=question_de,
            answer_de=answer_de,
            question_en=question_en,
            answer_en=answer_en,
            position=10 * place,
        )


def _read(slug: str, language: str) -> tuple[str, str]:
    """Title and text of a page: the title is the first line."""
    source = (TEXTS / f"{slug}.{language}.md").read_text(encoding="utf-8")
    title, _, text = source.partition("\n")
    return title.removeprefix("# "), text.strip()


class Migration(migrations.Migration):
    dependencies = [("content", "0001_initial")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
