"""A page of ours as a picture of itself: nothing in it can be pressed, typed into or followed."""

from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser

CONTROLS = {"button", "input", "select", "textarea"}
LEFT_OUT = {"script", "noscript"}
# By which a page acts, or leads elsewhere.
ACTING = {"action", "formaction", "href", "name", "autofocus", "tabindex", "method"}
Attributes = list[tuple[str, str | None]]


def inert(source: str) -> str:
    """Return an HTML document without scripts and links, its forms as plain boxes."""
    parser = _Inert()
    parser.feed(source)
    parser.close()
    return "".join(parser.parts)


class _Inert(HTMLParser):
    """Parser that copies a document, but for what acts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.left_out = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in LEFT_OUT:
            self.left_out += 1
        elif not self.left_out:
            self.parts.append(self._tag(tag, attrs))

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        if not self.left_out and tag not in LEFT_OUT:
            self.parts.append(self._tag(tag, attrs, " /"))

    def handle_endtag(self, tag: str) -> None:
        if tag in LEFT_OUT:
            self.left_out = max(0, self.left_out - 1)
        else:
            self._copy(f"</{'div' if tag == 'form' else tag}>")

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._copy(f"<!{decl}>")

    def _copy(self, text: str) -> None:
        if not self.left_out:
            self.parts.append(text)

    def _tag(self, tag: str, attrs: Attributes, end: str = "") -> str:
        if tag in {"meta", "base"} and "charset" not in dict(attrs):
            return ""
        if tag == "link" and ("rel", "stylesheet") not in attrs:
            return ""
        if tag in {"link", "use", "svg", "path"}:
            return self.get_starttag_text() or ""
        if tag == "input" and ("type", "hidden") in attrs:
            return ""
        kept = [each for each in attrs if each[0] not in ACTING and not each[0].startswith("hx-")]
        if tag in CONTROLS:
            kept.append(("disabled", None))
        return f"<{'div' if tag == 'form' else tag}{_written(kept)}{end}>"


def _written(attrs: Iterable[tuple[str, str | None]]) -> str:
    return "".join(
        f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs
    )
