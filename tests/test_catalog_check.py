"""Whether the catalogue is whole: one change of its own files, exactly the expected problems."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from mutation import assert_told, read_cases

from pipeline.catalog import FILES, load_catalog
from pipeline.check.catalog import check_catalog
from pipeline.errors import Problem
from pipeline.schema import load_schema
from pipeline.workspace import Workspace


@pytest.fixture
def firm(project: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with nothing but a catalogue of its own."""
    shutil.copytree(project.catalog, tmp_path / "catalog")
    shutil.copytree(project.schemas, tmp_path / "schemas")
    return Workspace(tmp_path)


def check(firm: Workspace) -> set[Problem]:
    """Every problem of the catalogue; what the schemas find stands alone."""
    catalog, problems = load_catalog(firm)
    if catalog is None:
        return set(problems)
    return set(
        check_catalog(
            catalog, {name: load_schema(firm.schemas / f"{name}.schema.json") for name in ("profile", "assessment", "tasks")}
        )
    )


def change(firm: Workspace, case: dict[str, Any]) -> None:
    """Write one file of the catalogue anew, changed as the case says."""
    path = firm.catalog / f"{case['file']}.toml"
    text = path.read_text("utf-8") + case.get("append", "")
    if "at" in case:
        before, at, behind = text.partition(case["at"])
        behind = at + behind
        assert at
        assert case["old"] in behind
        text = before + behind.replace(case["old"], case["new"].replace("{4998 more digits}", "0" * 4998), 1)
    path.write_text(text, "utf-8")


def test_the_catalogue_is_whole(firm: Workspace) -> None:
    """What the cases below change is sound."""
    assert check(firm) == set()


@pytest.mark.parametrize("case", read_cases("catalog"))
def test_each_defect_is_found_at_its_place_and_nothing_else(case: dict[str, Any], firm: Workspace) -> None:
    """Exactly the expected problems follow from one change of the files."""
    change(firm, case)
    assert_told(check(firm), "", case["problems"])


@pytest.mark.parametrize("name", ["catalog", *FILES])
def test_a_missing_file_of_the_catalogue_is_said_to_be_missing(name: str, firm: Workspace) -> None:
    """And the other files are still looked at."""
    (firm.catalog / f"{name}.toml").unlink()
    other = "forms" if name != "forms" else "tasks"
    (firm.catalog / f"{other}.toml").write_text("", "utf-8")
    expected = [[f"catalog/{name}.toml", "The file is missing."], [f"catalog/{other}.toml", "The file is empty."]]
    assert_told(check(firm), "", expected)


def test_the_lint_command_prints_defects_of_the_catalogue(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """A consultant who changed the catalogue sees them without naming a practice."""
    case = {"file": "tasks", "at": 'id = "T-101"', "old": '"L-05"', "new": '"L-55"'}
    change(workspace, case)
    result = binder("lint")
    assert result.exit_code == 2
    assert 'catalog/tasks.toml, T-101\n    There is no form or log "L-55".' in result.stderr
    assert "1 problem, 0 warnings." in result.stderr
