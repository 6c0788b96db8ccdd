"""The clients that a release carries: a Python package and an npm package.

They are built and installed as a partner would install them, so that what is published is tried.
"""

import json
import shutil
from pathlib import Path

from tests.generated_clients.generators import (
    DIRECTORY,
    HERE,
    PYTHON,
    count,
    install,
    run,
    typescript,
)
from tests.releases import version

NAME = "slate-orders-api-client"
BUILT = DIRECTORY / "packages"
README = HERE / "README.txt"
# What openapi-python-client takes a response of these types for.
FILES = ("application/pdf", "application/xml")


def python_package() -> None:
    """Generate, build and install the Python package; any warning of the generator fails."""
    made = _emptied(DIRECTORY / "python-package")
    configuration = {
        "project_name_override": NAME,
        "package_name_override": NAME.replace("-", "_"),
        "package_version_override": version(),
        "content_type_overrides": dict.fromkeys(FILES, "application/octet-stream"),
    }
    (DIRECTORY / "python-package.json").write_text(json.dumps(configuration), encoding="utf-8")
    run(
        *(PYTHON, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--path", "openapi.json", "--config", "python-package.json", "--overwrite"),
        *("--meta", "pdm", "--output-path", made),
    )
    count("openapi-python-client", f"{made.name}/**/*.py")
    project = made / "pyproject.toml"
    text = project.read_text(encoding="utf-8").replace("authors = []", 'license = "MIT"')
    project.write_text(text, encoding="utf-8")
    shutil.copy(README, made / "README.md")
    run(PYTHON, "-m", "build", "--outdir", BUILT, made)
    (wheel,) = BUILT.glob("*.whl")
    run(PYTHON, "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", wheel)


def typescript_package() -> None:
    """Generate, compile, pack and install the npm package."""
    made = _emptied(DIRECTORY / "typescript-package")
    run("npx", "openapi-ts", "-i", "openapi.json", "-o", "hey")
    count("@hey-api/openapi-ts", "hey/**/*.ts")
    index = DIRECTORY / "hey" / "index.ts"
    text = index.read_text(encoding="utf-8")
    index.write_text(f'{text}\nexport {{ client }} from "./client.gen";\n', encoding="utf-8")
    typescript("--declaration", "--outDir", made / "dist", index)
    package = {
        "name": NAME,
        "version": version(),
        "description": "A client of the orders API",
        "license": "MIT",
        "main": "dist/index.js",
        "types": "dist/index.d.ts",
        "files": ["dist"],
    }
    (made / "package.json").write_text(json.dumps(package, indent=2), encoding="utf-8")
    shutil.copy(README, made / "README.md")
    run("npm", "pack", "--silent", "--pack-destination", BUILT, made)
    (tarball,) = BUILT.glob("*.tgz")
    install(tarball)


def publish(directory: Path) -> None:
    """Copy what was built to `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    for package in sorted(BUILT.iterdir()):
        print(shutil.copy(package, directory))


def _emptied(directory: Path) -> Path:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    return directory
