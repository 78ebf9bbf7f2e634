"""What the catalogue says of the law, against the regulation; and what findings switch on in the policies."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from mutation import CASES

from pipeline.catalog import Catalog, Provision, load_catalog
from pipeline.context import Inputs, names_for
from pipeline.inputs import to_inputs
from pipeline.load import Loaded
from pipeline.primitives import primitives
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

RULE = tomllib.loads((CASES / "security_rule.toml").read_text("utf-8"))["standard"]
SPECIFICATIONS = {
    citation: (mark, title, standard["citation"]) for standard in RULE for citation, mark, title in standard["specifications"]
}

# name → value, citation; from 45 CFR 164.404 to 164.412 and 164.316
NUMBERS_OF_THE_LAW = {
    "breach_notice_days": (60, "164.404(b)"),
    "breach_media_threshold": (500, "164.406(a)"),
    "breach_secretary_threshold": (500, "164.408(b)"),
    "breach_annual_days": (60, "164.408(c)"),
    "associate_notice_days": (60, "164.410(b)"),
    "oral_delay_days": (30, "164.412(b)"),
    "substitute_notice_threshold": (10, "164.404(d)(2)"),
    "substitute_notice_days": (90, "164.404(d)(2)"),
    "retention_years": (6, "164.316(b)(2)(i)"),
}
CLAUSES = (
    "access_by_need",
    "ai_tools_off",
    "call_back_check",
    "downtime_kit",
    "encrypt_before_use",
    "leavers_same_day",
    "mfa_everywhere",
    "no_agreement_no_use",
    "paper_stays",
    "personal_cloud_off",
    "public_wifi_forbidden",
    "restore_test_quarterly",
    "router_hardening",
    "screen_out_of_sight",
    "second_look",
    "shared_accounts_forbidden",
    "shared_home_device",
    "texting_app_only",
)


def by_kind(catalog: Catalog, kind: str) -> list[Provision]:
    return [provision for provision in catalog.provisions if provision.kind == kind]


# --- the Security Rule


def test_there_are_18_standards_in_the_safeguards_and_4_in_the_sections_after_them(catalog: Catalog) -> None:
    """164.308, 310 and 312; then 164.314 and 164.316."""
    sections = [provision.citation[:7] for provision in by_kind(catalog, "standard")]
    counts = {section: sections.count(section) for section in sorted(set(sections))}
    assert counts == {"164.308": 9, "164.310": 4, "164.312": 5, "164.314": 2, "164.316": 2}


def test_there_are_36_specifications_in_the_safeguards_and_10_in_the_sections_after_them(catalog: Catalog) -> None:
    """22 of the 36 are addressable, all others required."""
    marks = [("safeguard" if p.citation < "164.314" else "other", p.mark) for p in by_kind(catalog, "specification")]
    counts = {mark: marks.count(mark) for mark in sorted(set(marks))}
    assert counts == {("other", "R"): 10, ("safeguard", "A"): 22, ("safeguard", "R"): 14}


def test_each_standard_has_the_title_of_the_regulation(catalog: Catalog) -> None:
    """In the regulation's order, none missing and none added."""
    assert [(p.citation, p.title) for p in by_kind(catalog, "standard")] == [(s["citation"], s["title"]) for s in RULE]


def test_each_specification_has_mark_title_and_standard_of_the_regulation(catalog: Catalog) -> None:
    """Where a paragraph of the regulation has no title, the catalogue's own is taken."""
    listed = by_kind(catalog, "specification")
    assert [p.citation for p in listed] == list(SPECIFICATIONS)
    for provision in listed:
        mark, title, standard = SPECIFICATIONS[provision.citation]
        assert (provision.mark, provision.title, provision.parent) == (mark, title or provision.title, standard)


def test_only_specifications_have_a_mark(catalog: Catalog) -> None:
    """A standard is neither required nor addressable: it is the standard."""
    assert {p.kind for p in catalog.provisions if p.mark} == {"specification"}


@pytest.mark.parametrize(
    ("section", "family"),
    [
        ("164.306", "general"),
        ("164.308", "administrative"),
        ("164.310", "physical"),
        ("164.312", "technical"),
        ("164.314", "organizational"),
        ("164.316", "documentation"),
        ("164.40", "breach"),
        ("164.41", "breach"),
    ],
)
def test_each_provision_stands_in_the_family_of_its_section(section: str, family: str, catalog: Catalog) -> None:
    """As the sections of the regulation are called."""
    assert {p.family for p in catalog.provisions if p.citation.startswith(section)} == {family}


