"""The colours of style sheets, as far as their custom properties tell them."""

import re

from coloraide import Color

SCHEMES = ("light", "dark")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Not the end of a class's name: `.button--small:hover`.
DECLARATION = re.compile(r"(?<![\w-])(--[\w-]+)\s*:\s*([^;}]+)")
VAR = re.compile(r"var\(\s*(--[\w-]+)\s*\)")
LIGHT_DARK = re.compile(r"light-dark\((.*)\)", re.DOTALL)
COMMA = re.compile(r",(?![^(]*\))")  # outside brackets
MOST_STEPS = 10  # from a property to its colour


def declared(sheet: str) -> dict[str, str]:
    """Return the custom properties of a style sheet; where one is declared twice, the first."""
    found: dict[str, str] = {}
    for name, value in DECLARATION.findall(COMMENT.sub("", sheet)):
        found.setdefault(name, value.strip())
    return found


def color(tokens: dict[str, str], name: str, scheme: str) -> Color | None:
    """Return the colour of a custom property in `light` or `dark`; None if it cannot be read."""
    text = f"var({name})"
    for _step in range(MOST_STEPS):
        if match := VAR.fullmatch(text):
            text = tokens.get(match[1], "")
        elif (match := LIGHT_DARK.fullmatch(text)) and len(pair := COMMA.split(match[1])) == 2:
            text = pair[SCHEMES.index(scheme)].strip()
    try:
        return Color(text).convert("srgb").fit()
    except ValueError:
        return None


def hex_color(tokens: dict[str, str], name: str, scheme: str) -> str:
    """Return the colour as `#rrggbb`, or an empty string if it cannot be read."""
    found = color(tokens, name, scheme)
    return found.to_string(hex=True, alpha=False) if found else ""


def contrast(tokens: dict[str, str], text: str, background: str, scheme: str) -> float | None:
    """Return the contrast of two colours by WCAG 2, from 1 to 21; None if one cannot be read."""
    one, other = color(tokens, text, scheme), color(tokens, background, scheme)
    return one.contrast(other) if one and other else None
