"""The wheel carries everything: into an empty environment, `binder init`, and the same package comes out as from the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import LANTERN, ROOT

from pipeline import __version__
from pipeline.build import Built
from pipeline.firm import program_files
from pipeline.publish import files_of
from pipeline.whole import digest

# what lies in a checkout in which somebody works, and must not be handed to others
CLIENTS = (
    "practices/willow-creek/profile.json",
    f"practices/{LANTERN}/issued/2026.1/package/binder.pdf",
    f"practices/{LANTERN}/drafts/2026-10-05.json",
    "build/willow-creek/2026.1/binder.pdf",
    "templates_docx/~$SEC-10.docx",
    "notes/willow-creek.txt",
)
# another checkout on PYTHONPATH would be imported in place of what was installed
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


@dataclass(frozen=True)
class Installed:
    """wheels, sources: one from this checkout, one from a used copy; said: what each call of the installed program printed."""

    wheels: tuple[Path, Path]
    sources: tuple[Path, Path]
    workspace: Path
    said: dict[str, str]


def run(*command: object, cwd: Path, environment: dict[str, str] = ENVIRONMENT) -> str:
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def pack(checkout: Path, target: Path) -> tuple[Path, Path]:
    """Wheel and source archive of a checkout; nothing is fetched and nothing written into it."""
    run(sys.executable, "-m", "hatchling", "build", "-d", target, cwd=checkout)
    return next(target.glob("*.whl")), next(target.glob("*.tar.gz"))


def install(folder: Path) -> Installed:
    """Pack twice, install into an environment of its own, init, check, build."""
    first = pack(ROOT, folder / "first")
    with tarfile.open(first[1]) as archive:
        archive.extractall(folder, filter="data")
    used = folder / f"binder-{__version__}"
    for name in CLIENTS:
        (used / name).parent.mkdir(parents=True, exist_ok=True)
        (used / name).write_text("of a client")
    second = pack(used, folder / "second")

    venv.create(folder / "empty", symlinks=os.name != "nt")
    scripts = folder / "empty" / ("Scripts" if os.name == "nt" else "bin")
    python, binder = scripts / "python", scripts / "binder"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-deps", first[0], cwd=folder)
    # the dependencies of the tests' own environment; a folder that is named in a .pth file is searched without its .pth files,
    # so the editable installation there stays unseen. https://docs.python.org/3/library/site.html
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder))
    (site / "dependencies.pth").write_text("".join(f"{sysconfig.get_path(kind)}\n" for kind in ("purelib", "platlib")), "utf-8")

    workspace = folder / "our firm – Müller"
    told = "import pipeline, sys; print(pipeline.__file__, *sys.path, sep='\\n')"
    said = {"imported": run(python, "-c", told, cwd=folder), "isolated": run(python, "-I", "-c", told, cwd=folder)}
    said["version"] = run(binder, "--version", cwd=folder)
    said["module"] = run(python, "-m", "pipeline", "--version", cwd=folder)
    said["init"] = run(binder, "init", workspace, cwd=folder)
    said["check"] = run(binder, "check", LANTERN, cwd=workspace)
    said["build"] = run(binder, "--workspace", workspace, "build", LANTERN, cwd=folder)
    return Installed((first[0], second[0]), (first[1], second[1]), workspace, said)


@pytest.fixture(scope="module")
def installed(once: Callable[..., dict[str, Any]]) -> Installed:
    """The wheel, installed once for all tests."""
    made: Installed = once({"installed": install})["installed"]
    return made


def test_the_installed_program_is_the_one_that_runs(installed: Installed) -> None:
    """Neither this checkout nor the editable installation beside the dependencies, also where the user's settings do not count."""
    for way in ("imported", "isolated"):
        file, *path = installed.said[way].splitlines()
        assert "empty" in Path(file).parts, file
        assert str(ROOT) not in path
    assert installed.said["version"] == installed.said["module"] == f"binder, version {__version__}"


def test_the_wheel_holds_what_the_checkout_lays(installed: Installed) -> None:
    """Every file of a workspace, byte for byte, and beside it only the program."""
    with zipfile.ZipFile(installed.wheels[0]) as wheel:
        prefix = "pipeline/workspace_files/"
        carried = {name.removeprefix(prefix): wheel.read(name) for name in wheel.namelist() if name.startswith(prefix)}
        program = {name for name in wheel.namelist() if not name.startswith((prefix, f"binder-{__version__}.dist-info/"))}
    assert carried == {name: file.read_bytes() for name, file in program_files().items()}
    modules = {f"pipeline/{name}" for name in files_of(ROOT / "pipeline") if "__pycache__" not in name}
    assert program == {name for name in modules if not name.startswith(prefix)}


def test_packing_again_gives_the_same_bytes_and_nothing_of_a_client(installed: Installed) -> None:
    """From a copy in another place, made from the source archive, in which somebody worked since."""
    for first, second in (installed.wheels, installed.sources):
        assert first.name == second.name
        assert digest(first) == digest(second)


def test_the_installed_program_makes_the_package_of_the_checkout(installed: Installed, packages: dict[str, Built]) -> None:
    """In a folder with a space and an umlaut: the manifest is the same to the byte, and so is every file."""
    assert "binder build" in installed.said["init"]
    assert "Ready to build." in installed.said["check"]
    ours, theirs = packages[LANTERN].target, installed.workspace / "build" / LANTERN / "2026.1"
    assert (theirs / "manifest.json").read_bytes() == (ours / "manifest.json").read_bytes()
    assert files_of(theirs) == files_of(ours)
    assert [name for name in sorted(files_of(ours)) if (theirs / name).read_bytes() != (ours / name).read_bytes()] == []


def locked(name: str) -> dict[str, set[str]]:
    """Package, version and marker, as a lock names them, to the sums that are allowed."""
    entries = re.split(r"^(?=\S)", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    return {entry.split(" \\")[0]: set(re.findall(r"sha256:[0-9a-f]{64}", entry)) for entry in entries if entry}


def test_a_firm_installs_the_versions_that_are_tested() -> None:
    """install.lock is requirements.lock without the tools of development: all that the program needs, each with its sums."""
    firm, tested = locked("install.lock"), locked("requirements.lock")
    assert {name: sums for name, sums in firm.items() if tested.get(name) != sums} == {}
    assert all(firm.values())
    named = {re.split("[=;]", name)[0].strip() for name in firm}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {re.split("[>=]", needed)[0] for needed in project["dependencies"]} <= named
    tools = {re.split("[>=]", needed)[0] for needed in project["optional-dependencies"]["dev"]}
    assert named & tools == set()
