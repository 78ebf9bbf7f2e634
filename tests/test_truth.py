"""A sentence about something that the practice does not have is a defect."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from conftest import JUNIPER

from pipeline.assessment.model import Action, Assessment, Finding, Rating
from pipeline.catalog import Catalog, Scenario
from pipeline.conditions import applies
from pipeline.context import Inputs, names_for
from pipeline.context.common import practice_names
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.excel.fill import render_excel
from pipeline.render.excel.read import read_sheets
from pipeline.render.jinja import fill
from pipeline.render.look import Look
from pipeline.render.parts import W, parse, read_parts
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

Facts = dict[str, Any]


def without_systems(*kinds: str) -> Callable[[Facts], None]:
    """Take the systems of these kinds out of the profile."""

    def change(profile: Facts) -> None:
        profile["systems"] = [s for s in profile["systems"] if s["kind"] not in kinds]

    return change


def without_devices(**what: str) -> Callable[[Facts], None]:
    """Take the devices that are all of this out of the profile."""

    def change(profile: Facts) -> None:
        profile["devices"] = [d for d in profile["devices"] if any(d[key] != value for key, value in what.items())]

    return change


def ways(**values: bool) -> Callable[[Facts], None]:
    """Set ways of working."""
    return lambda profile: profile["ways_of_working"].update(values)


def no_byod(profile: Facts) -> None:
    without_devices(owner="personal")(profile)
    ways(byod=False)(profile)


def no_texting(profile: Facts) -> None:
    without_systems("texting")(profile)
    ways(client_texting=False)(profile)


def no_telehealth(profile: Facts) -> None:
    without_systems("telehealth")(profile)
    ways(telehealth=False)(profile)


def no_paper(profile: Facts) -> None:
    ways(paper_records=False)(profile)
    for place in profile["locations"]:
        place["keeps_paper"] = False


def employees_only(profile: Facts) -> None:
    for person in profile["workforce"]:
        person["employment"] = "owner" if person["id"] in profile["owners"] else "employee"
        if person["role"] == "intern":
            person.update(role="clinician", title="Therapist")


def no_supervision(profile: Facts) -> None:
    employees_only(profile)
    for person in profile["workforce"]:
        person.pop("supervisor", None)
        if person["role"] == "supervisor":
            person.update(role="clinician", title="Therapist")


def one_owner(profile: Facts) -> None:
    profile["owners"] = profile["owners"][:1]


def all_remote(profile: Facts) -> None:
    homes = [place for place in profile["locations"] if place["kind"] == "home"]
    profile["locations"] = homes
    profile["networks"] = [network for network in profile["networks"] if network["kind"] == "home"]
    profile["devices"] = [d for d in profile["devices"] if d["class"] in ("laptop", "phone")]
    for person in profile["workforce"]:
        person["works_from"] = [homes[0]["id"]]
    no_paper(profile)


def no_remote_work(profile: Facts) -> None:
    places = [place for place in profile["locations"] if place["kind"] != "home"]
    profile["locations"] = places
    profile["networks"] = [network for network in profile["networks"] if network["kind"] != "home"]
    for person in profile["workforce"]:
        person["works_from"] = [places[0]["id"]]
    ways(remote_work=False)(profile)


LACKING: list[tuple[Callable[[Facts], None], str]] = [
    (no_byod, r"personal (phone|laptop|computer|tablet|device)s?|device of your own|your own (phone|laptop|computer)"),
    (no_texting, r"text messages?|texting|\btexts\b"),
    (no_telehealth, r"telehealth|by video|video sessions?"),
    (employees_only, r"contractors?|interns?\b"),
    (no_supervision, r"supervis\w+"),
    (one_owner, r"the owners\b|an owner whose"),
    (without_systems("fax"), r"\bfax\w*"),
    (without_systems("password_manager"), r"password manager|1Password"),
    (without_systems("ai_tool"), r"Upheal|AI note|note-taker"),
    (without_systems("storage"), r"Google Drive"),
    (without_devices(**{"class": "printer"}), r"\bprinters?\b|printouts?"),
    (no_paper, r"\bpaper\b"),
    (all_remote, r"\bthe office\b|front desk|office network|guest network of the practice|Bend"),
    (no_remote_work, r"(?<!away )from home|home workspace|home network|work at home"),
]


# stories and measures that are about what the practice does not have: a tool nobody approved, and the advice to get one
ABOUT_WHAT_IS_NOT_THERE = {"SC-019", "SG-012"}


@pytest.fixture(scope="module")
def juniper(project: Workspace) -> tuple[Facts, Assessment]:
    """The profile of the practice that has nearly everything, and its analysis."""
    folder = project.practices / JUNIPER
    profile = json.loads((folder / "profile.json").read_text("utf-8"))
    assessment = json.loads(next((folder / "assessments").glob("*.json")).read_text("utf-8"))
    return profile, structure(assessment, Assessment)


def stories(catalog: Catalog, profile: Facts) -> list[Scenario]:
    """The scenarios that apply to the practice."""
    return [scenario for scenario in catalog.scenarios if applies(scenario.applies_when, profile)]


def plain_story(catalog: Catalog, profile: Facts) -> Scenario:
    """One story without a word of its own that touches every policy and makes each text stricter that can be so here."""
    held = stories(catalog, profile)
    return replace(
        held[0],
        title="Something happens",
        narrative="Something happens.",
        vulnerability="Something is open.",
        question=(),
        safeguards=(),
        citations=tuple(sorted({citation for scenario in held for citation in scenario.citations})),
        policies=tuple(policy.id for policy in catalog.policies),
        clauses=tuple(sorted({clause for scenario in held for clause in scenario.clauses})),
        applies_when=None,
    )


def plain_analysis(assessment: Assessment, scenario: Scenario) -> Assessment:
    """The analysis without a word of its own, and with this one story, rated very high."""
    owner, day = assessment.participants[0], assessment.date
    step = Action("Do something.", owner, day.replace(year=day.year + 1), "open")
    finding = Finding(
        "RA-001", scenario.id, {}, (), "very_high", "very_high", "mitigate", (step,), Rating("low", "low"), "Something is so."
    )
    return replace(
        assessment,
        scope="Everything.",
        sources=("A talk.",),
        inventory=tuple(replace(asset, note=None) for asset in assessment.inventory),
        findings=(finding,),
        not_applicable=(),
        decisions=tuple(replace(decision, how="It is done.", why="It is sensible.") for decision in assessment.decisions),
        note=None,
    )


def printed(workspace: Workspace, catalog: Catalog, profile: Facts, assessment: Assessment) -> list[tuple[str, str]]:
    """(document, text) of each paragraph of policies and reports and each cell of the forms, without what an assessor wrote.

    The stories of the catalogue are looked at by themselves: those that a fact leaves out are listed with the reason.
    """
    story = plain_story(catalog, profile)
    alone = replace(catalog, scenarios=(story,))
    plan = make_plan(alone, profile)
    inputs = Inputs(alone, structure(profile, Profile), plain_analysis(assessment, story), plan, "2026.1", date(2026, 9, 14))
    texts: list[tuple[str, str]] = []
    for artifact in plan.artifacts:
        template = (workspace.templates if artifact.is_word else workspace.forms) / artifact.template
        render = render_word if artifact.is_word else render_excel
        data = render(template.read_bytes(), primitives(names_for(inputs, artifact)), Look("1F5F5B"), inputs.as_of)
        if artifact.is_word:
            body = parse(read_parts(data)["word/document.xml"])
            texts += [(artifact.id, "".join(t.text or "" for t in p.iter(f"{W}t"))) for p in body.iter(f"{W}p")]
        else:
            sheets = read_sheets(data)
            texts += [(artifact.id, cell.text) for sheet in sheets for row in (*sheet.head, *sheet.body) for cell in row.cells]
    return [(id, without_names_of_the_law(catalog, text)) for id, text in texts]


def without_names_of_the_law(catalog: Catalog, text: str) -> str:
    """The text less the titles of provisions, each beside its citation or alone in its paragraph: the law is named as it is."""
    for provision in catalog.provisions:
        text = text.replace(f"{provision.citation} {provision.title}", provision.citation)
        text = text.replace(f"{provision.title} – 45 CFR {provision.citation}", provision.citation)
    return "" if text in {provision.title for provision in catalog.provisions} else text


@pytest.fixture(scope="module")
def everything(project: Workspace, catalog: Catalog, juniper: tuple[Facts, Assessment]) -> list[tuple[str, str]]:
    """What the practice that has nearly everything reads."""
    return printed(project, catalog, *juniper)


@pytest.mark.parametrize(("change", "words"), LACKING, ids=[words[:24] for _, words in LACKING])
def test_what_the_practice_lacks_is_not_mentioned(
    project: Workspace, catalog: Catalog, juniper: tuple[Facts, Assessment], change: Callable[[Facts], None], words: str
) -> None:
    """Take one fact away, and its words are gone from every policy, form and report."""
    profile = copy.deepcopy(juniper[0])
    change(profile)
    pattern = re.compile(rf"(?:{words})", re.IGNORECASE)
    found = [(id, text) for id, text in printed(project, catalog, profile, juniper[1]) if pattern.search(text)]
    assert found == []


@pytest.mark.parametrize("words", [words for _, words in LACKING if "note-taker" not in words])
def test_what_the_practice_has_is_mentioned(everything: list[tuple[str, str]], words: str) -> None:
    """The control: with the fact, the words are there, so that the test above looks for something."""
    assert any(re.search(words, text, re.IGNORECASE) for _, text in everything)


# --- the stories


def told(catalog: Catalog, profile: Facts) -> list[tuple[str, str]]:
    """(id, text) of the stories told to the practice, the questions asked and the measures proposed; choices say what may be."""
    names = {key: primitives(value) for key, value in practice_names(structure(profile, Profile), catalog).items()}
    held = stories(catalog, profile)
    measures = {id for scenario in held for id in scenario.safeguards}
    texts = [
        (scenario.id, fill(text, names))
        for scenario in held
        for text in (
            scenario.title,
            scenario.narrative,
            scenario.vulnerability,
            *(question.text for question in scenario.question),
        )
    ]
    texts += [(s.id, fill(text, names)) for s in catalog.safeguards if s.id in measures for text in (s.title, s.action)]
    return [(id, text) for id, text in texts if id not in ABOUT_WHAT_IS_NOT_THERE]


@pytest.mark.parametrize(("change", "words"), LACKING, ids=[words[:24] for _, words in LACKING])
def test_no_story_and_no_measure_mentions_what_the_practice_lacks(
    catalog: Catalog, juniper: tuple[Facts, Assessment], change: Callable[[Facts], None], words: str
) -> None:
    """A story that can happen here, and what is proposed against it, speak of what is here."""
    profile = copy.deepcopy(juniper[0])
    change(profile)
    pattern = re.compile(rf"(?:{words})", re.IGNORECASE)
    found = [
        (id, text[max(0, match.start() - 60) : match.end() + 30])
        for id, text in told(catalog, profile)
        for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("words", [words for _, words in LACKING if not re.search("owners|1Password|Upheal|Google", words)])
def test_stories_and_measures_mention_what_the_practice_has(
    catalog: Catalog, juniper: tuple[Facts, Assessment], words: str
) -> None:
    """The control: but for owners and names of products, each fact has its stories or measures."""
    assert any(re.search(words, text, re.IGNORECASE) for _, text in told(catalog, juniper[0]))