def test_provisions_stand_in_the_order_of_the_regulation_and_once(catalog: Catalog) -> None:
    """A reader with the regulation beside it finds each in its place."""
    citations = [provision.citation for provision in catalog.provisions]
    assert citations == sorted(set(citations), key=_order)


def _order(citation: str) -> list[tuple[int, str]]:
    """Sections by number, then paragraph by paragraph: (a), (1), (i), (A)."""
    section, *paragraphs = citation.replace(")", "").split("(")
    romans = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
    steps = [(0, section)]
    for depth, paragraph in enumerate(paragraphs):
        steps.append((1, romans.get(paragraph, paragraph) if depth == 2 else paragraph))
    return steps


def test_what_can_never_apply_is_kept_with_its_reason(catalog: Catalog) -> None:
    """Recorded as not applicable, never dropped; nothing addressable is waved away for all."""
    never = {provision.citation: provision for provision in catalog.provisions if provision.not_applicable}
    assert set(never) == {"164.308(a)(4)(ii)(A)", "164.308(b)(2)", "164.314(a)(2)(ii)", "164.314(a)(2)(iii)"}
    assert not [provision for provision in never.values() if provision.mark == "A"]


# --- numbers


@pytest.mark.parametrize("name", NUMBERS_OF_THE_LAW)
def test_a_number_of_the_law_is_the_one_of_its_citation(name: str, catalog: Catalog) -> None:
    """Deadlines and thresholds of the breach rule, and how long records are kept."""
    (parameter,) = (parameter for parameter in catalog.parameters if parameter.name == name)
    assert (parameter.value, parameter.citation) == NUMBERS_OF_THE_LAW[name]


def test_every_other_number_is_a_choice_of_the_firm(catalog: Catalog) -> None:
    """A citation marks what must not be changed by taste."""
    assert {parameter.name for parameter in catalog.parameters if parameter.citation} == set(NUMBERS_OF_THE_LAW)


def test_an_own_deadline_is_not_longer_than_that_of_the_law(catalog: Catalog) -> None:
    """The decision on a breach comes in time for the notices."""
    number = {parameter.name: parameter.value for parameter in catalog.parameters}
    assert number["breach_decision_days"] < number["breach_notice_days"]


# --- scenarios

# what no scenario tells of: citation → the documents that carry it out; none where it can never apply
BESIDE_THE_SCENARIOS = {
    "164.308(a)(4)(ii)(A)": (),
    "164.314(a)(2)(i)": ("SEC-14", "L-11", "F-15"),
    "164.314(a)(2)(ii)": (),
    "164.314(a)(2)(iii)": (),
}
RULE_CITATIONS = [standard["citation"] for standard in RULE] + list(SPECIFICATIONS)


@pytest.mark.parametrize("citation", RULE_CITATIONS)
def test_each_standard_and_specification_is_reached(citation: str, catalog: Catalog) -> None:
    """By a scenario; otherwise by named documents, or it is said why it can never apply (45 CFR 164.308 to 164.316)."""
    (provision,) = (provision for provision in catalog.provisions if provision.citation == citation)
    reached = any(citation in scenario.citations for scenario in catalog.scenarios)
    assert reached is (citation not in BESIDE_THE_SCENARIOS)
    if not reached:
        listed: list[Any] = [*catalog.policies, *catalog.forms, *catalog.reports]
        documents = {document.id for document in listed}
        assert provision.documented_in == BESIDE_THE_SCENARIOS[citation]
        assert set(provision.documented_in) <= documents
        assert bool(provision.documented_in) is not bool(provision.not_applicable)


def test_all_68_standards_and_specifications_are_asked_about() -> None:
    """18 and 4 standards, 36 and 10 specifications; the list above is not short of any."""
    assert len(set(RULE_CITATIONS)) == len(RULE_CITATIONS) == 22 + 46


