"""`make clients`: generate clients from the APIs' description, and order with each of them.

The generators get an environment of their own in `var/clients`. What cannot be had ends the run
with one sentence.
"""

import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from time import monotonic

from tests.journey.shop import running_shop

HERE = Path(__file__).parent
DIRECTORY = HERE.parents[1] / "var" / "clients"
PYTHON = DIRECTORY / "python" / "bin" / "python"
PACKAGES = ("openapi-python-client==0.29.1", "datamodel-code-generator==0.89.0", "ruff")
NODE_PACKAGES = ("openapi-typescript@7.13.0", "@hey-api/openapi-ts@0.95.0", "typescript@5.9.3")
ORDERED = "Constantin Film pending"


def run(*command: str | Path) -> str:
    """Run `command` in the directory of the clients; end with what it printed if it fails."""
    path = f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"  # generators call ruff by its name
    done = subprocess.run(
        command,
        cwd=DIRECTORY,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def install() -> None:
    """Get the generators."""
    if not (shutil.which("node") and shutil.which("npm")):
        sys.exit("The generators of TypeScript need Node.js and npm: install them.")
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", DIRECTORY / "python")
    run(PYTHON, "-m", "pip", "install", "--quiet", *PACKAGES)
    run("npm", "install", "--silent", "--no-save", "--no-package-lock", *NODE_PACKAGES)


def in_python(script: str) -> list[str | Path]:
    """Check the types of a script, and return the command that runs it."""
    file = DIRECTORY / f"order_by_{script}.py"
    shutil.copy(HERE / f"{script}.txt", file)
    run(
        *(sys.executable, "-m", "mypy", "--python-executable", PYTHON, "--config-file="),
        *("--follow-imports=silent", "--strict", file),
    )
    return [PYTHON, file]


def in_typescript(script: str) -> list[str | Path]:
    """Compile a script, which checks its types, and return the command that runs it."""
    file = DIRECTORY / f"order_by_{script}.ts"
    shutil.copy(HERE / f"{script}.txt", file)
    run(
        *("npx", "tsc", "--strict", "--skipLibCheck", "--target", "es2022"),
        *("--module", "commonjs", "--lib", "es2022,dom,dom.iterable", file),
    )
    return ["node", file.with_suffix(".js")]


def openapi_python_client() -> list[str | Path]:
    """Generate a package of attrs classes; any warning fails."""
    made = DIRECTORY / "slate_orders_api_client"
    shutil.rmtree(made, ignore_errors=True)
    run(
        *(PYTHON, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--path", "openapi.json", "--meta", "none", "--output-path", made),
    )
    return count("openapi-python-client", f"{made.name}/**/*.py") and in_python(
        "openapi_python_client"
    )


def datamodel_codegen() -> list[str | Path]:
    """Generate a module of pydantic models."""
    run(
        *(PYTHON, "-m", "datamodel_code_generator", "--input", "openapi.json"),
        *("--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"),
        *("--use-annotated", "--output", "models.py"),
    )
    return count("datamodel-codegen", "models.py") and in_python("datamodel_codegen")


def openapi_typescript() -> list[str | Path]:
    """Generate types."""
    run("npx", "openapi-typescript", "openapi.json", "-o", "types.d.ts")
    return count("openapi-typescript", "types.d.ts") and in_typescript("openapi_typescript")


def hey_api() -> list[str | Path]:
    """Generate types and a client."""
    run("npx", "openapi-ts", "-i", "openapi.json", "-o", "hey")
    return count("@hey-api/openapi-ts", "hey/**/*.ts") and in_typescript("hey_api")


def count(generator: str, pattern: str) -> bool:
    """Print how much a generator has written."""
    files = list(DIRECTORY.glob(pattern))
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    print(f"{generator:24}{len(files):5} files {lines:7} lines", flush=True)
    return bool(files)


def main() -> None:
    """Generate each client, and place and read an order with it."""
    began = monotonic()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    install()
    (DIRECTORY / "shop").mkdir(exist_ok=True)
    with running_shop(DIRECTORY / "shop") as shop:
        with urllib.request.urlopen(f"{shop}/api/openapi.json", timeout=60) as answer:
            (DIRECTORY / "openapi.json").write_bytes(answer.read())
        for generate in (openapi_python_client, datamodel_codegen, openapi_typescript, hey_api):
            told = run(*generate(), shop).strip()
            assert told == ORDERED, told
    print(f"4 clients ordered, {monotonic() - began:.0f} seconds")


if __name__ == "__main__":
    main()
