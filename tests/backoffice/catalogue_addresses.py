"""The addresses of the back office about the catalogue and its texts."""

KINDS = ("questions", "proof/figures", "proof/quotes", "proof/references")
CATALOGUE = [
    *("tiers/", "tiers/new/", "tiers/{pk}/", "tiers/{pk}/move/", "tiers/{pk}/retire/"),
    *("tiers/{pk}/bring-back/", "features/", "features/new/", "features/{pk}/"),
    *(
        "features/{pk}/move/",
        "features/{pk}/delete/",
        "promotions/",
        "promotions/new/",
        "promotions/{pk}/",
    ),
    *("promotions/{pk}/off/", "promotions/{pk}/on/", "legal/", "legal/{slug}/"),
    *("legal/{slug}/edit/", "legal/{slug}/take-back/", "legal/{slug}/{number}/"),
    *("questions/", "proof/"),
    *(
        f"{kind}/{tail}"
        for kind in KINDS
        for tail in ("new/", "{pk}/", "{pk}/move/", "{pk}/hide/", "{pk}/show/")
    ),
]
