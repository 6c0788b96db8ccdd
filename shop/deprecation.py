"""The end of an operation, announced to programs in each of its answers (RFC 9745, RFC 8594)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import http_date

Schema = dict[str, Any]
HEADERS = {
    "Deprecation": "Since when this operation is deprecated: @ and Unix time (RFC 9745).",
    "Sunset": "When this operation ends (RFC 8594).",
}


@dataclass(frozen=True)
class Deprecation:
    """Since when an operation is deprecated, when it ends, and the path of what replaces it.

    Days begin at midnight UTC. Without `sunset` no end is decided.
    """

    since: date
    sunset: date | None = None
    successor: str = ""

    def write_headers(self, base: str, response: HttpResponse) -> None:
        """Set `Deprecation`, `Sunset` and the links to what is said about it, on a shop at `base`."""
        response["Deprecation"] = f"@{_midnight(self.since)}"
        told = base + reverse("api_changelog")
        links = [f'<{told}>; rel="deprecation"; type="text/html"']
        if self.sunset:
            response["Sunset"] = http_date(_midnight(self.sunset))
            links.append(f'<{told}>; rel="sunset"; type="text/html"')
        if self.successor:
            links.append(f'<{base}{self.successor}>; rel="successor-version"')
        given = [response["Link"]] if "Link" in response else []
        response["Link"] = ", ".join([*given, *links])

    def describe(self, operation: Schema) -> Schema:
        """Return the description of `operation`, marked as deprecated."""
        names = HEADERS if self.sunset else {"Deprecation": HEADERS["Deprecation"]}
        headers = {
            name: {"description": text, "required": True, "schema": {"type": "string"}}
            for name, text in names.items()
        }
        responses = {
            status: answer
            if "$ref" in answer
            else {**answer, "headers": answer["headers"] | headers}
            for status, answer in operation["responses"].items()
        }
        text = f"{operation['description']} {self.sentence}"
        return {**operation, "description": text, "deprecated": True, "responses": responses}

    @property
    def sentence(self) -> str:
        """Say in English what programs have to know."""
        said = [f"Deprecated since {self.since}."]
        said += [f"It ends on {self.sunset}."] if self.sunset else []
        said += [f"Use {self.successor} instead."] if self.successor else []
        return " ".join(said)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
