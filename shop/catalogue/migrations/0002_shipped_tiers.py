"""The nine tiers the shop ships with. Staff change them afterwards; this never runs again."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# code, slug, name, family, net cents, members, packing, recommended, position
TIERS = [
    ("Yamdu FREE", "yamdu-free", "Yamdu FREE", "free", 0, 3, "automatic", False, 10),
    ("Starter", "starter", "Starter", "film", 2900, 5, "automatic", False, 20),
    ("Commercial", "commercial", "Commercial", "film", 7900, 15, "automatic", True, 30),
    ("Dailies", "dailies", "Dailies", "film", 14900, 25, "automatic", False, 40),
    ("Studio", "studio", "Studio", "film", 34900, 100, "manual", False, 50),
    ("s", "s", "S", "size", 4900, 8, "automatic", False, 60),
    ("m", "m", "M", "size", 9900, 20, "automatic", True, 70),
    ("l", "l", "L", "size", 19900, 50, "automatic", False, 80),
    ("xl", "xl", "XL", "size", 44900, 150, "manual", False, 90),
]

# code: promise (German, English), features (German, English)
TEXTS = {
    "Yamdu FREE": (
        "Alles einmal ansehen, ohne Frist und ohne Rechnung.",
        "Look at everything, with no time limit and no invoice.",
        ["3 Mitglieder", "1 Projekt", "5 GB für Muster und Dokumente"],
        ["3 members", "1 project", "5 GB for dailies and documents"],
    ),
    "Starter": (
        "Für den ersten eigenen Film und das kleine Team.",
        "For your first film of your own and a small team.",
        ["5 Mitglieder", "1 Projekt", "50 GB für Muster und Dokumente"],
        ["5 members", "1 project", "50 GB for dailies and documents"],
    ),
    "Commercial": (
        "Für Werbung: vom Pitch bis zur Abnahme an einem Ort.",
        "For commercials: from pitch to approval in one place.",
        ["15 Mitglieder", "1 Projekt", "250 GB, Freigaben für Kunden"],
        ["15 members", "1 project", "250 GB, approvals for your clients"],
    ),
    "Dailies": (
        "Muster am selben Abend, für alle, die sie sehen dürfen.",
        "Dailies the same evening, for all who may see them.",
        ["25 Mitglieder", "1 Projekt", "1 TB, Muster mit Wasserzeichen"],
        ["25 members", "1 project", "1 TB, watermarked dailies"],
    ),
    "Studio": (
        "Für Häuser mit vielen Produktionen; wir richten es mit Ihnen ein.",
        "For houses with many productions; we set it up with you.",
        ["100 Mitglieder", "1 Projekt", "5 TB, Einrichtung mit Ansprechpartner"],
        ["100 members", "1 project", "5 TB, set up with a person to talk to"],
    ),
    "s": (
        "Ein kleines Team, ein Projekt, alles beisammen.",
        "A small team, one project, everything together.",
        ["8 Mitglieder", "1 Projekt", "100 GB für Muster und Dokumente"],
        ["8 members", "1 project", "100 GB for dailies and documents"],
    ),
    "m": (
        "Das übliche Team einer Produktion, mit Platz für Gäste.",
        "The usual team of a production, with room for guests.",
        ["20 Mitglieder", "1 Projekt", "500 GB für Muster und Dokumente"],
        ["20 members", "1 project", "500 GB for dailies and documents"],
    ),
    "l": (
        "Mehrere Abteilungen, ein gemeinsamer Stand.",
        "Several departments, one shared state of things.",
        ["50 Mitglieder", "1 Projekt", "2 TB für Muster und Dokumente"],
        ["50 members", "1 project", "2 TB for dailies and documents"],
    ),
    "xl": (
        "Für große Produktionen; ein Mensch sieht jede Bestellung an.",
        "For large productions; a person looks at every order.",
        ["150 Mitglieder", "1 Projekt", "8 TB, Einrichtung mit Ansprechpartner"],
        ["150 members", "1 project", "8 TB, set up with a person to talk to"],
    ),
}


def add_tiers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None = None) -> None:
    product = apps.get_model("catalogue", "Product")
    for code, slug, name, family, net_cents, members, packing, recommended, position in TIERS:
        promise_de, promise_en, features_de, features_en = TEXTS[code]
        product.objects.create(
            code=code,
            slug=slug,
            name=name,
            family=family,
            net_cents=net_cents,
            members=members,
            packing=packing,
            recommended=recommended,
            position=position,
            promise_de=promise_de,
            promise_en=promise_en,
            features_de="\n".join(features_de),
            features_en="\n".join(features_en),
        )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [migrations.RunPython(add_tiers, migrations.RunPython.noop)]
