"""Fill in the features: those shipped with the nine tiers, and what staff have written themselves.

A shop that sells already promises nothing new: each line of its tiers becomes a feature, and no
other is added. Staff change them afterwards; this never runs again.
"""

import re
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.db import migrations

LONGEST = 200  # characters of a name

# code: names, explanations (German, English)
FEATURES = {
    "storage": (
        ("Speicherplatz", "Storage"),
        ("Für Muster, Dokumente und alle früheren Fassungen.",
         "For dailies, documents and all their earlier versions."),
    ),
    "picture": (
        ("Bildqualität der Muster", "Picture quality"),
        ("Muster laufen am selben Abend im Browser, auch auf dem Telefon.",
         "Your dailies play in the browser the same evening, on a phone too."),
    ),
    "call-sheets": (
        ("Dispo verschicken", "Sending call sheets"),
        ("Bei E-Mail und SMS sehen Sie auch, wer die Dispo gelesen hat.",
         "With e-mail and SMS you also see who has read them."),
    ),
    "guests": (
        ("Gäste", "Guests"),
        ("Sehen über einen Link, was Sie freigeben, und zählen nicht als Mitglieder.",
         "They see what you share by link and don’t count as members."),
    ),
    "approvals": (
        ("Freigaben durch Kunden", "Client approvals"),
        ("Kunde, Agentur oder Sender kommentiert am Bild und gibt frei.",
         "Clients, agencies and broadcasters comment on the frame and approve."),
    ),
    "edit-lists": (
        ("Listen für den Schnitt", "Editing exports"),
        ("Takes, Timecode und Notizen als Datei für Ihr Schnittsystem.",
         "Takes, timecode and notes as a file for your editing system."),
    ),
    "watermark": (
        ("Muster mit Wasserzeichen", "Watermarked dailies"),
        ("Auf jedem Bild steht, wer es wann gesehen hat.",
         "Every frame shows who watched it, and when."),
    ),
    "single-sign-on": (
        ("Anmeldung mit dem Firmenkonto", "Single sign-on"),
        ("Mitglieder melden sich über den Dienst Ihrer Firma an (SAML oder OpenID Connect).",
         "Members sign in through your company’s own service (SAML or OpenID Connect)."),
    ),
    "support": (
        ("Antwort vom Support", "Support replies"),
        ("Innerhalb unserer Bürozeiten.", "Counted in our office hours."),
    ),
    "contact": (
        ("Einrichtung mit Ansprechperson", "Personal onboarding"),
        ("Sie richtet das Projekt mit Ihnen ein und bleibt für Sie da.",
         "One person sets up the project with you and stays your contact."),
    ),
}  # fmt: skip
YES = ("", "")
EMAIL, SMS = ("per E-Mail", "e-mail"), ("per E-Mail und SMS", "e-mail and SMS")
NEXT_DAY = ("am nächsten Werktag", "next working day")
SAME_DAY = ("am selben Werktag", "same working day")
HOURS, HOUR = ("binnen 4 Stunden", "within 4 hours"), ("binnen 1 Stunde", "within 1 hour")


def same(text: str) -> tuple[str, str]:
    return text, text


VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "Yamdu FREE": {
        "storage": same("5 GB"), "picture": same("720p"), "call-sheets": ("als PDF", "PDF"),
        "support": NEXT_DAY,
    },
    "Starter": {
        "storage": same("50 GB"), "picture": same("1080p"), "call-sheets": EMAIL,
        "guests": same("3"), "support": NEXT_DAY,
    },
    "Commercial": {
        "storage": same("250 GB"), "picture": same("1080p"), "call-sheets": EMAIL,
        "guests": same("20"), "approvals": YES, "edit-lists": same("EDL"), "support": SAME_DAY,
    },
    "Dailies": {
        "storage": same("1 TB"), "picture": same("4K"), "call-sheets": SMS,
        "guests": same("50"), "approvals": YES, "edit-lists": same("EDL, ALE"), "watermark": YES,
        "support": HOURS,
    },
    "Studio": {
        "storage": same("5 TB"), "picture": same("4K"), "call-sheets": SMS,
        "guests": ("beliebig viele", "unlimited"), "approvals": YES, "edit-lists": same("EDL, ALE"),
        "watermark": YES, "single-sign-on": YES, "support": HOUR, "contact": YES,
    },
    "s": {
        "storage": same("100 GB"), "picture": same("1080p"), "call-sheets": EMAIL,
        "guests": same("5"), "support": NEXT_DAY,
    },
    "m": {
        "storage": same("500 GB"), "picture": same("1080p"), "call-sheets": SMS,
        "guests": same("20"), "approvals": YES, "edit-lists": same("EDL"), "support": SAME_DAY,
    },
    "l": {
        "storage": same("2 TB"), "picture": same("4K"), "call-sheets": SMS,
        "guests": same("100"), "approvals": YES, "edit-lists": same("EDL, ALE"), "watermark": YES,
        "support": HOURS,
    },
    "xl": {
        "storage": same("8 TB"), "picture": same("4K"), "call-sheets": SMS,
        "guests": ("beliebig viele", "unlimited"), "approvals": YES, "edit-lists": same("EDL, ALE"),
        "watermark": YES, "single-sign-on": YES, "support": HOUR, "contact": YES,
    },
}  # fmt: skip

# Promises of shipped tiers that are worded anew: code, before (German, English), after.
PROMISES = {
    "Yamdu FREE": (
        ("Alles einmal ansehen, ohne Frist und ohne Rechnung.",
         "Look at everything, with no time limit and no invoice."),
        ("In Ruhe ausprobieren, ohne Frist und ohne Rechnung.",
         "Try it for as long as you like, with no invoice."),
    ),
    "Starter": (
        ("Für den ersten eigenen Film und das kleine Team.",
         "For your first film of your own and a small team."),
        ("Für den ersten eigenen Film und ein kleines Team.",
         "For your first film and a small team."),
    ),
    "Commercial": (
        ("Für Werbung: vom Pitch bis zur Abnahme an einem Ort.",
         "For commercials: from pitch to approval in one place."),
        ("Für Werbefilme: vom Pitch bis zur Abnahme an einem Ort.",
         "For commercials: from pitch to final approval in one place."),
    ),
    "Dailies": (
        ("Muster am selben Abend, für alle, die sie sehen dürfen.",
         "Dailies the same evening, for all who may see them."),
        ("Muster noch am selben Abend, und nur für die, die sie sehen dürfen.",
         "Dailies the same evening, for exactly the people who should see them."),
    ),
    "Studio": (
        ("Für Häuser mit vielen Produktionen; wir richten es mit Ihnen ein.",
         "For houses with many productions; we set it up with you."),
        ("Für eine große Produktion mit allen Gewerken. Wir richten sie mit Ihnen ein.",
         "For one large production with every department. We set it up with you."),
    ),
    "s": (
        ("Ein kleines Team, ein Projekt, alles beisammen.",
         "A small team, one project, everything together."),
        ("Für ein kleines Team, das alles an einem Ort haben will.",
         "For a small team that wants everything in one place."),
    ),
    "m": (
        ("Das übliche Team einer Produktion, mit Platz für Gäste.",
         "The usual team of a production, with room for guests."),
        ("Für das übliche Team einer Produktion, mit Platz für Gäste.",
         "For a typical production team, with room for guests."),
    ),
    "l": (
        ("Mehrere Abteilungen, ein gemeinsamer Stand.",
         "Several departments, one shared state of things."),
        ("Für mehrere Abteilungen, die auf demselben Stand arbeiten.",
         "For several departments that need to stay in sync."),
    ),
    "xl": (
        ("Für große Produktionen; ein Mensch sieht jede Bestellung an.",
         "For large productions; a person looks at every order."),
        ("Für große Produktionen. Jede Bestellung prüfen wir persönlich.",
         "For large productions. We review each order personally."),
    ),
}  # fmt: skip

