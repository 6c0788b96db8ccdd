"""`python -m shop.typst_compiler`: typeset pages by a typst template, in a process of its own.

Reads a `Request` as JSON from its input, and writes a list of answers: PDFs in base 64, or errors.
"""

import json
import re
import sys
from base64 import b64encode
from typing import Any, Literal, TypedDict

import typst

UNDISPLAYABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")

Standard = Literal["a-3b", "ua-1"]  # for archives; for readers with a screen reader


class Request(TypedDict):
    """Several documents that are set by one template."""

    template: str
    fonts: list[str]
    standard: Standard  # that the PDFs are to comply with
    pages: list[dict[str, Any]]


def typeset(template: str, fonts: list[str], page: dict[str, Any], *, standard: Standard) -> bytes:
    """Compile `template` with `page` as its data, which is never read as markup.

    PDF/A wants a glyph for every sign. Signs that our own typefaces lack are taken from those of
    the machine, and shown as a box where it has none either: a name in Chinese must not keep a
    customer from getting the invoice.
    """
    text = json.dumps(page, ensure_ascii=False)

    def compiled(*, system_fonts: bool) -> bytes:
        return typst.compile(
            template,
            format="pdf",
            sys_inputs={"data": text},
            pdf_standards=[standard],
            ignore_system_fonts=not system_fonts,
            font_paths=fonts,
        )

    try:
        return compiled(system_fonts=False)
    except typst.TypstError as error:
        if not UNDISPLAYABLE.search(str(error.diagnostic)):
            raise
    try:
        return compiled(system_fonts=True)
    except typst.TypstError as error:
        for shown in UNDISPLAYABLE.findall(str(error.diagnostic)):
            text = text.replace(ESCAPED.sub(lambda code: chr(int(code[1], 16)), shown), "□")
    return compiled(system_fonts=True)


def answer(request: Request, page: dict[str, Any]) -> dict[str, str]:
    """Return the PDF in base 64, or the error that prevents it."""
    try:
        pdf = typeset(request["template"], request["fonts"], page, standard=request["standard"])
    except Exception as error:  # noqa: BLE001 -- told to the process that asked
        return {"error": f"{type(error).__name__}: {error}"}
    return {"pdf": b64encode(pdf).decode()}


if __name__ == "__main__":
    asked: Request = json.load(sys.stdin)
    json.dump([answer(asked, page) for page in asked["pages"]], sys.stdout)
