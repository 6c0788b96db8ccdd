"""The demo's invented firm, and its texts: what stands for the placeholders of the shipped ones."""

from django.conf import settings

from portal.accounts.demo_data_processing import DATA_PROCESSING
from shop.content.models import Page, Question
from shop.content.publishing import TEXTS, newest, publish

# The account is an example of the Bundesbank's, the VAT ID of nobody.
SELLER = {
    "legal_name": f"{settings.SHOP_NAME} Software GmbH",
    "street": "Lindwurmstraße 88",
    "postal_code": "80337",
    "city": "München",
    "country": "DE",
    "vat_id": "DE123456788",
    "tax_number": "143/150/60015",
    "register": "Amtsgericht München, HRB 999999",
    "contact": "Renate Vogl",
    "email": "rechnung@slate.example",
    "phone": "+49 89 5550124",
    "iban": "DE02120300000000202051",
    "bic": "BYLADEM1001",
}
PLACE = "{postal_code} {city}".format(**SELLER)
AUTHORITY = "Marktüberwachungsstelle der Länder für die Barrierefreiheit von Produkten und"
# By what stands in square brackets, in German and in English.
_VALUES: dict[tuple[str, str], tuple[str, str]] = {
    ("Firma und Rechtsform", "company and legal form"): (SELLER["legal_name"],) * 2,
    ("Straße und Hausnummer", "street and number"): (SELLER["street"],) * 2,
    ("Postleitzahl und Ort", "postal code and city"): (PLACE,) * 2,
    ("Anschrift", "address"): (f"{SELLER['street']}, {PLACE}",) * 2,
    ("Telefonnummer", "telephone number"): (SELLER["phone"],) * 2,
    ("E-Mail-Adresse", "e-mail address"): ("hilfe@slate.example",) * 2,
    (
        "Vor- und Nachnamen der Geschäftsführung",
        "First and last names of the managing directors",
    ): (SELLER["contact"],) * 2,
    ("Registergericht und Registernummer", "Register court and number"): (SELLER["register"],) * 2,
    ("USt-IdNr.", "VAT number"): (SELLER["vat_id"],) * 2,
    ("Ort", "place"): ("München", "Munich"),
    (
        "Name und E-Mail-Adresse, oder: keine bestellt",
        "name and e-mail address, or: none appointed",
    ): ("Jonas Reiter, datenschutz@slate.example",) * 2,
    (
        "Angaben des Hosting-Anbieters und Dauer",
        "what the hosting provider logs, and for how long",
    ): (
        "IP-Adresse, Zeitpunkt und Adresse der Seite, gelöscht nach sieben Tagen.",
        "IP address, time and address of the page, deleted after seven days.",
    ),
    ("Fristen nach Handels- und Steuerrecht", "periods of commercial and tax law"): (
        "Rechnungen acht Jahre, Geschäftsbriefe sechs Jahre",
        "invoices for eight years, business letters for six",
    ),
    ("Frist nach Vertragsende", "period after the end of the contract"): (
        "Danach löschen wir es innerhalb von 30 Tagen",
        "we then delete it within 30 days",
    ),
    ("Frist", "period"): ("30 Tage", "30 days"),
    ("Hosting-Anbieter, Ort des Rechenzentrums", "hosting provider, place of the data centre"): (
        "Isarhost GmbH, Frankfurt am Main",
        "Isarhost GmbH, Frankfurt am Main, Germany",
    ),
    ("Ort des Rechenzentrums", "place of the data centre"): (
        "Frankfurt am Main",
        "Frankfurt am Main, Germany",
    ),
    ("Mail-Anbieter, Ort", "mail provider, place"): (
        "Postkutsche Digital GmbH, Nürnberg",
        "Postkutsche Digital GmbH, Nuremberg, Germany",
    ),
    ("Anbieter der Buchhaltung, oder: niemand", "provider of the accounting, or: nobody"): (
        "Isarbuch Buchhaltung GmbH, München",
        "Isarbuch Buchhaltung GmbH, Munich, Germany",
    ),
    ("zuständige Aufsichtsbehörde", "competent supervisory authority"): (
        "Bayerisches Landesamt für Datenschutzaufsicht, Ansbach",
    )
    * 2,
    ("Verfügbarkeit in Prozent", "availability in percent"): ("99,5 %", "99.5%"),
    ("Zahlungsfrist", "period for payment"): ("14 Tagen", "14 days"),
    ("Kündigungsfrist", "notice period"): ("drei Monaten", "three months"),
    ("monatlich im Voraus oder im Nachhinein", "monthly in advance or afterwards"): (
        "monatlich im Voraus",
        "monthly in advance",
    ),
    (
        "Weitere Einschränkungen oder „Weitere sind uns nicht bekannt.“",
        "Further limits, or “We know of no others.”",
    ): ("Weitere sind uns nicht bekannt.", "We know of no others."),
    ("Anzahl", "number"): ("zwei", "two"),
    (
        "Name, Anschrift, Telefon und E-Mail der zuständigen Marktüberwachungsbehörde",
        "name, address, telephone and e-mail of the market surveillance authority in charge",
    ): (f"{AUTHORITY} Dienstleistungen (MLBF), Magdeburg",) * 2,
    ("Datum", "date"): ("1. Oktober 2026", "1 October 2026"),
}
_VALUES |= DATA_PROCESSING
# English texts begin some placeholders with a capital letter.
_FILLED = {
    f"[{each}]": value
    for names, values in _VALUES.items()
    for name, value in zip(names, values, strict=True)
    for each in (name, name[0].upper() + name[1:])
}


def fill_in_texts() -> None:
    """Fill the firm into the legal pages and questions; once, as staff may change them."""
    for page in Page.objects.exclude(versions__number__gt=1):
        shipped = newest(page.pk)
        publish(page, {name: _filled_in(getattr(shipped, name)) for name in TEXTS})
    for question in Question.objects.filter(answer_de__contains="["):
        question.answer_de = _filled_in(question.answer_de)
        question.answer_en = _filled_in(question.answer_en)
        question.save()


def _filled_in(text: str) -> str:
    for placeholder, value in _FILLED.items():
        text = text.replace(placeholder, value)
    return text.replace(settings.SHIPPED_NAME, settings.SHOP_NAME)
