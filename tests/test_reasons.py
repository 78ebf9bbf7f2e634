"""Why a document changed: true, specific, and only where the text did."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from editions import DAY, LATER, edited, file, next_year

from pipeline.catalog import Catalog, Revision
from pipeline.compare.documents import compare_documents
from pipeline.compare.model import Comparison, DocumentChange, FactChange, File, FindingChange, Passage, Reason, Side
from pipeline.compare.told import WIDTH, told
from pipeline.lint.used import used_names
from pipeline.load import Loaded
from pipeline.render.word import render_word

Names = Callable[[str], dict[str, Any]]


@pytest.fixture
def compared(loaded: Loaded, names_of: Names) -> Callable[..., DocumentChange]:
    """compared(change) gives SEC-10 a year later, with this change of its names."""

    def run(change: Callable[[dict[str, Any]], object], catalog: Catalog = loaded.catalog, **other: Any) -> DocumentChange:
        names = next_year(names_of("SEC-10"))
        change(names)
        now = replace(file(loaded, "SEC-10", names), **other)
        (told,) = compare_documents(
            side(loaded, [file(loaded, "SEC-10", names_of("SEC-10"))]), side(loaded, [now], LATER), catalog, loaded.templates
        )
        return told

    return run


def side(loaded: Loaded, files: Sequence[File], day: date = DAY) -> Side:
    held = {one.id: one for one in files}
    return Side(f"{day.year}.1", day, date(day.year, 7, 1), day, loaded.raw_profile, loaded.assessment, held)


def test_a_template_names_what_it_uses(loaded: Loaded) -> None:
    """In all branches, through loops and links, and of workbooks by list."""
    used = used_names(loaded.templates["SEC-10.docx"])
    assert {"names.it_contact", "findings.open.owner", "tasks.record"} <= used
    assert {"facts.has_it_contact?", "clause.mfa_everywhere?", "findings?", "findings.actions?"} <= used
    assert not {"findings", "findings.observed", "officer.security.name", "names.fax"} & used
    assert "rows.administrator" in used_names(loaded.templates["L-07.xlsx"])


def test_nothing_changed_has_no_reason(compared: Callable[..., DocumentChange]) -> None:
    """Neither does a document whose names changed in places that it does not print."""
    assert compared(lambda names: None).state == "same"
    elsewhere = compared(lambda names: names["officer"]["security"].update(email="other@juniperridge.example"))
    assert (elsewhere.state, elsewhere.reasons) == ("same", ())


def test_facts_are_named(compared: Callable[..., DocumentChange]) -> None:
    """Only those that the template uses."""

    def change(names: dict[str, Any]) -> None:
        names["names"] |= {"ephi_systems": "SimplePractice and Mentalyc", "fax": "Another fax"}
        names["facts"]["has_interns"] = False

    assert compared(change).reasons == (Reason("fact", "Facts of the practice changed: interns and the systems with ePHI."),)


def test_findings_are_told_one_by_one(compared: Callable[..., DocumentChange]) -> None:
    """New, gone, closed, of another level, with other steps."""

    def change(names: dict[str, Any]) -> None:
        first, second, third, *rest = names["findings"]
        first["level"] = "Low"
        second |= {"open": [], "done": 3}
        assert third["open"]
        third["open"][0]["owner"] = "Rosa Villalpando"
        names["findings"] = [first, second, third, *rest[:-1], rest[-1] | {"id": "RA-101"}]

    (reason,) = compared(change).reasons
    assert reason.kind == "finding"
    assert reason.text.startswith("Findings: RA-101 is new; ")
    assert "is no longer among them" in reason.text
    assert "the steps of" in reason.text
    assert "went from very high to low" in reason.text
    assert "steps of " in reason.text


def test_a_provision_that_came_is_the_law(compared: Callable[..., DocumentChange]) -> None:
    """With its number."""
    added = {"citation": "164.308(a)(5)", "title": "Security awareness and training", "mark": "standard"}
    change = compared(lambda names: names["citations"].append(added))
    assert change.reasons == (Reason("law", "The law: 45 CFR 164.308(a)(5) was added."),)


def test_a_number_of_the_catalogue_is_the_firm_s_text(compared: Callable[..., DocumentChange]) -> None:
    """Old and new value."""
    change = compared(lambda names: names["number"].update(password_min_length=20))
    assert change.reasons == (Reason("template", "The firm's text: password min length is now 20, not 15."),)


def test_a_task_that_fits_the_practice_no_more_is_a_fact(compared: Callable[..., DocumentChange], loaded: Loaded) -> None:
    """The catalogue still says it as it did; where it says it otherwise, the firm changed its text."""
    gone = compared(lambda names: names["tasks"].pop())
    assert gone.reasons == (Reason("fact", "Facts of the practice changed: the procedures."),)
    tasks = tuple(replace(task, step=f"{task.step} Look twice.") for task in loaded.catalog.tasks)

    def change(names: dict[str, Any]) -> None:
        names["tasks"][0]["step"] += " Look twice."

    (reason,) = compared(change, replace(loaded.catalog, tasks=tasks)).reasons
    assert reason.kind == "template"
    assert "in the procedures, the words of" in reason.text


def test_a_new_template_is_told_with_the_firm_s_own_reasons(
    compared: Callable[..., DocumentChange], loaded: Loaded, names_of: Names
) -> None:
    """Those dated after the earlier edition; never the first issue."""
    first, *others = loaded.catalog.policies
    said = [Revision(date(2026, 11, 22), "First issue."), Revision(DAY, "An old one."), Revision(LATER, "Passwords are longer.")]
    policies = tuple(replace(p, revision=tuple(said)) if p.id == "SEC-10" else p for p in (first, *others))
    data = edited(file(loaded, "SEC-10", next_year(names_of("SEC-10"))).data, [("add", 40, "A new rule.")])
    change = compared(lambda names: None, replace(loaded.catalog, policies=policies), data=data, template="other")
    assert change.reasons == (Reason("template", "Passwords are longer."),)
    assert compared(lambda names: None, data=data, template="other").reasons == (
        Reason("template", "The firm's text was revised."),
    )


def test_a_template_that_says_the_same_is_no_reason(loaded: Loaded, names_of: Names) -> None:
    """Drawn again with the names of then, the new template shows whether its words are others."""
    names = next_year(names_of("SEC-10"))
    names["facts"]["has_interns"] = False
    old, new = file(loaded, "SEC-10", names_of("SEC-10")), file(loaded, "SEC-10", names)
    template = loaded.templates["SEC-10.docx"]
    sides = side(loaded, [replace(old, template=hashlib.sha256(b"another").hexdigest())]), side(loaded, [new], LATER)

    def again(id: str, then: Any) -> bytes:
        return render_word(template, then, loaded.look, DAY)

    (known,) = compare_documents(*sides, loaded.catalog, loaded.templates, again)
    (unknown,) = compare_documents(*sides, loaded.catalog, loaded.templates)
    assert [reason.kind for reason in known.reasons] == ["fact"]
    assert [reason.kind for reason in unknown.reasons] == ["fact", "template"]


def test_an_edit_by_hand_is_told(compared: Callable[..., DocumentChange], loaded: Loaded, names_of: Names) -> None:
    """Where the earlier edition had none, or nothing else explains the change."""
    data = edited(file(loaded, "SEC-10", next_year(names_of("SEC-10"))).data, [("change", 40, "By hand.")])
    change = compared(lambda names: None, data=data, edited=True)
    assert change.reasons == (Reason("edit", "The consultant changed the text by hand."),)
    assert change.passages


def test_all_documents_of_both_sides_are_there(loaded: Loaded, names_of: Names) -> None:
    """In the order of the new package, then those that are gone; a renamed one with its former title."""
    old = [file(loaded, id, names_of(id)) for id in ("SEC-01", "SEC-02", "SEC-03")]
    new = [file(loaded, id, next_year(names_of(id))) for id in ("SEC-02", "SEC-04", "SEC-01")]
    new[0] = replace(new[0], title="Answers to risks")
    changes = compare_documents(side(loaded, old), side(loaded, new, LATER), loaded.catalog, loaded.templates)
    assert [(c.id, c.state, c.former) for c in changes] == [
        ("SEC-02", "changed", "Risk management"),
        ("SEC-04", "new", ""),
        ("SEC-01", "same", ""),
        ("SEC-03", "gone", ""),
    ]


def test_a_comparison_fits_a_terminal() -> None:
    """Risk picture, facts, findings by state, documents with passages and reasons; no line wider, nothing to obey."""
    seen = Comparison(
        old="2026.1",
        old_as_of=DAY,
        old_approved=None,
        new="2027.1",
        new_as_of=LATER,
        levels={"very_high": (2, 0), "low": (10, 14)},
        after={"very_high": (0, 0), "low": (12, 14)},
        facts=(FactChange("system", "new", "Mentalyc"), FactChange("person", "gone", "A \x1b[31m person")),
        findings=(
            *(FindingChange(f"RA-{n:03}", "SC-001", "A title", "closed", "high", "low") for n in range(1, 30)),
            FindingChange("RA-101", "SC-002", "A title", "new", "", "high"),
        ),
        documents=(
            DocumentChange(
                "SEC-10",
                "Passwords and authentication",
                "02-policies",
                "02-policies/SEC-10.docx",
                "changed",
                "Passwords",
                (Passage("Policy", "a", "b"), Passage("Policy", "", "c")),
                (Reason("fact", "Facts of the practice changed: interns and the systems with ePHI."),),
            ),
            DocumentChange("SEC-11", "Security incidents", "02-policies", "02-policies/SEC-11.docx", "same"),
        ),
    )
    lines = told(seen)
    assert all(len(line) <= WIDTH and line.isprintable() for line in lines)
    text = " ".join(" ".join(lines).split())
    assert "Very high 2 0 0 0" in text
    assert "never approved" in text
    assert "closed 29 RA-001, RA-002" in text
    assert "SEC-10 Passwords and authentication (was: Passwords): changed, 2 passages" in text
    assert "0 new, 0 gone, 1 changed, 1 same" in text
    assert "SEC-11" not in text
