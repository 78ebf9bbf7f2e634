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

from pipeline.assessment.model import Assessment
from pipeline.catalog import Catalog, Report
from pipeline.context import Inputs, names_for
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.excel.fill import render_excel
from pipeline.render.excel.read import read_sheets
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


def employees_only(profile: Facts) -> None:
    for person in profile["workforce"]:
        person["employment"] = "owner" if person["id"] in profile["owners"] else "employee"
        person["role"] = "clinician" if person["role"] == "intern" else person["role"]


def no_supervision(profile: Facts) -> None:
    employees_only(profile)
    for person in profile["workforce"]:
        person.pop("supervisor", None)
        person["role"] = "clinician" if person["role"] == "supervisor" else person["role"]


def one_owner(profile: Facts) -> None:
    profile["owners"] = profile["owners"][:1]


def all_remote(profile: Facts) -> None:
    homes = [place for place in profile["locations"] if place["kind"] == "home"]
    profile["locations"] = homes
    profile["networks"] = [network for network in profile["networks"] if network["kind"] == "home"]
    profile["devices"] = [d for d in profile["devices"] if d["class"] in ("laptop", "phone")]
    for person in profile["workforce"]:
        person["works_from"] = [homes[0]["id"]]
    ways(paper_records=False)(profile)


def no_remote_work(profile: Facts) -> None:
    places = [place for place in profile["locations"] if place["kind"] != "home"]
    profile["locations"] = places
    profile["networks"] = [network for network in profile["networks"] if network["kind"] != "home"]
    for person in profile["workforce"]:
        person["works_from"] = [places[0]["id"]]
    ways(remote_work=False)(profile)


LACKING: list[tuple[Callable[[Facts], None], str]] = [
    (no_byod, r"personal (phone|laptop|computer|tablet|device)s?|device of your own|your own (phone|laptop|computer)"),
    (no_texting, r"text messages?|texting"),
    (no_telehealth, r"telehealth|by video|video sessions?"),
    (employees_only, r"contractors?|interns?\b"),
    (no_supervision, r"supervis\w+"),
    (one_owner, r"the owners\b|an owner whose"),
    (without_systems("fax"), r"\bfax\w*"),
    (without_systems("password_manager"), r"password manager|1Password"),
    (without_systems("ai_tool"), r"Upheal|AI note|note-taker"),
    (without_systems("storage"), r"Google Drive"),
    (without_devices(**{"class": "printer"}), r"\bprinters?\b|printouts?"),
    (ways(paper_records=False), r"\bpaper\b"),
    (all_remote, r"\bthe office\b|front desk|office network|guest network of the practice|Bend"),
    (no_remote_work, r"from home|home workspace|home network|work at home"),
]


@pytest.fixture(scope="module")
def juniper(project: Workspace) -> tuple[Facts, Assessment]:
    """The profile of the practice that has nearly everything, and its analysis."""
    folder = project.practices / JUNIPER
    profile = json.loads((folder / "profile.json").read_text("utf-8"))
    assessment = json.loads(next((folder / "assessments").glob("*.json")).read_text("utf-8"))
    return profile, structure(assessment, Assessment)


def printed(workspace: Workspace, catalog: Catalog, profile: Facts, assessment: Assessment) -> list[tuple[str, str]]:
    """(document, text) of each paragraph of the policies and each cell of the forms; the findings are told elsewhere."""
    plan = make_plan(catalog, profile)
    silent = replace(assessment, findings=())
    inputs = Inputs(catalog, structure(profile, Profile), silent, plan, "2026.1", date(2026, 9, 14))
    texts: list[tuple[str, str]] = []
    for artifact in plan.artifacts:
        if isinstance(artifact.source, Report):
            continue
        template = (workspace.templates if artifact.is_word else workspace.forms) / artifact.template
        render = render_word if artifact.is_word else render_excel
        data = render(template.read_bytes(), primitives(names_for(inputs, artifact)), Look("1F5F5B"), inputs.as_of)
        if artifact.is_word:
            body = parse(read_parts(data)["word/document.xml"])
            texts += [(artifact.id, "".join(t.text or "" for t in p.iter(f"{W}t"))) for p in body.iter(f"{W}p")]
        else:
            sheets = read_sheets(data)
            texts += [(artifact.id, cell.text) for sheet in sheets for row in (*sheet.head, *sheet.body) for cell in row.cells]
    return texts


@pytest.mark.parametrize(("change", "words"), LACKING, ids=[words[:24] for _, words in LACKING])
def test_what_the_practice_lacks_is_not_mentioned(
    project: Workspace, catalog: Catalog, juniper: tuple[Facts, Assessment], change: Callable[[Facts], None], words: str
) -> None:
    """Take one fact away, and its words are gone from every policy and form."""
    profile = copy.deepcopy(juniper[0])
    change(profile)
    pattern = re.compile(rf"(?:{words})", re.IGNORECASE)
    found = [(id, text) for id, text in printed(project, catalog, profile, juniper[1]) if pattern.search(text)]
    assert found == []


@pytest.mark.parametrize("words", [words for _, words in LACKING if "note-taker" not in words])
def test_what_the_practice_has_is_mentioned(
    project: Workspace, catalog: Catalog, juniper: tuple[Facts, Assessment], words: str
) -> None:
    """The control: with the fact, the words are there, so that the test above looks for something."""
    assert any(re.search(words, text, re.IGNORECASE) for _, text in printed(project, catalog, juniper[0], juniper[1]))
