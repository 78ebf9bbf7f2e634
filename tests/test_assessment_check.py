"""Whether a risk analysis agrees with practice, catalogue and itself: one change, exactly the expected problems."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from mutation import CASES, assert_told, changed, read_cases

from pipeline.assessment.model import Assessment, ChangeRecord
from pipeline.catalog import Catalog, load_catalog
from pipeline.check.assessment import check_assessment, check_change, check_coverage, check_facts
from pipeline.conditions import applies
from pipeline.errors import Problem, ProblemsFound
from pipeline.load import Shared, load_practice
from pipeline.practice import Profile
from pipeline.records import structure
from pipeline.schema import validate
from pipeline.workbook.setting import Setting
from pipeline.workspace import Workspace

# the practice goes on; what it confirmed once is looked at again with the next change or analysis
WARNINGS = ("assessment.json#/confirmed", "assessment.json#/inventory")


def read(slug: str) -> tuple[Any, Any, str]:
    """Profile, assessment and the date in the assessment's name."""
    folder = ROOT / "practices" / slug
    path = next((folder / "assessments").glob("*.json"))
    return json.loads((folder / "profile.json").read_text("utf-8")), json.loads(path.read_text("utf-8")), path.stem


def check(raw_profile: Any, raw: Any, catalog: Catalog, day: str) -> list[Problem]:
    """The problems of an assessment.json of this day: by itself, beside the scenarios, and beside the facts of today."""
    assessment, profile, shown = structure(raw, Assessment), structure(raw_profile, Profile), "assessment.json"
    setting = Setting(catalog, profile, raw_profile, assessment.date)
    return [
        *check_assessment(assessment, profile, catalog, day, shown),
        *check_coverage([(shown, assessment.findings, assessment.not_applicable)], raw_profile, catalog, shown),
        *check_facts(
            assessment, {s.key: s.text for s in setting.statements}, {row.asset: row.place for row in setting.assets}, shown
        ),
    ]


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
def test_the_examples_agree_with_themselves(slug: str, catalog: Catalog) -> None:
    """What the cases below change is sound."""
    profile, assessment, day = read(slug)
    assert check(profile, assessment, catalog, day) == []


@pytest.mark.parametrize("case", read_cases("assessment"))
def test_each_disagreement_is_found_at_its_place_and_nothing_else(
    case: dict[str, Any], catalog: Catalog, project: Workspace
) -> None:
    """Analysis and profile are still valid under their schemas: only the check can see what is wrong."""
    profile, assessment, day = read(LANTERN if case.get("practice") == "lantern" else JUNIPER)
    profile = changed(profile, case.get("profile", ()), case.get("without", ()))
    assessment = changed(assessment, case.get("change", ()), case.get("remove", ()))
    assert validate(profile, project.schemas / "profile.schema.json", "profile.json") == []
    assert validate(assessment, project.schemas / "assessment.schema.json", "assessment.json") == []
    found = check(profile, assessment, catalog, day)
    assert_told(found, "assessment.json", case["problems"])
    assert all(problem.warning is problem.where.startswith(WARNINGS) for problem in found)


RECORD = tomllib.loads((CASES / "change.toml").read_text("utf-8"))["record"]
RECORD_NAME = "2026-11-02-ai-scribe"


def check_record(raw: Any, catalog: Catalog) -> list[Problem]:
    """The problems of the record of a change, in the file that the sound one belongs in."""
    profile, assessment, _ = read(JUNIPER)
    record = structure(raw, ChangeRecord)
    before = structure(assessment, Assessment)
    return list(check_change(record, before, structure(profile, Profile), catalog, RECORD_NAME, "change.json"))


def test_the_record_of_a_change_agrees_with_itself(catalog: Catalog) -> None:
    """What the cases below change is sound."""
    assert check_record(RECORD, catalog) == []


@pytest.mark.parametrize("case", read_cases("change"))
def test_each_disagreement_of_a_change_is_found_at_its_place_and_nothing_else(
    case: dict[str, Any], catalog: Catalog, project: Workspace
) -> None:
    """A small analysis is looked at as closely as a full one; its day is that of the change."""
    raw = changed(RECORD, case.get("change", ()), case.get("remove", ()))
    assert validate(raw, project.schemas / "change.schema.json", "change.json") == []
    assert_told(check_record(raw, catalog), "change.json", case["problems"])


