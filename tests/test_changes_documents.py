"""What the second edition says about itself: memo, changes in full, record of review, notice, revision histories, trend."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import JUNIPER, LANTERN
from next_year import APPROVED, THEN, second_edition
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from pipeline.catalog import Catalog, Policy
from pipeline.changes_names import ChangesNames
from pipeline.compare.model import DocumentChange, Earlier, FactChange, Passage, Reason
from pipeline.context import Inputs, names_for
from pipeline.context.changes import NEW, SAME, changes_names
from pipeline.inputs import to_inputs
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import Loaded, Shared, load_practice
from pipeline.plan import POLICIES, make_plan
from pipeline.primitives import primitives
from pipeline.render.excel.read import read_sheets
from pipeline.render.parts import W, parse, read_parts
from pipeline.rendering import asked, render
from pipeline.workspace import Workspace

CHANGES = ("CH-01", "CH-02", "CH-03")
Make = Callable[[Inputs, str], bytes]


@pytest.fixture(scope="module")
def practices(project: Workspace, catalog: Catalog) -> dict[str, Loaded]:
    return {slug: load_practice(project, slug, shared=Shared(catalog, ())) for slug in (JUNIPER, LANTERN)}


@pytest.fixture(scope="module")
def second(practices: dict[str, Loaded]) -> Inputs:
    """The first example one year on."""
    return second_edition(to_inputs(practices[JUNIPER]))


@pytest.fixture(scope="module")
def quiet(practices: dict[str, Loaded]) -> Inputs:
    """Three people at home, one year on, and nothing changed."""
    return second_edition(to_inputs(practices[LANTERN]), LANTERN, changed=False)


@pytest.fixture(scope="module")
def made(practices: dict[str, Loaded]) -> Make:
    """made(inputs, "CH-01") gives the file; it has no leftovers."""

    def make(inputs: Inputs, id: str) -> bytes:
        artifact = inputs.plan.get(id)
        assert artifact
        data = render(
            *asked(artifact, primitives(names_for(inputs, artifact)), practices[inputs.profile.practice.slug], inputs.as_of)
        )
        assert list(find_leftovers(data, id)) == []
        return data

    return make


def lines(data: bytes) -> list[str]:
    """Each paragraph with a text, in the order of the document."""
    body = parse(read_parts(data)["word/document.xml"])
    found = ("".join(t.text or "" for t in p.iter(f"{W}t")).strip() for p in body.iter(f"{W}p"))
    return [text for text in found if text]


def names(inputs: Inputs) -> ChangesNames:
    artifact = inputs.plan.get("CH-01")
    assert artifact
    return changes_names(inputs, artifact)


# --- when they are there


def test_they_begin_with_the_second_edition(catalog: Catalog, second: Inputs) -> None:
    """A first edition says why they are not there; a second one has them before the crosswalk."""
    first, later = make_plan(catalog, second.raw), make_plan(catalog, second.raw, second=True)
    assert {entry.reason for entry in first.left_out if entry.id in CHANGES} == {"It begins with the second edition."}
    assert not any(first.get(id) for id in CHANGES)
    assert [artifact.id for artifact in later.artifacts if artifact.section == "08-changes"] == list(CHANGES)
    order = list(dict.fromkeys(artifact.section for artifact in later.artifacts))
    assert order[-2:] == ["08-changes", "09-crosswalk"]
    assert {artifact.id for artifact in later.artifacts} - {artifact.id for artifact in first.artifacts} == set(CHANGES)


@pytest.mark.parametrize("id", [*CHANGES, "ON-11", "SEC-10", "R-02"])
@pytest.mark.parametrize("which", ["second", "quiet"])
def test_each_document_is_sound(id: str, which: str, made: Make, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Microsoft's own rules, ported, find nothing; nothing is left of the template."""
    inputs = request.getfixturevalue(which)
    file = tmp_path / f"{id}.{'xlsx' if id == 'R-02' else 'docx'}"
    file.write_bytes(made(inputs, id))
    assert OpenXmlValidator().validate(file).is_valid


