"""Install the wheel into an empty environment of each Python, make a workspace, build an example, and compare the packages.

    python tests/pythons.py [PYTHON...]

PYTHON: commands or paths; by default every supported one that is found on the PATH. The dependencies come from the network,
as install.lock has them. Everything is done in a folder that is removed at the end; each warning of Python is an error.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from pipeline.publish import files_of
from pipeline.whole import digest

ROOT = Path(__file__).parent.parent
SUPPORTED = ("python3.11", "python3.12", "python3.13")
SLUG = "example-lantern"
# another checkout on PYTHONPATH would be imported in place of what was installed
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
STRICT = ENVIRONMENT | {"PYTHONWARNINGS": "error"}


def call(*command: object, cwd: Path, environment: dict[str, str] = ENVIRONMENT) -> str:
    """What a command printed; SystemExit with what it said where it failed."""
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def found() -> list[str]:
    """The supported interpreters on the PATH that start: pyenv has commands there for versions that are switched off."""
    return [
        path
        for name in SUPPORTED
        if (path := shutil.which(name)) and not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode
    ]


def build_with(python: str, wheel: Path, folder: Path) -> tuple[str, Path, float]:
    """Version of the interpreter with its zlib, the package that the installed program builds, and the seconds of the build."""
    version = call(python, "-c", "import platform; print(platform.python_version())", cwd=folder)
    zlib = call(python, "-c", "import zlib; print(zlib.ZLIB_RUNTIME_VERSION)", cwd=folder)
    home = folder / version
    call(python, "-m", "venv", home, cwd=folder)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    pip = (scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    call(*pip, "--require-hashes", "-r", ROOT / "install.lock", cwd=folder)
    call(*pip, "--no-deps", wheel, cwd=folder)
    call(scripts / "python", "-m", "pip", "check", cwd=folder)
    workspace = home / "our firm – Müller"
    call(scripts / "binder", "init", workspace, cwd=folder, environment=STRICT)
    call(scripts / "binder", "check", cwd=workspace, environment=STRICT)
    began = time.monotonic()
    call(scripts / "binder", "build", SLUG, cwd=workspace, environment=STRICT)
    seconds = time.monotonic() - began
    (manifest,) = (workspace / "build" / SLUG).glob("*/manifest.json")
    call(scripts / "binder", "verify", manifest.parent, cwd=workspace, environment=STRICT)
    return f"{version}, zlib {zlib}", manifest.parent, seconds


def manifest_of(package: Path) -> dict[str, Any]:
    """The manifest without the version of Python, the one entry that may differ."""
    value: dict[str, Any] = json.loads((package / "manifest.json").read_text("utf-8"))
    del value["tools"]["python"]
    return value


def main(pythons: list[str]) -> None:
    """Print a line for each interpreter; exit code 1 where two packages differ."""
    if not pythons:
        sys.exit(f"None of {', '.join(SUPPORTED)} is on the PATH. Name them: make pythons PYTHONS='/path/to/python3.11 …'")
    with tempfile.TemporaryDirectory(prefix="binder-pythons-") as name:
        folder = Path(name)
        call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
        (wheel,) = folder.glob("*.whl")
        built = [build_with(python, wheel, folder) for python in pythons]
        first = built[0][1]
        different = 0
        for version, package, seconds in built:
            names = sorted((files_of(first) | files_of(package)) - {"manifest.json"})
            both = [name for name in names if (first / name).is_file() and (package / name).is_file()]
            unlike = [name for name in names if name not in both or digest(first / name) != digest(package / name)]
            same = manifest_of(package) == manifest_of(first)
            different += bool(unlike) or not same
            click.echo(
                f"Python {version}: {len(names)} files, built in {seconds:.0f} s; "
                f"{len(unlike)} differ from the first, the manifest {'agrees' if same else 'differs'}"
            )
            for one in unlike:
                click.echo(f"    {one}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main(sys.argv[1:] or found())