# What a shipped line says, in German and English: the features it stands for.
STORAGE = re.compile(r"([0-9]+ [GT]B) für Muster und Dokumente\n\1 for dailies and documents")
BOTH = re.compile(
    r"([0-9]+ [GT]B), (Freigaben für Kunden\n\1, approvals for your clients"
    r"|Muster mit Wasserzeichen\n\1, watermarked dailies"
    r"|Einrichtung mit Ansprechpartner\n\1, set up with a person to talk to)"
)
ALSO = {"F": "approvals", "M": "watermark", "E": "contact"}  # by the first letter of the second


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the features of all tiers, their new promises, and the mark of one of them."""
    alias = schema_editor.connection.alias
    tiers = apps.get_model("catalogue", "Product").objects.using(alias)
    features = apps.get_model("catalogue", "Feature").objects.using(alias)
    values = apps.get_model("catalogue", "FeatureValue").objects.using(alias)
    users = apps.get_model("tenancy", "User").objects.using(alias)
    is_new = settings.DEMO or not users.exists()
    found: dict[tuple[str, str], Any] = {}

    def feature(name: tuple[str, str], code: str, explanation: tuple[str, str]) -> Any:
        if name not in found:
            found[name] = features.create(
                code=code, name_de=name[0], name_en=name[1], position=10 * (len(found) + 1),
                explanation_de=explanation[0], explanation_en=explanation[1],
            )  # fmt: skip
        return found[name]

    owned = {tier.pk: read_lines(tier) for tier in tiers.order_by("position", "pk")}
    for tier in tiers.order_by("position", "pk"):
        shipped, own = owned[tier.pk]
        if is_new and not own and shipped:
            owned[tier.pk] = VALUES.get(tier.code, shipped), own
    for code, (name, explanation) in FEATURES.items():
        if any(code in shipped for shipped, _own in owned.values()):
            feature(name, code, explanation)
    for number, (shipped, own) in owned.items():
        for code, text in shipped.items():
            row = found[FEATURES[code][0]]
            values.create(feature=row, product_id=number, included=True, text_de=text[0], text_en=text[1])
        for line in own:
            names = (line[0][:LONGEST], line[1][:LONGEST])
            row = feature(names, f"own-{len(found) + 1}", line if max(map(len, line)) > LONGEST else YES)
            values.get_or_create(feature=row, product_id=number, defaults={"included": True})
    for code, (before, after) in PROMISES.items():
        unchanged = tiers.filter(code=code, promise_de=before[0], promise_en=before[1])
        unchanged.update(promise_de=after[0], promise_en=after[1])
    marked = list(tiers.filter(recommended=True).order_by("position", "pk"))
    if is_new and [tier.code for tier in marked] == ["Commercial", "m"]:
        marked = marked[1:]
    for tier in marked[:1]:
        tiers.filter(pk=tier.pk).update(is_recommended=True)


def read_lines(tier: Any) -> tuple[dict[str, tuple[str, str]], list[tuple[str, str]]]:
    """Return what shipped lines of a tier stand for, and the lines that staff have written."""
    shipped, own = {}, []
    german, english = (
        [line.strip() for line in text.splitlines() if line.strip()]
        for text in (tier.features_de, tier.features_en)
    )
    counted = {f"{tier.members} Mitglieder\n{tier.members} members", "1 Projekt\n1 project"}
    for pair in zip_longest(german, english):
        line = (pair[0] or pair[1], pair[1] or pair[0])
        both = "\n".join(line)
        if both in counted:
            continue  # pages say it by themselves
        if match := STORAGE.fullmatch(both) or BOTH.fullmatch(both):
            shipped["storage"] = same(match[1])
            if match.re is BOTH:
                shipped[ALSO[match[2][0]]] = YES
        else:
            own.append(line)
    return shipped, own


class Migration(migrations.Migration):
    """The version before shows the lines, which stay in their columns."""

    dependencies = (("catalogue", "0008_features"), ("tenancy", "0001_initial"))

    operations = (migrations.RunPython(fill, migrations.RunPython.noop),)
