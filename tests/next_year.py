"""The first example one year on, in memory: what came and went, what was done, and what the documents then say."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from conftest import JUNIPER, ROOT

from pipeline.assessment.model import Assessment
from pipeline.catalog import Catalog, Policy
from pipeline.compare.facts import compare_facts
from pipeline.compare.model import Comparison, DocumentChange, Earlier, Passage, Reason
from pipeline.compare.risk import compare_findings, compare_steps, levels
from pipeline.context import Inputs
from pipeline.plan import POLICIES, make_plan
from pipeline.practice import Profile
from pipeline.records import structure

THEN, NOW = date(2026, 9, 14), date(2027, 9, 13)
APPROVED = date(2026, 9, 21)
# scenario of the finding that rose, that is closed, whose steps are not all done, that is new, and that ended
ROSE, CLOSED, HALF, BEGAN, ENDED = "SC-002", "SC-001", "SC-003", "SC-004", "SC-031"

Json = dict[str, Any]


def read(slug: str = JUNIPER) -> tuple[Json, Json]:
    """Profile and analysis of an example, as raw JSON."""
    folder = ROOT / "practices" / slug
    files = folder / "profile.json", max((folder / "assessments").glob("*.json"))
    profile, assessment = (json.loads(file.read_text("utf-8")) for file in files)
    return profile, assessment


def changed_profile(old: Json) -> Json:
    """One system and one person gone, one of each new, another Security Officer, another way in."""
    new = copy.deepcopy(old)
    new["systems"] = [system for system in new["systems"] if system["id"] != "upheal"]
    gmail = next(system for system in new["systems"] if system["id"] == "gmail")
    gmail["mfa"] = "required"
    new["systems"].append(
        {
            "id": "klara",
            "name": "Klara",
            "kind": "messaging",
            "vendor": "Klara Technologies, Inc.",
            "ephi": True,
            "baa": {"status": "signed", "signed_on": "2027-03-02", "review_on": "2028-03-02"},
            "mfa": "required",
            "audit_log": True,
            "administrator": "tobias",
        }
    )
    new["workforce"] = [person for person in new["workforce"] if person["id"] != "joss"]
    new["workforce"].append(
        {
            "id": "amara",
            "name": "Amara Okafor, LPC",
            "title": "Therapist",
            "role": "clinician",
            "employment": "employee",
            "access": "own_clients",
            "works_from": ["suite"],
            "start_date": "2027-03-01",
        }
    )
    for device in new["devices"]:
        device["register"] = [one for one in device.get("register", ()) if one.get("user") != "joss"]
        if device["id"] == "own-windows":
            device.update(count=3, encryption="on")
    new["officers"]["security"] = {"person": "tobias", "since": "2027-05-03"}
    next(place for place in new["locations"] if place["id"] == "suite")["entry"] = "badge"
    new["ways_of_working"]["client_email"] = False
    return new


def changed_assessment(old: Json, catalog: Catalog) -> Json:
    """The analysis of the next year: one finding rose, one is closed, one is half done, one is new, one ended."""
    new = copy.deepcopy(old)
    new["date"] = NOW.isoformat()
    new["participants"] = [person for person in new["participants"] if person != "joss"]
    for finding in new["findings"]:
        for action in finding["actions"]:
            action["owner"] = "denise" if action["owner"] == "joss" else action["owner"]
        if finding["scenario"] == ROSE:
            finding["likelihood"] = finding["impact"] = "very_high"
        if finding["scenario"] == CLOSED:
            finding.update(finding["residual"])
            for action in finding["actions"]:
                action.update(status="done", done_on="2027-02-01")
        if finding["scenario"] == HALF:
            waiting = next(action for action in finding["actions"] if action["status"] != "done")
            waiting.update(status="done", done_on="2027-02-01")
    aside = next(entry for entry in new["not_applicable"] if entry["scenario"] == BEGAN)
    new["not_applicable"].remove(aside)
    ended = next(finding for finding in new["findings"] if finding["scenario"] == ENDED)
    new["findings"].remove(ended)
    new["not_applicable"].append({"scenario": ENDED, "reason": "The tool was given up in June 2027."})
    template = next(finding for finding in new["findings"] if finding["scenario"] == CLOSED)
    (story,) = (one for one in catalog.scenarios if one.id == BEGAN)
    begun = copy.deepcopy(template) | {
        "id": "RA-093",
        "scenario": BEGAN,
        "answers": {question.id: question.choice[0].id for question in story.question},
        "likelihood": "high",
        "impact": "high",
    }
    new["findings"].append(begun)
    return new


def document_changes(catalog: Catalog, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[DocumentChange, ...]:
    """What is said of each document: one policy and one log changed, one form is new, one policy is gone, all others stayed."""
    new, old = make_plan(catalog, after, second=True), make_plan(catalog, before)
    passage = Passage("Signing in", "You may turn the second step on.", "The second step must be on before you open Gmail.")
    changed = {
        "SEC-10": DocumentChange(
            "SEC-10",
            "",
            "",
            "",
            "changed",
            passages=(passage, Passage("Signing in", "", "Nobody shares a code."), Passage("Signing in", "Write it down.", "")),
            reasons=(
                Reason("fact", "The second step at sign-in to Gmail is now required for all."),
                Reason("finding", "RA-002 rose to very high."),
            ),
        ),
        "L-02": DocumentChange(
            "L-02",
            "",
            "",
            "",
            "changed",
            passages=tuple(Passage("Register", f"P-{i:02}", f"P-{i + 20:02}") for i in range(30)),
            reasons=(Reason("fact", "Devices came and went."),),
        ),
        "F-04": DocumentChange("F-04", "", "", "", "new"),
    }
    told = []
    for artifact in new.artifacts:
        change = changed.get(artifact.id) or DocumentChange(artifact.id, "", "", "", "same")
        if not artifact.section.startswith("08"):
            told.append(replace(change, title=artifact.title, section=artifact.section, path=artifact.path))
    gone = next(entry for entry in catalog.policies if entry.id == "SEC-35")
    told.append(DocumentChange(gone.id, gone.title, POLICIES, f"{POLICIES}/{gone.id}.docx", "gone", reasons=(Reason("fact", "The practice no longer sponsors a health plan."),)))  # fmt: skip
    assert old.artifacts
    return tuple(told)


def compared(
    catalog: Catalog, before: tuple[Json, Json], after: tuple[Json, Json], documents: tuple[DocumentChange, ...]
) -> Comparison:
    """The comparison of two states of a practice, each profile and analysis."""
    then, now = structure(before[1], Assessment), structure(after[1], Assessment)
    counted, steps = levels(then, now)
    return Comparison(
        old="2026.1",
        old_as_of=then.date,
        old_approved=APPROVED,
        new="2027.1",
        new_as_of=now.date,
        levels=counted,
        after=steps,
        facts=compare_facts(before[0], after[0], catalog.words),
        findings=compare_findings(
            then, now, {one.id: one for one in catalog.scenarios}, catalog.words, then=before[0], now=after[0]
        ),
        documents=documents,
        steps=compare_steps(then, now),
    )


def second_edition(inputs: Inputs, slug: str = JUNIPER, *, changed: bool = True) -> Inputs:
    """The inputs of the edition after this first one; changed: whether anything did besides the day."""
    before = read(slug)
    after = (
        (changed_profile(before[0]), changed_assessment(before[1], inputs.catalog))
        if changed
        else (before[0], {**before[1], "date": NOW.isoformat()})
    )
    catalog = inputs.catalog
    plan = make_plan(catalog, after[0], second=True)
    if changed:
        documents = document_changes(catalog, before[0], after[0])
    else:
        documents = tuple(
            DocumentChange(a.id, a.title, a.section, a.path, "same") for a in plan.artifacts if not a.section.startswith("08")
        )
    policies = [artifact.id for artifact in plan.artifacts if isinstance(artifact.source, Policy)]
    comparison = compared(catalog, before, after, documents)
    first = Earlier(
        "2026.1",
        THEN,
        APPROVED,
        {level: then for level, (then, _) in comparison.levels.items()},
        {level: then for level, (then, _) in comparison.after.items()},
        dict.fromkeys(policies, (True, "First issue.")),
    )
    return replace(
        inputs,
        profile=structure(after[0], Profile),
        assessment=structure(after[1], Assessment),
        raw=after[0],
        plan=plan,
        edition="2027.1",
        as_of=NOW,
        changes=(),
        records=(),
        comparison=comparison,
        earlier=(first,),
    )
