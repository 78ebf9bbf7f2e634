"""Whether the catalogue is whole: one change of its own files, exactly the expected problems."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import ROOT
from mutation import assert_told, read_cases

from pipeline.assessment.scoring import LEVELS, at_least
from pipeline.catalog import FILES, Catalog, load_catalog
from pipeline.check.catalog import CODES, check_catalog
from pipeline.errors import Problem
from pipeline.lint.templates import check_catalog_texts
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
    return set(check_catalog(catalog, schemas(firm)))


def schemas(firm: Workspace) -> dict[str, Any]:
    """The schemas that say which codes there are."""
    return {name: load_schema(firm.schemas / f"{name}.schema.json") for name, _ in CODES.values()}


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


@pytest.mark.parametrize("name", ["catalog", "changes", *FILES])
def test_a_missing_file_of_the_catalogue_is_said_to_be_missing(name: str, firm: Workspace) -> None:
    """And the other files are still looked at."""
    (firm.catalog / f"{name}.toml").unlink()
    other = "forms" if name != "forms" else "tasks"
    (firm.catalog / f"{other}.toml").write_text("", "utf-8")
    expected = [[f"catalog/{name}.toml", "The file is missing."], [f"catalog/{other}.toml", "The file is empty."]]
    assert_told(check(firm), "", expected)


def test_the_scenarios_of_a_missing_file_are_missed(firm: Workspace) -> None:
    """The changes name them, and each is told by its number."""
    lost = re.findall(r'id = "(SC-\d{3})"', (firm.catalog / "scenarios" / "networks.toml").read_text("utf-8"))
    (firm.catalog / "scenarios" / "networks.toml").unlink()
    said = {problem.what for problem in check(firm) if problem.where.startswith("catalog/changes.toml")}
    named = {id for id in lost if f'There is no scenario "{id}".' in said}
    changes = (firm.catalog / "changes.toml").read_text("utf-8")
    assert named == {id for id in lost if id in changes}
    assert len(named) > 1


def test_a_file_of_scenarios_that_no_theme_names_is_found(firm: Workspace) -> None:
    """What is written in it would be in no package, without a word."""
    folder = firm.catalog / "scenarios"
    (folder / "networks.toml").rename(folder / "network.toml")
    assert [problem for problem in check(firm) if problem.where == "catalog/scenarios/network.toml"]


LISTS = sorted(tomllib.loads((ROOT / "catalog" / "catalog.toml").read_text("utf-8"))["words"])


@pytest.mark.parametrize("name", LISTS)
def test_each_list_of_words_is_whole(name: str, catalog: Catalog, project: Workspace) -> None:
    """A word that is missing would stop a workbook or a document; one that is too many was meant for something else."""
    *kept, (code, word) = catalog.words[name].items()
    where = f"catalog/catalog.toml, words.{name}"
    for words, said in ((dict(kept), f'There is no word for "{code}".'), ({**dict(kept), code: word, "zz": word}, '"zz"')):
        found = list(check_catalog(replace(catalog, words={**catalog.words, name: words}), schemas(project)))
        assert_told(found, "", [[where, said]])


def without_flow(catalog: Catalog) -> Catalog:
    """No one has said what usually happens in a health record."""
    systems = {kind: flows for kind, flows in catalog.flow.system.items() if kind != "ehr"}
    return replace(catalog, flow=replace(catalog.flow, system=systems))


def with_an_unknown_flow(catalog: Catalog) -> Catalog:
    """A kind of device that no profile can have."""
    return replace(catalog, flow=replace(catalog.flow, device={**catalog.flow.device, "pager": ("keeps",)}))


def for_small_practices(catalog: Catalog) -> Catalog:
    """Nothing is said of practices with more than forty people."""
    return replace(catalog, ability=tuple(row for row in catalog.ability if row.up_to <= 40))


def without_number(name: str) -> Callable[[Catalog], Catalog]:
    """A number that the proposals count with is gone."""
    return lambda catalog: replace(catalog, parameters=tuple(p for p in catalog.parameters if p.name != name))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (without_flow, "ehr"),
        (with_an_unknown_flow, "pager"),
        (for_small_practices, "ability"),
        (without_number("due_very_high_days"), "due_very_high_days"),
        (without_number("accepted_review_days"), "accepted_review_days"),
    ],
    ids=["flow", "unknown-flow", "ability", "due", "review"],
)
def test_what_the_risk_workbook_counts_on_is_asked_for(
    spoil: Callable[[Catalog], Catalog], named: str, catalog: Catalog, project: Workspace
) -> None:
    """Otherwise the first workbook that needs it breaks off."""
    found = check_catalog(spoil(catalog), schemas(project))
    assert [problem for problem in found if named in f"{problem.where} {problem.what}"]


@pytest.mark.parametrize(
    ("place", "old", "new", "where"),
    [
        ("scenarios/devices", "{{ practice.one }}", "{{ practice.on }}", "catalog/scenarios/devices.toml, SC-002"),
        (
            "catalog",
            "in the care of {{ practice.name }}",
            "in the care of {{ practice.nam }}",
            "catalog/catalog.toml, workbook.start",
        ),
        ("catalog", "in the care of {{ practice.name }}", "in {{ document.title }}", "catalog/catalog.toml, workbook.start"),
        ("catalog", "for {{ people }} people on the", "for {{ poeple }} people on the", "catalog/catalog.toml, proposal.own"),
    ],
    ids=["question", "workbook", "workbook-is-no-document", "proposal"],
)
def test_a_name_that_the_risk_workbook_cannot_fill_in_is_found(
    place: str, old: str, new: str, where: str, firm: Workspace
) -> None:
    """It is said of the catalogue, and not when the workbook is made."""
    file = firm.catalog / f"{place}.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    catalog, _ = load_catalog(firm)
    assert catalog is not None
    assert {problem.where for problem in check_catalog_texts(catalog)} == {where}


def test_the_answers_to_each_question_stand_best_first(catalog: Catalog) -> None:
    """Nobody has to look for the worst one; and what suggests a high likelihood shows no safeguard."""
    for scenario in catalog.scenarios:
        for question in scenario.question:
            levels = [LEVELS.index(choice.likelihood) for choice in question.choice]
            assert levels == sorted(levels), (scenario.id, question.id)
            assert not [choice for choice in question.choice if choice.safeguards and at_least(choice.likelihood, "high")]


def test_each_safeguard_is_recommended_or_stands_for_another(catalog: Catalog) -> None:
    """None is written for nothing; each answer of the practice can lead to it."""
    recommended = {id for scenario in catalog.scenarios for id in scenario.safeguards}
    lighter = {safeguard.instead for safeguard in catalog.safeguards}
    assert {safeguard.id for safeguard in catalog.safeguards} == (recommended | lighter) - {None}


def test_the_lint_command_prints_defects_of_the_catalogue(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """A consultant who changed the catalogue sees them without naming a practice."""
    case = {"file": "tasks", "at": 'id = "T-011"', "old": 'record = "L-09"', "new": 'record = "L-99"'}
    change(workspace, case)
    result = binder("lint")
    assert result.exit_code == 2
    assert 'catalog/tasks.toml, T-011\n    There is no form or log "L-99".' in result.stderr
    assert "1 problem, 0 warnings." in result.stderr