@pytest.fixture
def record(workspace: Workspace) -> Callable[..., str]:
    """record(raw) files the record of a change with the first example, and gives the name under which it is shown."""

    def write(raw: Any) -> str:
        file = workspace.practices / JUNIPER / "changes" / f"{raw['date']}-{raw['change']}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(raw), "utf-8")
        return workspace.shown(file)

    return write


def problems_of(workspace: Workspace) -> list[Problem]:
    """What stands in the way of a package of the first example; the catalogue is known to be whole."""
    catalog, _ = load_catalog(workspace)
    with pytest.raises(ProblemsFound) as found:
        load_practice(workspace, JUNIPER, shared=Shared(catalog, ()))
    return list(found.value.problems)


def test_what_a_change_looked_at_again_counts_from_its_day_on(workspace: Workspace, record: Callable[..., str]) -> None:
    """The day before, the findings of the full analysis stand as they were."""
    record(RECORD)
    catalog, _ = load_catalog(workspace)
    shared = Shared(catalog, ())
    before = load_practice(workspace, JUNIPER, as_of=date(2026, 11, 1), shared=shared)
    after = load_practice(workspace, JUNIPER, shared=shared)
    again = {finding.scenario: finding for finding in structure(RECORD, ChangeRecord).findings}
    assert (before.changes, before.as_of, after.as_of) == ((), date(2026, 11, 1), date(2026, 11, 2))
    assert [finding.id for finding in after.assessment.findings] == [finding.id for finding in before.assessment.findings]
    moved = [(a, b) for a, b in zip(before.assessment.findings, after.assessment.findings, strict=True) if a != b]
    assert {new.scenario: new for _, new in moved} == again
    assert after.warnings == before.warnings == ()


def test_a_finding_of_a_change_is_blamed_in_the_file_of_the_change(workspace: Workspace, record: Callable[..., str]) -> None:
    """Where a change assesses what the profile excludes, or what nobody knows, the full analysis is not to be mended."""
    answered = {"encrypted": "no", "missed": "no"}
    raw = changed(
        RECORD,
        [
            ("/findings/1/id", "RA-500"),
            ("/findings/1/scenario", "SC-020"),
            ("/findings/1/answers", answered),
            ("/findings/1/existing", []),
        ],
    )
    shown = record(changed(raw, [("/not_applicable/-", {"scenario": "SC-999", "reason": "It cannot happen."})]))
    expected = [
        [f"{shown}#/findings/1/scenario", "The profile says that this cannot happen here:"],
        [f"{shown}#/not_applicable/0/scenario", 'There is no scenario "SC-999".'],
    ]
    assert_told(problems_of(workspace), "", expected)


def test_a_scenario_that_a_change_both_assesses_and_sets_aside_is_found(workspace: Workspace, record: Callable[..., str]) -> None:
    """Two records of one change cannot both be true."""
    record(changed(RECORD, [("/not_applicable/-", {"scenario": "SC-019", "reason": "It cannot happen."})]))
    where = f"practices/{JUNIPER}/assessments/2026-09-14.json#/findings"
    assert_told(problems_of(workspace), "", [[where, 'The scenario "SC-019" stands 2 times.']])


def test_a_number_of_a_finding_that_another_scenario_has_is_found(workspace: Workspace, record: Callable[..., str]) -> None:
    """RA-001 is the lost phone; a change that gives its number to something else would print it twice."""
    record(changed(RECORD, [("/findings/1/id", "RA-001")]))
    assert [problem.what for problem in problems_of(workspace) if "RA-001" in problem.what]


def test_a_change_answers_for_what_the_profile_brings(
    workspace: Workspace, edit: Callable[..., Path], record: Callable[..., str]
) -> None:
    """Without it the new scenario is missing from the analysis; with it only the confirmed fact is out of date."""
    edit(JUNIPER, "profile", "/ways_of_working/removable_media", True)
    warned = [f"practices/{JUNIPER}/assessments/2026-09-14.json#/confirmed", "ways_of_working/removable_media"]
    missing = [f"practices/{JUNIPER}/assessments/2026-09-14.json#/findings", "The scenario SC-020"]
    assert_told(problems_of(workspace), "", [warned, missing])
    record(changed(RECORD, [("/not_applicable/-", {"scenario": "SC-020", "reason": "The stick holds pictures of the office."})]))
    catalog, _ = load_catalog(workspace)
    assert_told(load_practice(workspace, JUNIPER, shared=Shared(catalog, ())).warnings, "", [warned])


