"""Whether a risk analysis agrees with practice, catalogue and itself: one change, exactly the expected problems."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from mutation import assert_told, changed, read_cases

from pipeline.assessment.model import Assessment
from pipeline.catalog import Catalog
from pipeline.check.assessment import check_assessment
from pipeline.errors import Problem, ProblemsFound
from pipeline.load import load_practice
from pipeline.practice import Profile
from pipeline.records import structure
from pipeline.schema import validate
from pipeline.workspace import Workspace


def read(slug: str) -> tuple[Any, Any, str]:
    """Profile, assessment and the date in the assessment's name."""
    folder = ROOT / "practices" / slug
    path = next((folder / "assessments").glob("*.json"))
    return json.loads((folder / "profile.json").read_text("utf-8")), json.loads(path.read_text("utf-8")), path.stem


def check(profile: Any, assessment: Any, catalog: Catalog, day: str) -> list[Problem]:
    """The problems of an assessment.json of this day."""
    return list(
        check_assessment(structure(assessment, Assessment), structure(profile, Profile), profile, catalog, day, "assessment.json")
    )


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
def test_the_examples_agree_with_themselves(slug: str, catalog: Catalog) -> None:
    """What the cases below change is sound."""
    profile, assessment, day = read(slug)
    assert check(profile, assessment, catalog, day) == []


@pytest.mark.parametrize("case", read_cases("assessment"))
def test_each_disagreement_is_found_at_its_place_and_nothing_else(
    case: dict[str, Any], catalog: Catalog, project: Workspace
) -> None:
    """The analysis is still valid under the schema: only the check can see what is wrong."""
    profile, assessment, day = read(LANTERN if case.get("practice") == "lantern" else JUNIPER)
    profile = changed(profile, case.get("profile", ()))
    assessment = changed(assessment, case.get("change", ()), case.get("remove", ()))
    assert validate(assessment, project.schemas / "assessment.schema.json", "assessment.json") == []
    assert_told(check(profile, assessment, catalog, day), "assessment.json", case["problems"])


def test_a_finding_that_no_policy_of_the_practice_answers_is_found(catalog: Catalog) -> None:
    """A risk that is assessed and then ignored by the policies is what users of such packages complain about."""
    profile, assessment, day = read(JUNIPER)
    without = tuple(replace(p, applies_when=p.id != "SEC-10", omitted_because="It does not apply.") for p in catalog.policies)
    found = check(profile, assessment, replace(catalog, policies=without), day)
    answered_by_it_alone = {scenario.id for scenario in catalog.scenarios if scenario.policies == ("SEC-10",)}
    places = [
        [f"/findings/{index}/scenario", "No policy of this practice answers the finding."]
        for index, finding in enumerate(assessment["findings"])
        if finding["scenario"] in answered_by_it_alone
    ]
    assert places
    assert_told(found, "assessment.json", places)


def test_all_twenty_two_decisions_are_asked_for_at_once(catalog: Catalog) -> None:
    """An analysis without decision records lists every addressable specification."""
    profile, assessment, day = read(LANTERN)
    found = check(profile, changed(assessment, [("/decisions", [])]), catalog, day)
    assert len(found) == 22
    assert all(problem.what.startswith("There is no decision on 164.3") for problem in found)


def test_the_latest_analysis_on_or_before_the_day_is_taken(workspace: Workspace, edit: Callable[..., Path]) -> None:
    """A package of an earlier day is not made from a later analysis."""
    file = edit(LANTERN, "assessment", "/scope", "The earlier analysis.")
    later = file.with_name("2027-10-04.json")
    shutil.copy(file, later)
    text = (
        later.read_text("utf-8").replace("2026-10-05", "2027-10-04").replace("The earlier", "The later").replace("2026", "2027")
    )
    later.write_text(text.replace('"2027-04-05"', '"2028-04-05"'), "utf-8")
    scopes = {
        day: load_practice(workspace, LANTERN, as_of=day).assessment.scope for day in (None, date(2027, 10, 3), date(2027, 10, 4))
    }
    assert list(scopes.values()) == ["The later analysis.", "The earlier analysis.", "The later analysis."]


def test_a_file_whose_name_is_not_a_date_is_no_analysis(workspace: Workspace) -> None:
    """Nothing in the folder is passed over without a word, nor read as a day that no calendar has."""
    folder = workspace.practices / LANTERN / "assessments"
    names = ["2026-02-30", "2026-13-01", "2026-W40-1", "20261006", "september"]
    for name in names:
        shutil.copy(folder / "2026-10-05.json", folder / f"{name}.json")
    (folder / "2026-10-05.json").unlink()
    with pytest.raises(ProblemsFound) as found:
        load_practice(workspace, LANTERN)
    shown = f"practices/{LANTERN}/assessments"
    expected = [[f"{shown}/{name}.json", "The name of the file is not a date."] for name in names]
    assert_told(found.value.problems, "", [*expected, [shown, "There is no risk analysis."]])
