"""The demo's values for the placeholders of the data processing agreement."""

# By what stands in square brackets, in German and in English.
DATA_PROCESSING: dict[tuple[str, str], tuple[str, str]] = {
    (
        "Art der Verarbeitung, etwa Speichern, Anzeigen, Ordnen, Übermitteln an Ihre Mitglieder",
        "nature of the processing, such as storing, displaying, organising, sharing with your members",
    ): (
        "Speichern, Anzeigen, Ordnen und Übermitteln an Ihre Mitglieder",
        "storing, displaying, organising and sharing with your members",
    ),
    ("weitere Arten von Daten", "further categories of data"): (
        "Drehpläne, Fotos und Kommentare",
        "shooting schedules, photographs and comments",
    ),
    ("Frist, etwa 24 Stunden", "period, such as 24 hours"): ("24 Stunden", "24 hours"),
    ("Frist für Sicherungskopien", "period for backups"): (
        "spätestens 30 Tage später",
        "30 days later at the latest",
    ),
    (
        "Rechenzentrum, Zutrittskontrolle, Zertifikate des Hosting-Anbieters",
        "data centre, access control, certificates of the hosting provider",
    ): (
        "Rechenzentrum der Isarhost GmbH in Frankfurt am Main; Zutritt nur mit Chipkarte und PIN",
        "data centre of Isarhost GmbH in Frankfurt am Main, Germany; entry by chip card and PIN only",
    ),
    (
        "Häufigkeit, Ort und Verschlüsselung der Sicherungskopien; wie oft die Wiederherstellung geprobt wird",
        "frequency, location and encryption of backups; how often a restore is rehearsed",
    ): (
        "täglich, verschlüsselt, in einem zweiten Rechenzentrum; Wiederherstellung jedes Quartal geprobt",
        "daily, encrypted, in a second data centre; a restore is rehearsed every quarter",
    ),
    ("wie oft diese Maßnahmen überprüft werden", "how often these measures are reviewed"): (
        "einmal im Jahr und nach jedem Vorfall",
        "once a year and after each incident",
    ),
    (
        "Hosting-Anbieter, Anschrift, Ort des Rechenzentrums",
        "hosting provider, address, location of the data centre",
    ): (
        "Isarhost GmbH, Landsberger Straße 300, 80687 München; Rechenzentrum in Frankfurt am Main",
        "Isarhost GmbH, Landsberger Straße 300, 80687 Munich, Germany; data centre in Frankfurt am Main",
    ),
    ("Mail-Anbieter, Anschrift", "mail provider, address"): (
        "Postkutsche Digital GmbH, Fürther Straße 210, 90429 Nürnberg",
        "Postkutsche Digital GmbH, Fürther Straße 210, 90429 Nuremberg, Germany",
    ),
    (
        "weitere, mit Aufgabe und Anschrift, oder: keine",
        "further ones, with task and address, or: none",
    ): ("Weitere: keine", "Others: none"),
}
