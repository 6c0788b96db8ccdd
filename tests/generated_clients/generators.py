"""The generators of clients, in an environment of their own in `var/clients`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DIRECTORY = HERE.parents[1] / "var" / "clients"
PYTHON = DIRECTORY / "python" / "bin" / "python"
PACKAGES = (
    *("openapi-python-client==0.29.1", "datamodel-code-generator==0.89.0", "build==1.6.1"),
    *("ruff", "standardwebhooks"),
)
NODE_PACKAGES = (
    "openapi-typescript@7.13.0",
    "@hey-api/openapi-ts@0.95.0",
    "typescript@5.9.3",
    "express@5.3.0",
    "standardwebhooks@1.1.1",
)
STRICT = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "commonjs")


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


def install(*node_packages: str | Path) -> None:
    """Get the generators, and `node_packages` beside those of Node.js."""
    if not (shutil.which("node") and shutil.which("npm")):
        sys.exit("The generators of TypeScript need Node.js and npm: install them.")
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", DIRECTORY / "python")
    run(PYTHON, "-m", "pip", "install", "--quiet", *PACKAGES)
    options = ("--silent", "--no-save", "--no-package-lock")
    # All at once: npm removes what a call does not name.
    run("npm", "install", *options, *NODE_PACKAGES, *node_packages)


def typescript(*arguments: str | Path) -> None:
    """Compile TypeScript, which checks its types."""
    run("npx", "tsc", *STRICT, "--lib", "es2022,dom,dom.iterable", *arguments)


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
    """Check the types of a script, and return the command that runs it."""
    file = DIRECTORY / f"order_by_{script}.ts"
    shutil.copy(HERE / f"{script}.txt", file)
    typescript(file)
    return ["node", file.with_suffix(".js")]


def count(generator: str, pattern: str) -> None:
    """Print how much a generator has written."""
    files = list(DIRECTORY.glob(pattern))
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    print(f"{generator:24}{len(files):5} files {lines:7} lines", flush=True)
