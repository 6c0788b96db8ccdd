"""URLs of the catalogue and its texts, below /staff/."""

from django.urls import path

from portal.backoffice.catalogue import (
    feature_pages,
    promotion_pages,
    tier_pages,
)
from portal.backoffice.texts import legal_pages, text_rows
from portal.backoffice.texts.text_kinds import KINDS

row_urls = [
    url
    for kind in KINDS
    for url in (
        path(f"{kind.path}/new/", text_rows.new_row, {"kind": kind}, f"staff_new_{kind.name}"),
        path(f"{kind.path}/<int:pk>/", text_rows.row, {"kind": kind}, f"staff_{kind.name}"),
        path(
            *(f"{kind.path}/<int:pk>/move/", text_rows.move_text, {"kind": kind}),
            name=f"staff_move_{kind.name}",
        ),
        path(
            *(f"{kind.path}/<int:pk>/hide/", text_rows.list_text),
            {"kind": kind, "listed": False},
            f"staff_hide_{kind.name}",
        ),
        path(
            *(f"{kind.path}/<int:pk>/show/", text_rows.list_text),
            {"kind": kind, "listed": True},
            f"staff_show_{kind.name}",
        ),
    )
]
urlpatterns = [
    path("tiers/", tier_pages.tiers, name="staff_tiers"),
    path("tiers/new/", tier_pages.new_tier, name="staff_new_tier"),
    path("tiers/<int:pk>/", tier_pages.tier, name="staff_tier"),
    path("tiers/<int:pk>/move/", tier_pages.move_tier, name="staff_move_tier"),
    path(
        *("tiers/<int:pk>/retire/", tier_pages.switch_tier, {"listed": False}),
        name="staff_retire_tier",
    ),
    path(
        *("tiers/<int:pk>/bring-back/", tier_pages.switch_tier, {"listed": True}),
        name="staff_bring_back_tier",
    ),
    path("features/", feature_pages.features, name="staff_features"),
    path("features/new/", feature_pages.new_feature, name="staff_new_feature"),
    path("features/<int:pk>/", feature_pages.feature, name="staff_feature"),
    path("features/<int:pk>/move/", feature_pages.move_feature, name="staff_move_feature"),
    path("features/<int:pk>/delete/", feature_pages.delete_feature, name="staff_delete_feature"),
    path("promotions/", promotion_pages.promotions, name="staff_promotions"),
    path("promotions/new/", promotion_pages.new_promotion, name="staff_new_promotion"),
    path("promotions/<int:pk>/", promotion_pages.promotion, name="staff_promotion"),
    path(
        *("promotions/<int:pk>/off/", promotion_pages.switch_promotion, {"on": False}),
        name="staff_promotion_off",
    ),
    path(
        *("promotions/<int:pk>/on/", promotion_pages.switch_promotion, {"on": True}),
        name="staff_promotion_on",
    ),
    path("legal/", legal_pages.pages, name="staff_legal_pages"),
    path("legal/<slug:slug>/", legal_pages.page, name="staff_legal_page"),
    path("legal/<slug:slug>/edit/", legal_pages.edit_page, name="staff_edit_page"),
    path("legal/<slug:slug>/take-back/", legal_pages.take_back, name="staff_take_page_back"),
    path("legal/<slug:slug>/<int:number>/", legal_pages.version, name="staff_page_changes"),
    path("questions/", text_rows.questions, name="staff_questions"),
    path("proof/", text_rows.proof, name="staff_proof"),
    *row_urls,
]
