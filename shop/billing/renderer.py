"""`python -m shop.billing.renderer`: make the files of invoices, in a process of its own.

The compiler and the libraries for XML need 70 MB that no process of the shop should keep, so they
are imported here alone. Reads a `Request` as JSON from its input, writes a list of answers.
"""

import json
import sys
from base64 import b64encode
from typing import Any, TypedDict

from facturx import generate_from_binary
from facturx.facturx import xml_check_xsd
from facturx.generate_xml import generate_cii_xml
from lxml import etree

from shop.billing.girocode import girocode
from shop.typst_compiler import typeset

GUIDELINE = "//{*}GuidelineSpecifiedDocumentContextParameter/{*}ID"


class Job(TypedDict):
    """One invoice: its terms for the XML, and its page for the PDF."""

    terms: dict[str, Any]
    page: dict[str, Any]
    guideline: str  # of the XML file, where it is not that of EN 16931; else empty


class Request(TypedDict):
    """Several invoices that are set by one template."""

    template: str
    fonts: list[str]
    jobs: list[Job]


def answer(request: Request, job: Job) -> dict[str, str]:
    """The two files in base 64, or the error that prevents them."""
    try:
        xml: bytes = generate_cii_xml(
            job["terms"], level="en16931", check_xsd=True, check_schematron=False
        )
        page = {**job["page"], "qr": ""}
        if page["transfer"]:
            page["qr"] = girocode(page["transfer"])
        pdf = generate_from_binary(
            typeset(request["template"], request["fonts"], page, standard="a-3b"),
            xml,
            flavor="factur-x",
            level="en16931",
            check_xsd=False,
            pdf_metadata=page["metadata"],
            lang=page["lang"],
            afrelationship="alternative",
            xmp_compression=False,  # plain tools find what the file declares to be
        )
        file = with_guideline(xml, job["guideline"]) if job["guideline"] else xml
    except Exception as error:  # noqa: BLE001 -- told to the process that asked
        return {"error": f"{type(error).__name__}: {error}"}
    return {"pdf": b64encode(pdf).decode(), "xml": b64encode(file).decode()}


def with_guideline(xml: bytes, guideline: str) -> bytes:
    """`xml` under another guideline of EN 16931, such as XRechnung, which factur-x does not know."""
    tree = etree.fromstring(xml)
    tree.find(f".{GUIDELINE}").text = guideline
    xml_check_xsd(tree, flavor="factur-x", level="en16931")
    changed: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return changed


if __name__ == "__main__":
    asked: Request = json.load(sys.stdin)
    json.dump([answer(asked, job) for job in asked["jobs"]], sys.stdout)
