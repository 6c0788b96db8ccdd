"""`make clients`: generate clients from the APIs' description, and order with each of them.

Two of them are built as packages; `--out` copies these, which a release carries. What cannot be had
ends the run with one sentence.
"""

import argparse
import os
import shutil
import urllib.request
from pathlib import Path
from time import monotonic

from tests.generated_clients.client_packages import (
    BUILT,
    publish,
    python_package,
    typescript_package,
)
from tests.generated_clients.express_receiver import told_by_webhook
from tests.generated_clients.generators import (
    DIRECTORY,
    PYTHON,
    count,
    in_python,
    in_typescript,
    install,
    run,
)
from tests.journey.shop import running_shop

# The address in what is generated: each shop has its own.
ANY_SHOP = "https://shop.example"
ORDERED = "Constantin Film cancelled"


def openapi_python_client() -> list[str | Path]:
    """Generate a package of attrs classes."""
    python_package()
    return in_python("openapi_python_client")


def datamodel_codegen() -> list[str | Path]:
    """Generate a module of pydantic models."""
    run(
        *(PYTHON, "-m", "datamodel_code_generator", "--input", "openapi.json"),
        *("--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"),
        *("--use-annotated", "--output", "models.py"),
    )
    count("datamodel-codegen", "models.py")
    return in_python("datamodel_codegen")


def openapi_typescript() -> list[str | Path]:
    """Generate types."""
    run("npx", "openapi-typescript", "openapi.json", "-o", "types.d.ts")
    count("openapi-typescript", "types.d.ts")
    return in_typescript("openapi_typescript")


def hey_api() -> list[str | Path]:
    """Generate a package of types and functions."""
    typescript_package()
    return in_typescript("hey_api")


def main() -> None:
    """Generate each client, place, change and cancel an order with it, then publish packages."""
    parser = argparse.ArgumentParser(prog="python -m tests.generated_clients", description=__doc__)
    parser.add_argument("--out", type=Path, help="copy the packages to this directory")
    out: Path | None = parser.parse_args().out
    began = monotonic()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(BUILT, ignore_errors=True)
    install()
    (DIRECTORY / "shop").mkdir(exist_ok=True)
    # No worker is needed: these orders lack details, and wait.
    with running_shop(DIRECTORY / "shop", until="livez") as shop:
        with urllib.request.urlopen(f"{shop}/api/openapi.json", timeout=60) as answer:
            description = answer.read().decode().replace(shop, ANY_SHOP)
        (DIRECTORY / "openapi.json").write_text(description, encoding="utf-8")
        for generate in (openapi_python_client, datamodel_codegen, openapi_typescript, hey_api):
            told = run(*generate(), shop).strip()
            assert told == ORDERED, told
        received = told_by_webhook(shop)
        assert received == ["pending"], received
    if out:
        publish(out.resolve())
    print(f"4 clients ordered, and Express was told of an order, {monotonic() - began:.0f} seconds")


if __name__ == "__main__":
    main()
