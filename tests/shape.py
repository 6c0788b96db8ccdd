"""`python -m tests.shape [directory]`: print the shape of the code, and what breaks its rules.

Reads files only, so that it can be pointed at any other checkout.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from statistics import median

MAX_FILE = 300  # lines
MAX_FUNCTION = 50

# Names that Django gives, or that a folder of one kind gives to each of its files.
DJANGO_NAMES = {
    "__init__", "__main__", "models", "views", "urls", "forms", "apps", "admin", "receivers",
    "checks", "signals", "tasks", "settings",
    "base",  # of a database backend
}  # fmt: skip
# A face may name a module after the noun of the room it shows: (face's module, room's module).
FACE_AND_ROOM = {
    ("portal/accounts/tokens.py", "shop/access/tokens.py"),
    ("portal/backoffice/partners/applications.py", "shop/access/applications.py"),
}
# Exceptions that are no errors: how a packing step reports its result.
OUTCOMES = {"NeedsCorrection", "NeedsHuman", "NotBefore", "RetryLater"}
QUESTIONS = (
    "What",
    "Who",
    "Whom",
    "Whose",
    "Whoever",
    "Whether",
    "How",
    "Where",
    "When",
    "Which",
    "Why",
)

PRODUCT = ("shop/**/*.py", "portal/**/*.py", "docs/examples/**/*.py", "manage.py", "bootstrap.py")
# Modules that describe the APIs, under their names of today and of earlier commits.
API_DESCRIPTION = re.compile(
    r"shop/(api/(\w*openapi|wording|examples|changes|schema_models|response_schema)"
    r"|(shorthand|open_order)/(\w*openapi|operations|describing|schemas|answers|responses"
    r"|response_models|examples|wording|changes)|describing|openapi|guide/\w+)\.py"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """One Python file: its path below the root, its lines and its syntax tree."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        self.lines = len(text.splitlines())
        self.nodes = list(ast.walk(ast.parse(text)))

    @property
    def name(self) -> str:
        """The module's name without its packages."""
        return Path(self.path).stem

    def functions(self) -> Iterator[tuple[str, int]]:
        """Each function as `path:line name` with its length in lines."""
        for node in self.nodes:
            if isinstance(node, Function):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{self.path}:{node.lineno} {node.name}", length

    def exceptions(self) -> Iterator[str]:
        """The names of the classes that derive from an exception."""
        for node in self.nodes:
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
                known = {"Exception", *OUTCOMES}
                if any(base in known or base.endswith("Error") for base in bases):
                    yield node.name

    def docstrings(self) -> Iterator[str]:
        """The docstrings of the module, its classes and its functions."""
        for node in self.nodes:
            if isinstance(node, ast.Module | ast.ClassDef | Function):
                yield ast.get_docstring(node) or ""


def sources(root: Path, *patterns: str) -> list[Source]:
    """The files below `root`, without migrations, that have any content."""
    paths = sorted({path for pattern in patterns for path in root.glob(pattern)})
    found = [Source(path, root) for path in paths if "migrations" not in path.parts]
    return [source for source in found if source.lines]


def doubled_names(product: Iterable[Source]) -> list[list[str]]:
    """The paths of product modules that share a name and may not."""
    by_name = defaultdict(list)
    for source in product:
        # Django finds tag libraries, commands, formats and settings by their folder.
        folder = Path(source.path).parent.name
        if source.name in DJANGO_NAMES or folder in {"commands", "de", "en", "settings"}:
            continue
        if folder == "templatetags" or source.path.startswith("docs/"):
            continue
        by_name[source.name].append(source.path)
    return [
        paths for paths in by_name.values() if len(paths) > 1 and tuple(paths) not in FACE_AND_ROOM
    ]


def long_files(files: Iterable[Source]) -> list[str]:
    """The files that are too long, with their lines."""
    return [f"{each.path} {each.lines}" for each in files if each.lines > MAX_FILE]


def long_functions(files: Iterable[Source]) -> list[str]:
    """The functions that are too long, with their lines."""
    functions = chain.from_iterable(source.functions() for source in files)
    return [f"{name} {length}" for name, length in functions if length > MAX_FUNCTION]


def misnamed_exceptions(files: Iterable[Source]) -> list[str]:
    """The exceptions that neither end in Error nor are listed as outcomes."""
    return [
        f"{source.path} {name}"
        for source in files
        for name in source.exceptions()
        if not name.endswith("Error") and name not in OUTCOMES
    ]


def riddles(files: Iterable[Source]) -> list[str]:
    """The docstrings that begin with a question word."""
    return [
        f"{source.path} {docstring.splitlines()[0]}"
        for source in files
        for docstring in source.docstrings()
        if docstring.startswith(tuple(f"{word} " for word in QUESTIONS))
    ]


def report(root: Path) -> Iterator[str]:
    """The lines of the report about the checkout at `root`."""
    product, tests = sources(root, *PRODUCT), sources(root, "tests/**/*.py")
    longest = max(product, key=lambda source: source.lines)
    functions = list(chain.from_iterable(source.functions() for source in product))
    name, length = max(functions, key=lambda each: each[1])
    modules = [source for source in product if source.name != "__init__"]
    gerunds = sum(source.name.endswith("ing") for source in modules)
    described = [source for source in product if API_DESCRIPTION.fullmatch(source.path)]
    yield f"product: {len(product)} files, {sum(s.lines for s in product):,} lines"
    yield f"tests: {len(tests)} files, {sum(s.lines for s in tests):,} lines"
    yield f"describing the APIs: {sum(s.lines for s in described):,} lines"
    yield f"file: median {median(s.lines for s in product):g}, longest {longest.lines} {longest.path}"
    yield f"function: median {median(n for _, n in functions):g}, longest {length} {name}"
    yield f"gerunds: {gerunds} of {len(modules)} modules"
    rules = {
        "doubled module names": [" ".join(paths) for paths in doubled_names(product)],
        f"files over {MAX_FILE} lines": long_files([*product, *tests]),
        f"functions over {MAX_FUNCTION} lines": long_functions([*product, *tests]),
        "exceptions that end otherwise": misnamed_exceptions(product),
        "docstrings that begin with a question": riddles([*product, *tests]),
    }
    for rule, offenders in rules.items():
        yield f"{rule}: {len(offenders)}"
        yield from (f"    {offender}" for offender in offenders)


if __name__ == "__main__":
    print(*report(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()), sep="\n")
