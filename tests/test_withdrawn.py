"""A number that was given once: what is withdrawn or renamed keeps it, and what speaks of it can still be read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import LANTERN, ROOT
from docx import Document
from mutation import assert_told

from pipeline.assessment.proposals import propose_steps
from pipeline.catalog import DOCUMENTS, MOVED, Catalog, load_catalog
from pipeline.check.catalog import CODES, check_catalog
from pipeline.check.withdrawn import NEEDED, vanished
from pipeline.context import names_for
from pipeline.errors import ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.lint.mentions import check_mentions
from pipeline.lint.templates import check_templates
from pipeline.load import Loaded, load_practice
from pipeline.numbered import Former, Withdrawn, why_withdrawn
from pipeline.schema import load_schema
from pipeline.work import HERE
from pipeline.workbook.make import lists
from pipeline.workbook.setting import Setting
from pipeline.workspace import Workspace

SINCE = date(2027, 3, 1)
# place of a finding of the small example whose scenario no clause of a policy depends on alone
AT = 1
GONE = 'withdrawn = { since = 2027-03-01, reason = "It said the same as another one."%s }'


@pytest.fixture
def schemas(project: Workspace) -> dict[str, Any]:
    """The schemas that say which codes there are."""
    return {name: load_schema(project.schemas / f"{name}.schema.json") for name, _ in CODES.values()}


def said(workspace: Workspace, file: str, id: str, line: str) -> None:
    """Write a line into the entry with this number."""
    path = workspace.catalog / f"{file}.toml"
    before, at, behind = path.read_text("utf-8").partition(f'\nid = "{id}"\n')
    assert at, id
    path.write_text(f"{before}{at}{line}\n{behind}", "utf-8")


def unsaid(workspace: Workspace, file: str, id: str) -> None:
    """Take a number out of every list of a file."""
    path = workspace.catalog / f"{file}.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(rf', "{id}"|"{id}", ', "", text), "utf-8")
    assert path.read_text("utf-8") != text


def withdraw(catalog: Catalog, field: str, ids: Iterable[str], gone: Withdrawn) -> Catalog:
    """The catalogue as it is loaded once these are withdrawn."""
    held = getattr(catalog, field)
    entries = tuple(replace(entry, withdrawn=gone) for entry in held if entry.id in ids)
    assert entries
    if field not in MOVED:
        return replace(catalog, **{field: tuple(next((e for e in entries if e.id == one.id), one) for one in held)})
    left = tuple(entry for entry in held if entry.id not in ids)
    moved = {**catalog.withdrawn, field: (*catalog.withdrawn.get(field, ()), *entries)}
    return replace(catalog, withdrawn=moved, **{field: left})


@pytest.fixture
def without_press(workspace: Workspace) -> Workspace:
    """A workspace whose notice to the media is withdrawn as it should be: with its task, and named nowhere any more."""
    said(workspace, "forms", "F-10", GONE % ', replaced_by = ["F-09"]')
    said(workspace, "tasks", "T-312", GONE % "")
    unsaid(workspace, "policies", "F-10")
    unsaid(workspace, "catalog", "F-10")
    policy = Document(str(workspace.templates / "SEC-31.docx"))
    for run in (run for paragraph in policy.paragraphs for run in paragraph.runs):
        run.text = run.text.replace("F-10", "F-09")
    policy.save(str(workspace.templates / "SEC-31.docx"))
    return workspace


# --- the catalogue


def test_a_text_that_leads_to_something_withdrawn_is_named(workspace: Workspace, catalog: Catalog) -> None:
    """In the catalogue and in templates, by its number alone: L-17 is another one than L-1 or L-170."""
    gone = withdraw(catalog, "forms", ["L-17"], Withdrawn(SINCE, "Why.", ("L-15",)))
    texts = [("here", "Enter it (L-17), and on L-17 again."), ("there", "L-170, XL-17, L-1")]
    (problem,) = check_mentions(gone, texts)
    assert (problem.where, problem.what) == ("here", "The text leads to L-17, which is withdrawn since 2027-03-01.")
    assert list(check_mentions(catalog, texts)) == []
    told = {p.where for p in check_templates(workspace, gone, HERE.executor) if "The text leads to L-17" in p.what}
    assert {"catalog/forms.toml, L-16", "templates_docx/SEC-15.docx"} <= told


def test_a_form_that_is_withdrawn_well_leaves_the_catalogue_whole(
    without_press: Workspace, binder: Callable[..., Result]
) -> None:
    """Neither its template nor the rules by which it is read are missed or too many."""
    done = binder("lint")
    assert (done.exit_code, done.stderr) == (0, "")


def test_what_is_current_and_names_something_withdrawn_is_told_what_to_name(catalog: Catalog, schemas: dict[str, Any]) -> None:
    """Policy and list of requests name the log of visitors; the message knows that there was one."""
    gone = Withdrawn(SINCE, "It said the same as another one.", ("L-15", "L-16"))
    changed = withdraw(withdraw(catalog, "forms", ["L-17"], gone), "tasks", ["T-153"], replace(gone, replaced_by=()))
    words = "The document L-17 is withdrawn since 2027-03-01. Name L-15 and L-16 in its place."
    request = "catalog/catalog.toml, request “Doors, keys, visitors, repairs”"
    assert_told(check_catalog(changed, schemas), "", [["catalog/policies.toml, SEC-15", words], [request, words]])


@pytest.mark.parametrize(
    ("field", "ids", "named"),
    [
        ("policies", ["SEC-23"], {"policy", "document"}),
        ("tasks", ["T-111"], {"task"}),
        ("scenarios", ["SC-001"], {"scenario"}),
        ("safeguards", ["SG-020"], {"safeguard"}),
        ("reports", ["TR-01"], {"document"}),
    ],
)
def test_each_kind_is_found_where_it_is_named(
    field: str, ids: list[str], named: set[str], catalog: Catalog, schemas: dict[str, Any]
) -> None:
    """And nothing says that there is none of the number."""
    told = [problem.what for problem in check_catalog(withdraw(catalog, field, ids, Withdrawn(SINCE, "Why.")), schemas)]
    (id,) = ids
    assert {what.split()[1] for what in told if f" {id} is withdrawn since" in what} == named
    assert not [what for what in told if what.startswith("There is no") and id in what]


def test_a_guide_is_withdrawn_by_one_line(catalog: Catalog, schemas: dict[str, Any]) -> None:
    """Nothing names the guide for Linux."""
    assert list(check_catalog(withdraw(catalog, "guides", ["DG-06"], Withdrawn(SINCE, "Why.")), schemas)) == []


def test_the_number_of_something_withdrawn_is_never_used_again(catalog: Catalog, schemas: dict[str, Any]) -> None:
    """Neither for something new nor for something else that is withdrawn."""
    gone = Withdrawn(SINCE, "Why.")
    log = next(form for form in catalog.forms if form.id == "L-21")
    again = replace(withdraw(catalog, "forms", ["L-21"], gone), forms=catalog.forms)
    twice = replace(
        catalog, withdrawn={"forms": (replace(log, id="L-88", withdrawn=gone), replace(log, id="L-88", withdrawn=gone))}
    )
    scenario = replace(catalog.scenarios[0], withdrawn=gone)
    for changed, id, where in (
        (again, "L-21", "catalog/forms.toml, L-21"),
        (twice, "L-88", "catalog/forms.toml, L-88"),
        (replace(catalog, scenarios=(*catalog.scenarios, scenario)), scenario.id, ""),
    ):
        found = set(check_catalog(changed, schemas))
        assert any(f"The number {id} is withdrawn since" in p.what and where in p.where for p in found), id


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (Withdrawn(SINCE, "Why.", ("DG-06",)), "take its own place"),
        (Withdrawn(SINCE, "Why.", ("DG-77",)), 'There is no successor "DG-77"'),
        (Withdrawn(SINCE, "Why.", ("DG-05",)), "The successor DG-05 is withdrawn since 2027-01-01."),
        (Withdrawn(date(2020, 1, 1), "Why."), "It is withdrawn since 2020-01-01, and was still changed on"),
    ],
    ids=["itself", "unknown", "withdrawn-too", "too-early"],
)
def test_each_defect_of_a_withdrawal_is_found(gone: Withdrawn, told: str, catalog: Catalog, schemas: dict[str, Any]) -> None:
    """One problem, at its own entry."""
    first = withdraw(catalog, "guides", ["DG-05"], Withdrawn(date(2027, 1, 1), "Why."))
    found = check_catalog(withdraw(first, "guides", ["DG-06"], gone), schemas)
    assert_told(found, "", [["catalog/guides.toml, DG-06", told]])


@pytest.mark.parametrize(
    ("formerly", "told"),
    [
        ((("Linux computers", 1),), "It was called “Linux computers” before and after a renaming."),
        ((("Linux", 2), ("Penguins", 1)), "It was renamed on 2027-02-01 and after that on 2027-01-01."),
    ],
    ids=["same-title", "order"],
)
def test_each_defect_of_a_renaming_is_found(
    formerly: tuple[tuple[str, int], ...], told: str, catalog: Catalog, schemas: dict[str, Any]
) -> None:
    """A title that did not change, and days that run backwards."""
    former = tuple(Former(title, date(2027, month, 1), "Why.") for title, month in formerly)
    guides = tuple(replace(guide, formerly=former) if guide.id == "DG-06" else guide for guide in catalog.guides)
    assert_told(check_catalog(replace(catalog, guides=guides), schemas), "", [["catalog/guides.toml, DG-06", told]])


def test_a_document_without_which_others_cannot_be_made_is_not_withdrawn(catalog: Catalog, schemas: dict[str, Any]) -> None:
    """The program leads to the report by its number: the list of such numbers is the one of its own pages."""
    found = list(check_catalog(withdraw(catalog, "reports", ["R-01"], Withdrawn(SINCE, "Why.")), schemas))
    assert any("cannot be made without it" in problem.what for problem in found)
    pages = [path.read_text("utf-8") for path in (ROOT / "pipeline" / "context").glob("*.py")]
    named = {id for page in pages for id in re.findall(r'"((?:R|TR|SO|ON|PR|CH|F|L|SEC|DG)-\d\d)"', page)}
    # to these it leads where they are there
    assert named - NEEDED == {"SEC-01", "SEC-02", "SEC-30", "SO-06"}
    assert named >= NEEDED


# --- packages, analyses and records


def test_a_withdrawn_document_is_left_out_with_its_reason(without_press: Workspace) -> None:
    """As manifest and contents print it: with what takes its place, where the practice has that."""
    loaded = load_practice(without_press, LANTERN)
    left_out = {entry.id: entry.reason for entry in loaded.plan.left_out}
    held = {artifact.id for artifact in loaded.plan.artifacts}
    assert left_out["F-10"] == "Withdrawn on March 1, 2027. It said the same as another one. F-09 takes its place."
    assert "F-10" not in held
    assert "F-09" in held


def test_a_reason_names_only_what_the_practice_has() -> None:
    """Anything else would be a document that nobody finds in the package."""
    gone = Withdrawn(SINCE, "Nobody used it.", ("L-15", "L-16"))
    assert why_withdrawn(gone, []) == "Withdrawn on March 1, 2027. Nobody used it."
    assert why_withdrawn(gone, ["L-15"]).endswith(" L-15 takes its place.")
    assert why_withdrawn(gone, ["L-15", "L-16"]).endswith(" L-15 and L-16 take its place.")


@pytest.fixture
def lantern(project: Workspace) -> Loaded:
    """The small example as it is."""
    return load_practice(project, LANTERN)


def withdrawn_scenario(workspace: Workspace, id: str, since: str) -> None:
    """Withdraw a scenario, and name it nowhere any more."""
    gone = f'withdrawn = {{ since = {since}, reason = "It is part of another story." }}'
    (file,) = (path for path in (workspace.catalog / "scenarios").glob("*.toml") if f'id = "{id}"' in path.read_text("utf-8"))
    said(workspace, f"scenarios/{file.stem}", id, gone)
    for name in ("changes", "slides", "reminders"):
        if f'"{id}"' in (workspace.catalog / f"{name}.toml").read_text("utf-8"):
            unsaid(workspace, name, id)


def test_an_analysis_before_the_withdrawal_is_built_from_as_before(workspace: Workspace, lantern: Loaded) -> None:
    """The finding keeps its number and its story; the same analysis on a later day would be told."""
    finding = lantern.assessment.findings[AT]
    day = lantern.assessment.date.isoformat()
    withdrawn_scenario(workspace, finding.scenario, "2099-01-01")
    loaded = load_practice(workspace, LANTERN)
    report, before = (names_for(to_inputs(one), one.plan.get("R-01")) for one in (loaded, lantern))  # type: ignore[arg-type]
    assert [(one.id, one.narrative) for one in report.findings] == [(one.id, one.narrative) for one in before.findings]  # type: ignore[attr-defined]
    assert finding.id in {one.id for one in report.findings}  # type: ignore[attr-defined]
    for path in (workspace.catalog / "scenarios").glob("*.toml"):
        path.write_text(path.read_text("utf-8").replace("2099-01-01", day), "utf-8")
    with pytest.raises(ProblemsFound) as refused:
        load_practice(workspace, LANTERN)
    words = f"The scenario {finding.scenario} is withdrawn since {day}"
    assert [problem.what for problem in refused.value.problems if words in problem.what]


def test_a_workbook_asks_for_a_scenario_until_the_day_it_is_withdrawn(lantern: Loaded) -> None:
    """One that is out with the client on that day can still be read."""
    id = lantern.assessment.findings[AT].scenario
    catalog = withdraw(lantern.catalog, "scenarios", [id], Withdrawn(SINCE, "Why."))
    asked = {
        day: id in Setting(catalog, lantern.profile, lantern.raw_profile, day).scenarios for day in (date(2027, 2, 28), SINCE)
    }
    assert asked == {date(2027, 2, 28): True, SINCE: False}


def test_a_withdrawn_safeguard_is_read_and_not_offered(lantern: Loaded) -> None:
    """A step that was agreed on before names it still, and its title is printed."""
    catalog = withdraw(lantern.catalog, "safeguards", ["SG-020"], Withdrawn(SINCE, "Why."))
    before, after = (Setting(catalog, lantern.profile, lantern.raw_profile, day) for day in (date(2027, 2, 28), SINCE))
    (text,) = set(lists(before)["safeguard"]) - set(lists(after)["safeguard"])
    assert after.codes["safeguard"][str(text)] == "SG-020"
    assert "SG-020" in to_inputs(replace(lantern, catalog=catalog)).safeguard_titles
    scenario = next(one for one in catalog.scenarios if "SG-020" in one.safeguards and not one.withdrawn)
    offered = [
        {step.safeguard.id for step in propose_steps(catalog, lantern.profile, scenario, "very_high", (), day)}
        for day in (before.day, after.day)
    ]
    assert ["SG-020" in steps for steps in offered] == [True, False]


def test_a_scenario_withdrawn_before_it_was_assessed_is_not_missed(workspace: Workspace, lantern: Loaded, edit: Any) -> None:
    """It is listed with the reason, so that no number is missing without a word."""
    id = lantern.assessment.findings[AT].scenario
    path = edit(LANTERN, "assessment", f"/findings/{AT}", ...)
    with pytest.raises(ProblemsFound) as refused:
        load_practice(workspace, LANTERN)
    assert any(f"The scenario {id} " in problem.what for problem in refused.value.problems), "control: it is missed"
    withdrawn_scenario(workspace, id, json.loads(path.read_text("utf-8"))["date"])
    loaded = load_practice(workspace, LANTERN)
    report = names_for(to_inputs(loaded), loaded.plan.get("R-01"))  # type: ignore[arg-type]
    (entry,) = (one for one in report.not_applicable if one.id == id)  # type: ignore[attr-defined]
    assert entry.reason.endswith("It is part of another story.")


def test_a_form_of_an_earlier_package_is_recorded_after_it_was_withdrawn(
    without_press: Workspace, binder: Callable[..., Result], tmp_path: Path
) -> None:
    """A notice of last year is still proof."""
    scan = tmp_path / "notice.png"
    shutil.copy(ROOT / "practices" / LANTERN / "logo.png", scan)
    done = binder("record", LANTERN, str(scan), "--form", "F-10", "--date", "2026-12-01", "--on", "2027-04-01")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "F-10" in done.stdout
    refused = binder("record", LANTERN, str(scan), "--form", "F-99", "--date", "2026-12-01", "--on", "2027-04-01")
    assert refused.exit_code == 2, "control: a number that never was is refused"


# --- issued editions against the catalogue


def test_a_document_that_the_catalogue_lost_is_named_and_one_that_is_withdrawn_is_not(catalog: Catalog) -> None:
    """A lost entry would set its number free."""
    issued = {entry.id: entry.title for name in DOCUMENTS for entry in getattr(catalog, name)}
    assert vanished(catalog, issued) == []
    gone = withdraw(catalog, "forms", ["L-21"], Withdrawn(SINCE, "Why."))
    assert vanished(gone, issued) == []
    lost = replace(catalog, forms=tuple(form for form in catalog.forms if form.id != "L-21"))
    assert_told(vanished(lost, issued), "", [["catalog/forms.toml, L-21", "the catalogue has no entry for it any more"]])


def test_a_document_that_was_renamed_without_a_word_is_a_warning(catalog: Catalog) -> None:
    """Its former title, written down, is enough; and it is known what it was called on a day."""
    former = Former("Associates", SINCE, "The longer title says what it is.")
    forms = {form.id: form for form in catalog.forms}
    named = replace(forms["L-21"], formerly=(former,))
    issued = {"L-21": "Associates"}
    (problem,) = vanished(catalog, issued)
    assert problem.warning
    assert problem.what == f"The document L-21 was issued as “Associates”, and is called “{named.title}” now."
    assert vanished(replace(catalog, forms=(named,)), issued) == []
    assert (named.title_on(date(2027, 2, 28)), named.title_on(SINCE)) == ("Associates", named.title)


def test_both_are_read_from_the_files(without_press: Workspace, catalog: Catalog) -> None:
    """A withdrawn entry is moved aside, and a scenario or safeguard stays where findings look for it."""
    said(without_press, "guides", "DG-06", 'formerly = [{ title = "Linux", until = 2027-03-01, reason = "Plainer." }]')
    said(without_press, "safeguards", "SG-020", GONE % "")
    loaded, problems = load_catalog(without_press)
    assert not problems
    assert loaded
    assert [entry.id for entry in loaded.withdrawn["forms"]] == ["F-10"]
    assert [entry.id for entry in loaded.withdrawn["tasks"]] == ["T-312"]
    assert len(loaded.forms) == len(catalog.forms) - 1
    assert loaded.documents.keys() == catalog.documents.keys()
    assert next(guide for guide in loaded.guides if guide.id == "DG-06").formerly[0].title == "Linux"
    assert next(one for one in loaded.safeguards if one.id == "SG-020").withdrawn