def test_there_are_at_least_80_scenarios_of_every_kind(catalog: Catalog) -> None:
    """Each theme has some; sources of threat (SP 800-30), aims and kinds of safeguards (164.306(a), 308 to 312) are all there."""
    assert len(catalog.scenarios) >= 80
    assert {scenario.theme for scenario in catalog.scenarios} == {theme.id for theme in catalog.themes}
    assert {scenario.threat for scenario in catalog.scenarios} == {"adversarial", "accidental", "structural", "environmental"}
    assert {aim for scenario in catalog.scenarios for aim in scenario.affects} == {"confidentiality", "integrity", "availability"}
    assert {kind for scenario in catalog.scenarios for kind in scenario.measures} == {"administrative", "physical", "technical"}


def test_no_two_scenarios_tell_the_same_story(catalog: Catalog) -> None:
    """Titles, stories and weaknesses are each scenario's own."""
    for texts in zip(*((s.title, s.narrative, s.vulnerability) for s in catalog.scenarios), strict=True):
        assert len(set(texts)) == len(catalog.scenarios)


# --- citations


@pytest.mark.parametrize("table", ["policies", "tasks", "scenarios", "safeguards"])
def test_each_citation_of_the_catalogue_is_a_provision(table: str, catalog: Catalog) -> None:
    """Nothing is cited that the reader cannot look up."""
    known = {provision.citation for provision in catalog.provisions}
    entries: list[Any] = list(getattr(catalog, table))
    cited = {(entry.id, citation) for entry in entries for citation in entry.citations}
    assert cited
    assert {(id, citation) for id, citation in cited if citation not in known} == set()


def test_each_citation_in_a_policy_template_is_a_provision_and_one_that_the_policy_answers(
    catalog: Catalog, project: Workspace
) -> None:
    """Typed citations do not drift from the catalogue."""
    known = {provision.citation for provision in catalog.provisions}
    wrong = []
    seen = 0
    for policy in catalog.policies:
        for citation in re.findall(
            r"164\.\d{3}(?:\([A-Za-z0-9]+\))*", document_text((project.templates / policy.template).read_bytes())
        ):
            seen += 1
            if citation not in known or not any(citation in (own, own[: len(citation)]) for own in policy.citations):
                wrong.append((policy.id, citation))
    assert seen
    assert wrong == []


# --- clauses


def document_text(data: bytes) -> str:
    """Text of a Word document, read without the library that wrote it."""
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", xml.replace("</w:p>", "\n"))


def with_one_finding(loaded: Loaded, scenario: str, likelihood: str, response: str = "mitigate") -> Inputs:
    """The practice as if this were all that its analysis had found; the impact is moderate."""
    finding = replace(
        loaded.assessment.findings[0], scenario=scenario, likelihood=likelihood, impact="moderate", response=response
    )
    return to_inputs(replace(loaded, assessment=replace(loaded.assessment, findings=(finding,))))


def test_there_are_eighteen_clauses(catalog: Catalog) -> None:
    """Those that the policies hold."""
    assert sorted(catalog.clauses) == sorted(CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_serious_finding_makes_the_policies_stricter(clause: str, loaded: Loaded) -> None:
    """From a moderate level on and unless the risk is accepted, the scenario's clause is on, and no unrelated one."""
    asking = [scenario for scenario in loaded.catalog.scenarios if clause in scenario.clauses]
    assert asking
    for scenario in asking:
        serious = with_one_finding(loaded, scenario.id, "moderate").clauses
        assert {name for name, on in serious.items() if on} == set(scenario.clauses)
        assert not any(with_one_finding(loaded, scenario.id, "low").clauses.values())
        assert not any(with_one_finding(loaded, scenario.id, "very_high", "accept").clauses.values())


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_that_is_on_changes_what_its_policy_says(clause: str, loaded: Loaded) -> None:
    """The Word template asks for the clause; a finding does not end in a report that no policy heard of."""
    (policy,) = (policy for policy in loaded.catalog.policies if clause in policy.clauses)
    artifact = loaded.plan.get(policy.id)
    assert artifact is not None
    names = primitives(names_for(to_inputs(loaded), artifact))
    said = {}
    for on in (True, False):
        names["clause"][clause] = on
        said[on] = document_text(render_word(loaded.templates[artifact.template], names, loaded.look, loaded.as_of)).splitlines()
    assert set(said[True]) - set(said[False])


def test_the_law_is_of_a_day_before_the_first_issue_of_each_policy(project: Workspace) -> None:
    """A policy is not older than the law that it was written from."""
    catalog, _ = load_catalog(project)
    assert catalog is not None
    assert all(catalog.law_as_of <= policy.revision[0].date for policy in catalog.policies)