def test_what_was_set_aside_and_can_no_longer_happen_does_not_stop_the_practice(
    workspace: Workspace, edit: Callable[..., Path], record: Callable[..., str]
) -> None:
    """The dated analysis was right on its day and stays as it is; the record of the change ends what there is to end."""
    profile = json.loads(edit(JUNIPER, "profile", "/ways_of_working/telehealth", False).read_text("utf-8"))
    catalog, _ = load_catalog(workspace)
    assert catalog is not None
    over = {scenario.id for scenario in catalog.scenarios if not applies(scenario.applies_when, profile)}
    _, assessment, _ = read(JUNIPER)
    assert [entry for entry in assessment["not_applicable"] if entry["scenario"] in over]
    ended = [
        {"id": f["id"], "scenario": f["scenario"], "reason": "No video."} for f in assessment["findings"] if f["scenario"] in over
    ]
    record(changed(RECORD, [("/ended", ended), ("/findings", [f for f in RECORD["findings"] if f["scenario"] not in over])]))
    after = load_practice(workspace, JUNIPER, shared=Shared(catalog, ())).assessment
    left = {finding.scenario for finding in after.findings} | {entry.scenario for entry in after.not_applicable}
    assert not over & left


def test_a_change_before_its_analysis_no_longer_counts(workspace: Workspace, record: Callable[..., str]) -> None:
    """The full analysis has looked at everything again."""
    record(changed(RECORD, [("/date", "2026-09-13"), ("/analysis", "2025-09-15")]))
    catalog, _ = load_catalog(workspace)
    assert load_practice(workspace, JUNIPER, shared=Shared(catalog, ())).changes == ()


def test_a_record_of_a_change_without_a_date_in_its_name_is_found(workspace: Workspace, record: Callable[..., str]) -> None:
    """It is not passed over without a word."""
    record(RECORD)
    folder = workspace.practices / JUNIPER / "changes"
    (folder / f"{RECORD_NAME}.json").rename(folder / "ai-scribe.json")
    shown = workspace.shown(folder / "ai-scribe.json")
    assert_told(problems_of(workspace), "", [[shown, "The name of the file does not begin with a date."]])


def test_facts_that_moved_on_are_a_warning_and_in_a_strict_run_an_error(workspace: Workspace, edit: Callable[..., Path]) -> None:
    """The package can be built; nobody says that the analysis rests on the facts of today."""
    edit(JUNIPER, "profile", "/locations/0/alarm", True)
    catalog, _ = load_catalog(workspace)
    shared = Shared(catalog, ())
    loaded = load_practice(workspace, JUNIPER, shared=shared)
    (warning,) = loaded.warnings
    assert warning.warning
    assert "the first of them locations/…." in warning.what
    with pytest.raises(ProblemsFound) as found:
        load_practice(workspace, JUNIPER, shared=shared, strict=True)
    assert found.value.problems == (warning,)


@pytest.mark.parametrize(("part", "what"), [("inventory", "asset"), ("confirmed", "fact")])
def test_what_the_practice_said_twice_is_found(part: str, what: str, catalog: Catalog) -> None:
    """Two lines on one asset, or on one fact, need not say the same; only one of them would be printed."""
    profile, assessment, day = read(JUNIPER)
    first = assessment[part][0]
    found = check(profile, changed(assessment, [(f"/{part}/-", first)]), catalog, day)
    assert_told(found, "assessment.json", [[f"/{part}", f"One {what} stands 2 times, at /0 and /"]])


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


def a_year_later(value: Any) -> Any:
    """A copy with each date of this JSON value moved by a year."""
    if isinstance(value, dict):
        return {key: a_year_later(item) for key, item in value.items()}
    if isinstance(value, list):
        return [a_year_later(item) for item in value]
    dated = re.fullmatch(r"(\d{4})(-\d{2}-\d{2})", value) if isinstance(value, str) else None
    return f"{int(dated[1]) + 1}{dated[2]}" if dated else value


def test_the_latest_analysis_on_or_before_the_day_is_taken(workspace: Workspace, edit: Callable[..., Path]) -> None:
    """A package of an earlier day is not made from a later analysis."""
    file = edit(LANTERN, "assessment", "/scope", "The earlier analysis.")
    raw = a_year_later(json.loads(file.read_text("utf-8"))) | {"scope": "The later analysis."}
    file.with_name(f"{raw['date']}.json").write_text(json.dumps(raw), "utf-8")
    catalog, _ = load_catalog(workspace)
    shared = Shared(catalog, ())
    scopes = {
        day: load_practice(workspace, LANTERN, as_of=day, shared=shared).assessment.scope
        for day in (None, date(2027, 10, 4), date(2027, 10, 5))
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
