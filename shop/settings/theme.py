"""The name of the shop, and the folder with an adopter's own look and texts (docs/adopters/look.md)."""

from pathlib import Path

from csp.constants import SELF

from shop.env import env
from shop.settings.base import LOCALE_PATHS, STATICFILES_DIRS, TEMPLATE_DIRS
from shop.settings.security import CONTENT_SECURITY_POLICY

# As pages, mails, authenticator apps and search engines show it.
SHIPPED_NAME = "Slate"
SHOP_NAME: str = env.str("SHOP_NAME", default="") or SHIPPED_NAME

# Its files come first: a file of the same name replaces ours.
THEME_DIR: str = env.str("THEME_DIR", default="")
if THEME_DIR:
    _folder = Path(THEME_DIR).resolve()
    if not _folder.is_dir():
        raise SystemExit(f"THEME_DIR is no folder: {THEME_DIR}")
    THEME_DIR = str(_folder)
    TEMPLATE_DIRS.insert(0, _folder / "templates")
    for _directories, _name in ((STATICFILES_DIRS, "static"), (LOCALE_PATHS, "locale")):
        if (_folder / _name).is_dir():
            _directories.insert(0, _folder / _name)
    # Typefaces of its own.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["font-src"] = [SELF]
