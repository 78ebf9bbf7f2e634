"""What is installed with the program: locked with hashes, under licences that are allowed, and named in each manifest."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from conftest import ROOT

from pipeline.package import LIBRARIES
from pipeline.pdf.convert import EmbeddedEngine

spec = spec_from_file_location("write_licences", ROOT / "docs" / "write_licences.py")
assert spec
assert spec.loader
licences = module_from_spec(spec)
sys.modules["write_licences"] = licences
spec.loader.exec_module(licences)

LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def test_everything_is_locked_with_hashes() -> None:
    """One version each, and at least one sha256; nothing from a path, a repository or a bare address."""
    entries = licences.locked(LOCK)
    lines = [line for line in LOCK.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(entries) == len(lines) == len({entry.name for entry in entries}) > 50
    assert [entry.name for entry in entries if not entry.hashes] == []


def test_control_an_entry_without_a_hash_is_found() -> None:
    """As pip itself would write it."""
    first, second = licences.locked(f"a==1 \\\n    --hash=sha256:{'0' * 64}\nb==2\n")
    assert (first.hashes, second.hashes) == (1, 0)


def test_what_the_project_asks_for_is_in_the_lock() -> None:
    """Also what only development and clusters need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(line for lines in project["optional-dependencies"].values() for line in lines)]
    assert set(licences.needed(wanted)) - {"binder"} <= {entry.name for entry in licences.locked(LOCK)}


def test_every_licence_is_known_and_allowed() -> None:
    """Of users' packages and of tools alike."""
    found = {entry.name: licences.licence_of(entry.name)[0] for entry in licences.locked(LOCK)}
    assert {name: licence for name, licence in found.items() if not licences.is_allowed(licence)} == {}
    assert found["docxtpl"] == "LGPL-2.1-only"


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("GPL-2.0-or-later", False),
        ("LGPL-2.1-only", True),
    ],
)
def test_a_choice_needs_one_allowed_licence_and_a_sum_only_allowed_ones(expression: str, allowed: bool) -> None:
    """The control of the test above."""
    assert licences.is_allowed(expression) is allowed


def test_the_page_is_up_to_date() -> None:
    """make docs writes it; every package that users get is named with its version."""
    assert licences.PAGE.read_text("utf-8") == licences.page()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert all(f"| [{name}](" in licences.page() for name in licences.needed(project["dependencies"]))


# what touches files without shaping them: checks, commands, locks, reading back
BESIDE = {"click", "filelock", "cattrs", "jsonschema", "email-validator"}
SHAPES = ("render", "pdf", "merge", "compare")


def imported(folder: Path) -> Iterator[str]:
    """Top-level modules that anything in a folder imports."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (name.name.split(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]


def shaping(modules: set[str]) -> set[str]:
    """The distributions of modules that are neither ours nor Python's."""
    held = packages_distributions()
    others = modules - set(sys.stdlib_module_names) - {"pipeline"}
    return {licences.canonicalize_name(name) for module in others for name in held[module]}


def test_everything_that_shapes_the_files_is_in_the_manifest() -> None:
    """Another version of it may give other bytes, so that who compares two packages must see it."""
    modules = {module for folder in SHAPES for module in imported(ROOT / "pipeline" / folder)}
    named = {licences.canonicalize_name(name) for name in (*LIBRARIES, EmbeddedEngine.name)}
    assert shaping(modules) - BESIDE - named == set()
    # fonts are read as files
    assert "fontpkg-atkinson-hyperlegible" in named


def test_control_a_library_that_nobody_named_is_found(tmp_path: Path) -> None:
    """Also where it is imported inside a function."""
    (tmp_path / "new.py").write_text(
        "import json\ndef f():\n    from hypothesis.strategies import text\n    import openpyxl.styles\n", "utf-8"
    )
    assert shaping(set(imported(tmp_path))) == {"hypothesis", "openpyxl"}
