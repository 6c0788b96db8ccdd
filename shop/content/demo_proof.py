"""Figures, quotes and references of the demo's invented firm. Its customers are invented, too."""

from shop.content.models import Figure, Quote, Reference

# Numbers and what they count: German, English.
FIGURES = [
    ("140", "140", "Produktionen im Jahr", "productions a year"),
    ("3 Std.", "3 hrs", "vom letzten Take bis zu den Mustern", "from the last take to dailies"),
    ("99,97 %", "99.97%", "erreichbar in den letzten zwölf Monaten", "uptime over the last year"),
]
# Text, name, role and company.
QUOTES = [
    (
        (
            "Um acht sitzt die Regie im Hotel und sieht die Muster vom Tag. Früher kam am nächsten "
            "Mittag eine Festplatte."
        ),
        (
            "By eight the director is back at the hotel, watching the day’s dailies. It used to be a "
            "hard drive at noon the next day."
        ),
        *("Miriam Adler", "Produktionsleiterin", "Production manager", "Kaltental Film"),
    ),
    (
        (
            "Die Dispo geht einmal raus, und ich sehe, wer sie gelesen hat. Das spart mir jeden Abend "
            "zwanzig Anrufe."
        ),
        (
            "I send the call sheet once and see who has read it. That saves me twenty phone calls "
            "every evening."
        ),
        *("Jonas Petersen", "Erster Regieassistent", "First assistant director", "Uferbau Film"),
    ),
    (
        "Unser Kunde sieht die Takes am selben Abend im Browser. Download-Links verschickt bei uns niemand mehr.",
        "Our client watches the takes in the browser the same evening. We no longer send download links.",
        *("Leyla Sander", "Producerin", "Producer", "Zwölf Grad Werbefilm"),
    ),
]
# Company and what it makes.
REFERENCES = [
    ("Kaltental Film", "Serie, 8 × 45 Min.", "Series, 8 × 45 min"),
    ("Uferbau Film", "Kinofilm", "Feature film"),
    ("Zwölf Grad Werbefilm", "Werbung", "Commercials"),
    ("Postwerk Isarauen", "Postproduktion", "Post-production"),
]


def add_demo_proof() -> None:
    """Add the demo's rows, unless there are any: staff of the demo may change them."""
    if any(model.objects.exists() for model in (Figure, Quote, Reference)):
        return
    for place, (number_de, number_en, meaning_de, meaning_en) in enumerate(FIGURES):
        numbers = {"number_de": number_de, "number_en": number_en}
        Figure.objects.create(
            **numbers, meaning_de=meaning_de, meaning_en=meaning_en, position=place
        )
    for place, (text_de, text_en, name, role_de, role_en, firm) in enumerate(QUOTES):
        person = {"name": name, "role_de": role_de, "role_en": role_en, "firm": firm}
        Quote.objects.create(text_de=text_de, text_en=text_en, **person, position=place)
    for place, (firm, work_de, work_en) in enumerate(REFERENCES):
        Reference.objects.create(firm=firm, work_de=work_de, work_en=work_en, position=place)
