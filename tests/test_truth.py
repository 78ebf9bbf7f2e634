"""A sentence about something that the practice does not have is a defect."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER

from pipeline.assessment.model import Action, Assessment, Finding, Rating
from pipeline.catalog import Catalog, Scenario
from pipeline.compare.model import Comparison
from pipeline.conditions import applies
from pipeline.context import Inputs, names_for
from pipeline.context.common import practice_names
from pipeline.facts import FACTS, facts_of
from pipeline.plan import Artifact, make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.excel.fill import LISTS, render_excel
from pipeline.render.excel.read import read_sheets
from pipeline.render.jinja import fill
from pipeline.render.look import Look
from pipeline.render.parts import W, parse, read_parts
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

Facts = dict[str, Any]
HARBOR = "example-harbor-oak"  # many people, four sites and a Part 2 program
CROSSWALK = "R-07"
DAY = date(2026, 9, 14)
# an edition before this one from which nothing differs, so that the documents about changes are looked at too
QUIET = Comparison("2025.1", DAY, DAY, "2026.1", DAY, {}, {}, (), (), ())
# names that the rendering looks up by itself: the lists that fill tables, and what a link shows
ALWAYS_USED = frozenset((*LISTS.values(), "levels", "id", "title", "href"))


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


def everything_and_more(profile: Facts) -> None:
    """Give the large practice what it lacks, so that nearly every fact can be taken away from it."""
    ways(removable_media=True, sponsors_health_plan=True)(profile)
    lent = next(device for device in profile["devices"] if device["class"] == "tablet")
    more = [
        {**lent, "id": "own-tablets", "owner": "personal", "managed": False},
        {**lent, "id": "drives", "class": "external_drive", "platform": "none", "managed": False},
    ]
    profile["devices"] += more


def without_places(*ids: str) -> Callable[[Facts], None]:
    """Take these places out of the profile, with their networks and whoever lets them."""

    def change(profile: Facts) -> None:
        profile["locations"] = [place for place in profile["locations"] if place["id"] not in ids]
        profile["networks"] = [network for network in profile["networks"] if network["location"] not in ids]
        profile["contacts"] = [contact for contact in profile["contacts"] if contact["kind"] != "landlord"]
        left = [place["id"] for place in profile["locations"]]
        for person in profile["workforce"]:
            person["works_from"] = [id for id in person["works_from"] if id in left] or left[:1]
        for device in profile["devices"]:
            for each in device.get("register", ()):
                if each.get("location") in ids:
                    each["location"] = left[0]

    return change


def without_networks(kind: str) -> Callable[[Facts], None]:
    """Take the networks of this kind out of the profile."""

    def change(profile: Facts) -> None:
        profile["networks"] = [network for network in profile["networks"] if network["kind"] != kind]

    return change


def part2_neither(profile: Facts) -> None:
    profile["ways_of_working"]["part2"] = {"status": "neither", "reason": "None is held.", "decided_on": "2026-01-05"}


def no_messages(profile: Facts) -> None:
    no_texting(profile)
    ways(client_email=False)(profile)


def no_media(profile: Facts) -> None:
    ways(removable_media=False)(profile)
    without_devices(**{"class": "external_drive"})(profile)


def no_server(profile: Facts) -> None:
    without_devices(**{"class": "server"})(profile)
    profile["systems"] = [s for s in profile["systems"] if s["id"] != "record-archive"]


def no_website(profile: Facts) -> None:
    without_systems("website", "forms")(profile)
    profile["practice"].pop("website")


def no_it_contact(profile: Facts) -> None:
    helpers = {contact["id"] for contact in profile["contacts"] if contact["kind"] == "it"}
    profile["contacts"] = [contact for contact in profile["contacts"] if contact["id"] not in helpers]
    for thing in (*profile["systems"], *profile["networks"]):
        if thing.get("administrator") in helpers:
            thing["administrator"] = profile["officers"]["security"]["person"]


def systems(key: str, value: Any) -> Callable[[Facts], None]:
    """Set one property of all systems."""

    def change(profile: Facts) -> None:
        for system in profile["systems"]:
            system[key] = value

    return change


def no_device_management(profile: Facts) -> None:
    without_systems("device_management")(profile)
    for device in profile["devices"]:
        device["managed"] = False


def one_officer(profile: Facts) -> None:
    profile["officers"]["privacy"] = profile["officers"]["security"]


def no_address(profile: Facts) -> None:
    for place in profile["locations"]:
        place.pop("address", None)


def clinicians_only(profile: Facts) -> None:
    for person in profile["workforce"]:
        if person["role"] in ("admin", "billing", "manager"):
            person.update(role="clinician", title="Therapist")


def no_practice_computers(profile: Facts) -> None:
    without_devices(**{"class": "laptop", "owner": "practice"})(profile)
    without_devices(**{"class": "desktop", "owner": "practice"})(profile)


def no_tablets(profile: Facts) -> None:
    without_devices(**{"class": "tablet"})(profile)


@dataclass(frozen=True)
class Lack:
    """What is taken away from which practice, and the words that speak of it."""

    change: Callable[[Facts], None]
    words: str
    slug: str = JUNIPER
    what: str = ""
    told: bool = True  # stories and measures speak of it too

    def __str__(self) -> str:
        return self.what or self.words[:24]

    def found(self, texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
        pattern = re.compile(rf"(?:{self.words})", re.IGNORECASE)
        return [(id, text) for id, text in texts if pattern.search(text)]


LACKING = [
    Lack(no_byod, r"personal (phone|laptop|computer|tablet|device)s?|device of your own|your own (phone|laptop|computer)"),
    Lack(no_texting, r"text messages?|texting|\btexts\b"),
    Lack(no_telehealth, r"telehealth|by video|video sessions?"),
    Lack(employees_only, r"\bcontractors?|\binterns?\b"),
    Lack(no_supervision, r"supervis\w+"),
    Lack(one_owner, r"the owners\b|an owner whose", told=False),
    Lack(without_systems("fax"), r"\bfax\w*"),
    Lack(without_systems("password_manager"), r"password manager|1Password", told=False),
    Lack(without_systems("ai_tool"), r"Upheal|AI note|note-taker", told=False),
    Lack(without_systems("storage"), r"Google Drive", told=False),
    Lack(without_devices(**{"class": "printer"}), r"\bprinters?\b|printouts?"),
    Lack(no_paper, r"\bpaper\b"),
    Lack(all_remote, r"\bthe office\b|front desk|office network|guest network of the practice|Bend"),
    Lack(no_remote_work, r"(?<!away )from home|home workspace|home network|work at home"),
    Lack(part2_neither, r"42 CFR (Part )?2\b|substance use|SEC-34", what="Part 2 lawful holder", told=False),
    Lack(one_officer, r"Privacy Officer agrees|Privacy Officer's agreement|told to the other", what="two officers", told=False),
    Lack(no_address, r"2290 NW", what="an address", told=False),
    Lack(
        ways(client_email=False),
        r"e-mail without encryption|ordinary e-mail (and|or) text|choose ordinary e-mail",
        HARBOR,
        told=False,
    ),
    Lack(no_messages, r"\bF-21\b|unencrypted messages|consent was signed", HARBOR, told=False),
    Lack(ways(removable_media=False), r"\bUSB sticks?|\bsticks?\b|\bdiscs?\b", HARBOR),
    Lack(no_media, r"\bUSB sticks?|\bsticks?\b|\bdiscs?\b|external drives?|removable", HARBOR),
    Lack(ways(psychotherapy_notes_separate=False), r"psychotherapy notes?|SEC-32", HARBOR),
    Lack(part2_neither, r"42 CFR (Part )?2\b|substance use|SEC-33", HARBOR, "Part 2 program", told=False),
    Lack(ways(sponsors_health_plan=False), r"plan sponsor|group health plan|plan of the staff|SEC-35", HARBOR),
    Lack(without_networks("guest"), r"HarborOak-Guest|guest network of the practice", HARBOR, told=False),
    Lack(without_networks("building"), r"Bobbin Works Members(?! Desk)|The practice does not run", HARBOR, told=False),
    Lack(without_places("dover"), r"Dover rooms|co-?working|Bobbin", HARBOR, told=False),
    Lack(
        without_places("biddeford", "portsmouth"), r"Biddeford suite|Portsmouth office|(each|every) office\b", HARBOR, told=False
    ),
    Lack(no_server, r"\bserver\b", HARBOR),
    Lack(without_systems("backup"), r"Acronis|backup service", HARBOR, told=False),
    Lack(no_device_management, r"Intune|device management", HARBOR, told=False),
    Lack(without_systems("messaging"), r"Microsoft Teams|team messages|talk among colleagues", HARBOR, told=False),
    Lack(no_website, r"practice's (own )?website|home page|Jotform|online forms?", HARBOR),
    Lack(no_it_contact, r"Arceneaux|Pinetop|\bIT (company|contact|provider|firm)", HARBOR, told=False),
    Lack(without_devices(**{"class": "phone", "owner": "practice"}), r"provides phones|on-call phone", HARBOR, told=False),
    Lack(without_devices(**{"class": "tablet", "owner": "practice"}), r"provides (phones and )?tablets", HARBOR, told=False),
    Lack(no_practice_computers, r"computers? of the practice is|on a practice computer", HARBOR, told=False),
    Lack(no_tablets, r"\btablets?\b", HARBOR),
    Lack(
        systems("audit_log", False),
        r"failed sign-ins to one|writes down who opened|reads? the recent activity",
        HARBOR,
        told=False,
    ),
    Lack(
        systems("mfa", "required"),
        r"can choose the second step|turned the second step on|No second step is offered",
        HARBOR,
        told=False,
    ),
    Lack(clinicians_only, r"administrative staff|front desk", HARBOR),
    Lack(without_systems("email"), r"Outlook", HARBOR, told=False),
    Lack(without_systems("ehr"), r"Valant", HARBOR, told=False),
]


# stories and measures that are about what the practice does not have: a tool nobody approved, and the advice to get one
ABOUT_WHAT_IS_NOT_THERE = {"SC-019", "SG-012"}
# stories tell of the server of a vendor and of the tablet of a family too
ALSO_ELSEWHERE = (no_server, no_tablets)


@pytest.fixture(scope="module")
def practice(project: Workspace) -> Callable[[str], tuple[Facts, Assessment]]:
    """practice(slug) gives a copy of the profile of a practice that has nearly everything, and its analysis."""

    def read(slug: str) -> tuple[Facts, Assessment]:
        folder = project.practices / slug
        profile = json.loads((folder / "profile.json").read_text("utf-8"))
        if slug == HARBOR:
            everything_and_more(profile)
        assessment = json.loads(next((folder / "assessments").glob("*.json")).read_text("utf-8"))
        return profile, structure(assessment, Assessment)

    return read


@pytest.fixture(scope="module")
def lacking(practice: Callable[[str], tuple[Facts, Assessment]]) -> Callable[[Lack], Facts]:
    """lacking(lack) gives the profile of its practice without what it takes away."""

    def change(lack: Lack) -> Facts:
        profile = practice(lack.slug)[0]
        lack.change(profile)
        return profile

    return change


def stories(catalog: Catalog, profile: Facts) -> list[Scenario]:
    """The scenarios that apply to the practice."""
    return [scenario for scenario in catalog.scenarios if applies(scenario.applies_when, profile)]


def plain_story(catalog: Catalog, profile: Facts) -> Scenario:
    """One story without a word of its own that touches every policy and makes each text stricter that can be so here."""
    held = stories(catalog, profile)
    return replace(
        catalog.scenarios[0],
        title="Something happens",
        narrative="Something happens.",
        vulnerability="Something is open.",
        question=(),
        safeguards=(),
        citations=tuple(sorted({citation for scenario in catalog.scenarios for citation in scenario.citations})),
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


@cache
def words_of(template: Path) -> frozenset[str]:
    """Every word in a template, whether printed or evaluated: what it does not say it cannot use."""
    with zipfile.ZipFile(template) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
    # a word may stand in several runs
    return frozenset(re.findall(r"\w+", " ".join((*parts, *(re.sub(r"<[^>]*>", "", part) for part in parts)))))


def only(value: Any, words: frozenset[str]) -> Any:
    """The value without what goes by a name that is none of these words."""
    if isinstance(value, dict):
        return {key: only(item, words) for key, item in value.items() if key in words}
    return [only(item, words) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def printed(
    project: Workspace, catalog: Catalog, practice: Callable[[str], tuple[Facts, Assessment]]
) -> Callable[[str, Facts], list[tuple[str, str]]]:
    """printed(slug, profile) gives (document, text) of each paragraph of policies and reports and each cell of the forms.

    The edition is a second one, with all documents that there can be. What an assessor wrote is left out, and so is the crosswalk, which lists what the practice lacks, with the reasons. The
    stories of the catalogue are looked at by themselves. A document is a function of its template and of the names in it:
    one with the same names is not rendered again.
    """
    rendered: dict[tuple[str, str], list[str]] = {}
    without_names = cache(lambda text: without_names_of_the_law(catalog, text))

    def texts_of(workspace: Workspace, artifact: Artifact, names: Facts) -> list[str]:
        if artifact.path.endswith(".ics"):
            return [without_names(text) for event in names["events"] for text in (event["title"], event["text"])]
        if artifact.path.endswith(".pptx"):
            slides = [text for slide in names["slides"] for text in (slide["title"], *slide["points"], *slide["notes"])]
            return [without_names(text) for text in (names["deck"], *names["opening"], *slides)]
        template = (workspace.templates if artifact.is_word else workspace.forms) / artifact.template
        key = (artifact.id, json.dumps(only(names, words_of(template) | ALWAYS_USED)))
        if key not in rendered:
            made, look = template.read_bytes(), Look("1F5F5B")
            if artifact.is_word:
                data = render_word(made, names, look, DAY, packed=False)
                body = parse(read_parts(data)["word/document.xml"])
                texts = ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in body.iter(f"{W}p")]
            else:
                data = render_excel(made, names, look, DAY)
                rows = [row for sheet in read_sheets(data) for row in (*sheet.head, *sheet.body)]
                texts = [cell.text for row in rows for cell in row.cells]
            rendered[key] = [without_names(text) for text in dict.fromkeys(texts)]
        return rendered[key]

    def render_all(slug: str, profile: Facts) -> list[tuple[str, str]]:
        story = plain_story(catalog, profile)
        alone = replace(catalog, scenarios=(story,))
        plan = make_plan(alone, profile, second=True)
        analysis = plain_analysis(practice(slug)[1], story)
        inputs = Inputs(alone, structure(profile, Profile), analysis, plan, "2026.1", DAY, raw=profile, comparison=QUIET)
        return [
            (artifact.id, text)
            for artifact in plan.artifacts
            if artifact.id != CROSSWALK
            for text in texts_of(project, artifact, primitives(names_for(inputs, artifact)))
        ]

    return render_all


def without_names_of_the_law(catalog: Catalog, text: str) -> str:
    """The text less the titles of provisions, each beside its citation or alone in its paragraph: the law is named as it is."""
    for provision in catalog.provisions:
        if provision.title in text:
            text = text.replace(f"{provision.citation} {provision.title}", provision.citation)
            text = text.replace(f"{provision.title} – 45 CFR {provision.citation}", provision.citation)
    return "" if set(text.split("; ")) <= {provision.title for provision in catalog.provisions} else text


@pytest.fixture(scope="module")
def everything(
    printed: Callable[[str, Facts], list[tuple[str, str]]], practice: Callable[[str], tuple[Facts, Assessment]]
) -> dict[str, list[tuple[str, str]]]:
    """What the practices read that have nearly everything."""
    return {slug: printed(slug, practice(slug)[0]) for slug in (JUNIPER, HARBOR)}


@pytest.mark.parametrize("lack", LACKING, ids=str)
def test_what_the_practice_lacks_is_not_mentioned(
    printed: Callable[[str, Facts], list[tuple[str, str]]], lacking: Callable[[Lack], Facts], lack: Lack
) -> None:
    """Take one fact away, and its words are gone from every policy, form and report."""
    assert lack.found(printed(lack.slug, lacking(lack))) == []


@pytest.mark.parametrize("lack", [lack for lack in LACKING if "note-taker" not in lack.words], ids=str)
def test_what_the_practice_has_is_mentioned(everything: dict[str, list[tuple[str, str]]], lack: Lack) -> None:
    """The control: with the fact, the words are there, so that the test above looks for something."""
    assert lack.found(everything[lack.slug])


def test_every_fact_is_taken_away_once(
    practice: Callable[[str], tuple[Facts, Assessment]], lacking: Callable[[Lack], Facts]
) -> None:
    """No fact is left out of the list: each of them is another one in some profile than in that of its practice."""
    taken = set()
    for lack in LACKING:
        before, after = (facts_of(structure(profile, Profile)) for profile in (practice(lack.slug)[0], lacking(lack)))
        taken |= {fact for fact in FACTS if before[fact] != after[fact]}
    assert FACTS - taken == set()


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


@pytest.mark.parametrize("lack", [lack for lack in LACKING if lack.change not in ALSO_ELSEWHERE], ids=str)
def test_no_story_and_no_measure_mentions_what_the_practice_lacks(
    catalog: Catalog, lacking: Callable[[Lack], Facts], lack: Lack
) -> None:
    """A story that can happen here, and what is proposed against it, speak of what is here."""
    assert lack.found(told(catalog, lacking(lack))) == []


@pytest.mark.parametrize("lack", [lack for lack in LACKING if lack.told], ids=str)
def test_stories_and_measures_mention_what_the_practice_has(
    catalog: Catalog, practice: Callable[[str], tuple[Facts, Assessment]], lack: Lack
) -> None:
    """The control: but for owners and names of products, each fact has its stories or measures."""
    assert lack.found(told(catalog, practice(lack.slug)[0]))
