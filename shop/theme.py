"""An adopter's own name, look and texts; templates have the tags (docs/adopters/look.md)."""

from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.templatetags.static import PrefixNode, static
from django.utils.text import slugify

register = template.Library()
SHEET = "theme.css"
# As the tokens of static/css/foundation.css have them; mail readers know hex alone.
MAIL_COLORS = {
    "light": {
        "paper": "#fbfaf7", "ink": "#16181d", "muted": "#575b62", "line": "#d9d7d3",
        "tally": "#cc2827", "on_tally": "#ffffff",
    },
    "dark": {
        "paper": "#0e0f12", "ink": "#f0eeeb", "muted": "#a1a5ab", "line": "#313337",
        "tally": "#f66d62", "on_tally": "#0e0f12",
    },
}  # fmt: skip


@register.simple_tag
def shop_name() -> str:
    """Return the name of the shop. Needs neither request nor database."""
    return str(settings.SHOP_NAME)


def download_name(ending: str) -> str:
    """Return the name of a file to download, which begins with the shop's: `slate-my-data.json`."""
    return f"{slugify(shop_name()) or 'shop'}-{ending}"


def theme_file(name: str) -> Path | None:
    """Return the path of a static file of the theme, or None if there is no such file."""
    if not settings.THEME_DIR:
        return None
    path = Path(f"{settings.THEME_DIR}/static/{name}")  # names in templates are no plain str
    return path if path.is_file() else None


@register.simple_tag
def theme_url(name: str) -> str:
    """Return the URL of a static file of the theme, or an empty string if there is no such file."""
    if theme_file(name) is None:
        return ""
    try:
        return static(name)
    except ValueError:  # no list of hashed names; error pages must do without it
        return str(PrefixNode.handle_simple("STATIC_URL")) + name


@register.simple_tag
def mail_colors(scheme: str) -> dict[str, str]:
    """Return the colours of mails in the colour scheme `light` or `dark`, as hex."""
    return MAIL_COLORS[scheme] | _theme_colors(theme_file(SHEET), scheme)


@lru_cache
def _theme_colors(sheet: Path | None, scheme: str) -> dict[str, str]:
    """Return the colours that the theme's style sheet changes; what cannot be read is left out."""
    if sheet is None:
        return {}
    from shop.theme_colors import declared, hex_color  # only themes need the library of colours

    tokens = declared(sheet.read_text(encoding="utf-8"))
    names = {name: f"--{name.replace('_', '-')}" for name in MAIL_COLORS[scheme]}
    found = {name: hex_color(tokens, token, scheme) for name, token in names.items()}
    return {name: color for name, color in found.items() if color}