def test_libreoffice_opens_them(second: Inputs, made: Make, outside: Callable[..., str], tmp_path: Path) -> None:
    """Each becomes a PDF whose text holds the title."""
    files = [tmp_path / f"{id}.{'xlsx' if id == 'R-02' else 'docx'}" for id in (*CHANGES, "ON-11", "R-02")]
    for file in files:
        file.write_bytes(made(second, file.stem))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    outside("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *files)
    for file in files:
        text = outside("pdftotext", "-layout", file.with_suffix(".pdf"), "-")
        assert "edition 2027.1" in text, file.name
        assert "2026.1" in text, file.name


# --- the memo


def test_the_memo_says_what_changed(second: Inputs, made: Make) -> None:
    """Each group once, with what is in it; what is empty is said to be."""
    text = "\n".join(lines(made(second, "CH-01")))
    for said in (
        "This memo compares edition 2027.1 with edition 2026.1 of September 14, 2026, approved on September 21, 2026.",
        "Risks: 1 rose, 1 new, 1 closed, 0 fell, 1 ended, 89 at the level of then.",
        "Policies: 1 changed, 0 new, 1 no longer in the package, 32 without a change.",
        "RA-002 A laptop is stolen from a parked car",
        "It is set aside now: The tool was given up in June 2027.",
        "The Security Officer is now Tobias Grantham since May 3, 2027; before: Denise Abernathy.",
        "Appoint the new Security Officer in writing: F-03 Security Officer designation.",
        "Joss Whitecloud, LPC, left.",
        "Klara is new: team messages (Klara Technologies, Inc.)",
        "The second step at sign-in to Gmail is now required for all. RA-002 rose to very high.",
        "SEC-35 Health plan of the staff. Earlier editions keep them.",
        "No other risk fell.",
        "The law. No provision behind these policies changed between the two editions.",
    ):
        assert said in text, said
    assert "All editions" not in text


def test_the_counts_of_the_memo_are_those_of_the_analyses(second: Inputs) -> None:
    """Every finding of then and of now stands in exactly one place."""
    held = names(second)
    assert second.comparison
    states = {group.state: len(group.all) for group in held.risks}
    assert sum(states.values()) + held.same == len(second.comparison.findings)
    assert sum(level.now for level in held.levels) == len(second.assessment.findings) == held.assessed
    assert sum(level.then for level in held.levels) == sum(second.earlier[0].levels.values())
    steps = held.steps_done + len(held.carried) + len(held.dropped)
    assert steps == len({(step.what, step.owner, step.due, step.state) for step in second.comparison.steps})
    assert all(step.overdue for step in held.carried)


def test_a_year_in_which_nothing_changed_is_told_as_one(quiet: Inputs, made: Make) -> None:
    """No table without a row, and each sentence true."""
    text = "\n".join(lines(made(quiet, "CH-01")))
    for said in (
        "0 rose, 0 new, 0 closed, 0 fell, 0 ended",
        "No risk rose. No risk is new.",
        "Nobody came or left, and no role and no officer changed.",
        "No system and no device came, went or changed.",
        "No policy changed its text.",
    ):
        assert said in text, said
    for word in ("Changed policy", "Risks that rose", "Redline", "No longer in the package", "Appoint the new", "RA-093"):
        assert word not in text, word
    full = "\n".join(lines(made(quiet, "CH-02")))
    assert "No other document changed its text." in full
    assert "Then\nNow" not in full


def test_a_fact_of_a_kind_that_is_not_known_is_told_with_the_practice(second: Inputs) -> None:
    """What a later program compares is not lost in the memo."""
    assert second.comparison
    odd = FactChange("weather", "changed", "Rain", "It rains more.")
    held = names(replace(second, comparison=replace(second.comparison, facts=(*second.comparison.facts, odd))))
    assert held.facts_changed[-1].all[-1] == "It rains more."
    assert sum(len(group.all) for group in held.facts_changed) == len(second.comparison.facts) + 1


def test_from_the_third_edition_on_the_memo_shows_all_editions(second: Inputs, made: Make) -> None:
    """One row an edition, the last is this one."""
    older = Earlier("2025.1", date(2025, 9, 8), date(2025, 9, 15), {"high": 11}, {}, {})
    text = lines(made(replace(second, earlier=(older, *second.earlier)), "CH-01"))
    start = text.index("All editions")
    assert text[start + 7 : start + 14] == ["2025.1", "September 8, 2025", "0", "11", "0", "0", "0"]
    assert [trend.edition for trend in names(replace(second, earlier=(older, *second.earlier))).trend] == [
        "2025.1",
        "2026.1",
        "2027.1",
    ]


# --- the changes in full


def test_each_passage_stands_beside_what_it_was(second: Inputs, made: Make) -> None:
    """What is added or taken away says so; a long list is cut, and says how much follows."""
    text = lines(made(second, "CH-02"))
    start = text.index("SEC-10: where")
    assert text[start + 3 : start + 12] == [
        "Signing in",
        "You may turn the second step on.",
        "The second step must be on before you open Gmail.",
        "Signing in",
        "Not there before",
        "Nobody shares a code.",
        "Signing in",
        "Write it down.",
        "Taken out",
    ]
    assert "… and 22 more. They are seen when the file of this edition and that of edition 2026.1 are laid side by side." in text
    assert "F-04 Access request" in text
    assert "SEC-35 Health plan of the staff: The practice no longer sponsors a health plan." in text


def test_a_redline_is_linked_where_there_is_one(second: Inputs, made: Make) -> None:
    """From the memo and from the changes; without one nothing points to it."""
    policy = second.plan.get("SEC-10")
    assert policy
    redline = replace(policy, id="RL-SEC-10", title="Redline", section="08-changes", path="08-changes/RL-SEC-10 Redline.docx")
    drawn = replace(second, plan=replace(second.plan, artifacts=(*second.plan.artifacts, redline)))
    for id in ("CH-01", "CH-02"):
        assert b"RL-SEC-10%20Redline.docx" in read_parts(made(drawn, id))["word/_rels/document.xml.rels"]
        assert b"RL-SEC-10" not in read_parts(made(second, id))["word/_rels/document.xml.rels"]


def test_a_long_passage_is_shortened_and_a_place_without_heading_is_named(second: Inputs) -> None:
    """Nothing in a table is blank, and no cell fills a page."""
    assert second.comparison
    change = DocumentChange(
        "SEC-01", "Security management", POLICIES, "x.docx", "changed", passages=(Passage("", "word " * 900, ""),)
    )
    held = names(replace(second, comparison=replace(second.comparison, documents=(change,))))
    (passage,) = held.policies[0].passages
    assert passage.where
    assert len(passage.old) <= 700
    assert passage.old.endswith("word …")
    assert held.policies[0].why == "Its text changed; CH-02 shows where."


# --- the record of review


@pytest.mark.parametrize("which", ["second", "quiet"])
def test_each_policy_of_the_edition_is_in_the_record_of_review(which: str, made: Make, request: pytest.FixtureRequest) -> None:
    """With the day and the result, also where nothing changed (45 CFR 164.316(b)(2)(iii))."""
    inputs = request.getfixturevalue(which)
    text = lines(made(inputs, "CH-03"))
    policies = [artifact for artifact in inputs.plan.artifacts if isinstance(artifact.source, Policy)]
    for policy in policies:
        start = text.index(f"{policy.id} {policy.title}")
        changed = which == "second" and policy.id == "SEC-10"
        assert text[start + 1 : start + 3] == ["September 13, 2027", "Changed" if changed else "Confirmed"]
        assert (text[start + 3] == SAME) is not changed
    assert any("164.316(b)(2)(iii)" in line for line in text)
    assert any("164.308(a)(8)" in line for line in text)


def test_who_reviews_and_who_approves_signs(second: Inputs, quiet: Inputs, made: Make) -> None:
    """Two people sign each for themselves; somebody who is both signs once."""
    text = lines(made(second, "CH-03"))
    assert text.count("Signature") == 2
    assert text.index("Tobias Grantham") < text.index("Marisol Etxeberria, LCSW")
    alone = replace(quiet, profile=replace(quiet.profile, approver=quiet.profile.officers.security.person))
    assert lines(made(alone, "CH-03")).count("Signature") == 1


# --- revision histories


def revisions(inputs: Inputs, made: Make, id: str) -> list[str]:
    text = lines(made(inputs, id))
    start = text.index("Revision history")
    return text[start + 4 : text.index("Approval", start)]


def test_a_revision_history_has_every_edition(second: Inputs, made: Make) -> None:
    """What was then with the day of its approval, and the true reasons of now."""
    first = ["2026.1", "September 21, 2026", "First issue."]
    assert revisions(second, made, "SEC-10") == [
        *first,
        "2027.1",
        "September 13, 2027",
        "The second step at sign-in to Gmail is now required for all. RA-002 rose to very high.",
    ]
    assert revisions(second, made, "SEC-11") == [*first, "2027.1", "September 13, 2027", SAME]


def test_a_policy_that_is_new_has_one_row(second: Inputs, made: Make) -> None:
    """An edition that did not have it is not named."""
    assert second.comparison
    changes = tuple(
        replace(change, state="new", reasons=(Reason("fact", "The practice now uses an AI tool."),))
        if change.id == "SEC-26"
        else change
        for change in second.comparison.documents
    )
    earlier = Earlier("2026.1", THEN, APPROVED, {}, {}, {"SEC-10": (True, "First issue.")})
    inputs = replace(second, comparison=replace(second.comparison, documents=changes), earlier=(earlier,))
    said = f"{NEW} The practice now uses an AI tool."
    assert revisions(inputs, made, "SEC-26") == ["2027.1", "September 13, 2027", said]


def test_the_first_edition_says_what_the_catalogue_says(practices: dict[str, Loaded], made: Make) -> None:
    """As before there was anything to compare with."""
    inputs = to_inputs(practices[JUNIPER])
    assert revisions(inputs, made, "SEC-10") == ["2026.1", "September 14, 2026", "First issue."]


# --- the notice to the team


def test_the_team_hears_what_is_new(second: Inputs, made: Make) -> None:
    """Rules one by one with the reason; officers, systems and ways of working."""
    text = "\n".join(lines(made(second, "ON-11")))
    for said in (
        "What is new since edition 2026.1.",
        "The Security Officer is now Tobias Grantham since May 3, 2027",
        "Klara is new",
        "Upheal is no longer used",
        "SEC-10 Passwords and authentication: The second step at sign-in to Gmail is now required for all.",
        "SEC-35 Health plan of the staff no longer applies here.",
        "Read the whole of each policy that changed",
    ):
        assert said in text, said
    assert "badge" not in text


def test_the_team_hears_that_nothing_is_new(quiet: Inputs, made: Make) -> None:
    """In one sentence."""
    text = "\n".join(lines(made(quiet, "ON-11")))
    assert "Since edition 2026.1 no rule, no system and no officer changed." in text
    assert "What is new" not in text


def test_the_notice_of_the_first_edition_compares_with_nothing(practices: dict[str, Loaded], made: Make) -> None:
    """It says what the analysis made stricter, as it always did."""
    text = "\n".join(lines(made(to_inputs(practices[JUNIPER]), "ON-11")))
    assert "What the risk analysis made stricter." in text
    assert "since edition" not in text.lower()


# --- the trend


def test_the_register_draws_the_editions_side_by_side(second: Inputs, made: Make) -> None:
    """A table with a row an edition, and a chart of five levels that follows it."""
    sheet = load_workbook(io.BytesIO(made(second, "R-02")))["Trend"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    counts = [second.earlier[0].levels[level] for level in ("very_high", "high", "moderate", "low", "very_low")]
    assert rows[0] == ["2026.1", "September 14, 2026", *counts, sum(counts)]
    assert rows[1][:2] == ["2027.1", "September 13, 2027"]
    (chart,) = sheet._charts
    assert len(chart.series) == 5
    assert {re.sub(r".*!", "", series.cat.numRef.f) for series in chart.series} == {"$A$3:$A$4"}


def test_the_trend_goes_on_paper_as_a_table_and_the_pictures_do_not(second: Inputs, made: Make) -> None:
    """What the screen draws, paper lists."""
    sheets = {sheet.title: sheet for sheet in read_sheets(made(second, "R-02"))}
    assert "Picture" not in sheets
    assert sheets["Trend"].body[-1].cells[0].text == "2027.1"
    assert len(sheets["Trend"].body) == 3


def test_a_first_edition_has_no_trend(practices: dict[str, Loaded], made: Make) -> None:
    """One edition is no line."""
    workbook = load_workbook(io.BytesIO(made(to_inputs(practices[JUNIPER]), "R-02")))
    assert "Trend" not in workbook.sheetnames
    assert "Picture" in workbook.sheetnames
