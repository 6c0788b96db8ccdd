"""Hatchling's hook: compiles the message catalogues into the wheel, which leaves their sources out."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[Any]):
    """Adds `shop/resources/locale` to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile each catalogue into a folder that goes away after the build."""
        self.made = TemporaryDirectory()
        for source in sorted(Path(self.root, "locale").glob("*/LC_MESSAGES/*.po")):
            language = source.parts[-3]
            compiled = Path(self.made.name, f"{language}.mo")
            with source.open("rb") as read, compiled.open("wb") as written:
                write_mo(written, read_po(read, locale=language))
            place = f"shop/resources/locale/{language}/LC_MESSAGES/{source.stem}.mo"
            build_data["force_include"][str(compiled)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete what was compiled."""
        self.made.cleanup()
