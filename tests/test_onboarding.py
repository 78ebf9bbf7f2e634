"""Packets for new people, the page about leaving, and the notice of a new edition."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from openxml_audit import OpenXmlValidator

from pipeline.catalog import Catalog, Report
from pipeline.context import Inputs, names_for
from pipeline.context.onboarding import onboarding_names, packet_of
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice
from pipeline.onboarding_names import OnboardingNames
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.parts import W, parse, read_parts
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

SLUGS = (JUNIPER, LANTERN, "example-harbor-oak")
EACH = pytest.mark.parametrize("slug", SLUGS)
EMPLOYMENT = ("owner", "employee", "contractor", "intern", "volunteer")
ROLES = ("clinician", "supervisor", "intern", "admin", "billing", "manager", "other")


@pytest.fixture(scope="module")
def practices(project: Workspace, catalog: Catalog) -> dict[str, tuple[Loaded, Inputs]]:
    loaded = {slug: load_practice(project, slug, shared=Shared(catalog, ())) for slug in SLUGS}
    return {slug: (one, to_inputs(one)) for slug, one in loaded.items()}


def packets(plan: Any) -> dict[str, Any]:
    """Kind of people → their packet."""
    return {a.source.packet: a for a in plan.artifacts if isinstance(a.source, Report) and a.source.packet}


def names(practice: tuple[Loaded, Inputs], packet: str) -> OnboardingNames:
    return onboarding_names(practice[1], packets(practice[0].plan)[packet])


def text(practice: tuple[Loaded, Inputs], id: str) -> str:
    """Everything a document of the package says."""
    loaded, inputs = practice
    artifact = loaded.plan.get(id)
    assert artifact
    data = render_word(loaded.templates[artifact.template], primitives(names_for(inputs, artifact)), loaded.look, loaded.as_of)
    return "".join(t.text or "" for t in parse(read_parts(data)["word/document.xml"]).iter(f"{W}t"))


@EACH
def test_there_is_a_packet_for_the_kinds_of_people_who_work_here_and_no_other(
    slug: str, practices: dict[str, tuple[Loaded, Inputs]]
) -> None:
    """Three clinicians at home need no packet for interns."""
    loaded, _ = practices[slug]
    assert set(packets(loaded.plan)) == {packet_of(person) for person in loaded.profile.workforce}


@pytest.mark.parametrize("employment", EMPLOYMENT)
@pytest.mark.parametrize("role", ROLES)
def test_whoever_joins_finds_a_packet(role: str, employment: str, catalog: Catalog) -> None:
    """The conditions of the catalogue and the choice of the program agree for each role and employment."""
    raw = json.loads((ROOT / "practices" / LANTERN / "profile.json").read_text("utf-8"))
    before = set(packets(make_plan(catalog, raw)))
    changed = copy.deepcopy(raw)
    changed["workforce"].append(raw["workforce"][0] | {"id": "new", "role": role, "employment": employment})
    person = structure(changed, Profile).person("new")
    assert set(packets(make_plan(catalog, changed))) == before | {packet_of(person)}


def test_what_concerns_contractors_and_interns_stands_in_their_packets_only(
    practices: dict[str, tuple[Loaded, Inputs]],
) -> None:
    """One template serves all; each says what its people must hear."""
    said = {packet: text(practices[JUNIPER], artifact.id) for packet, artifact in packets(practices[JUNIPER][0].plan).items()}
    for phrase, packet in (
        ("You as a contractor", "contractor"),
        ("goes to your school", "intern"),
        ("You as office staff", "office"),
    ):
        assert [kind for kind, words in said.items() if phrase in words] == [packet]


def test_a_packet_names_the_systems_of_the_role(practices: dict[str, tuple[Loaded, Inputs]]) -> None:
    """A clinician holds sessions by video and sends no claims; the office is the control."""
    clinician = {account.name for account in names(practices[JUNIPER], "clinician").accounts}
    office = {account.name for account in names(practices[JUNIPER], "office").accounts}
    assert "SimplePractice Telehealth" in clinician - office
    assert "Office Ally" in office - clinician


def test_a_packet_lists_the_papers_of_these_people_and_not_those_of_officers(practices: dict[str, tuple[Loaded, Inputs]]) -> None:
    """Own devices are signed for where there are some; the designation is nobody's paper on the first day."""
    juniper = {paper.document.id for paper in names(practices[JUNIPER], "clinician").papers}
    lantern = {paper.document.id for paper in names(practices[LANTERN], "clinician").papers}
    assert {"F-18", "F-04", "F-17", "F-02", "TR-50"} == juniper
    assert juniper - lantern == {"F-17"}


def test_training_comes_first_and_that_of_the_office_is_another(practices: dict[str, tuple[Loaded, Inputs]]) -> None:
    """Each packet begins with the course before the first access."""
    first = {packet: names(practices[JUNIPER], packet).courses[0] for packet in ("clinician", "contractor", "office")}
    assert not any(course.perhaps for course in first.values())
    assert first["clinician"].title == first["contractor"].title != first["office"].title


@EACH
def test_each_document_is_sound(slug: str, practices: dict[str, tuple[Loaded, Inputs]], tmp_path: Path) -> None:
    """Microsoft's own rules, ported, find nothing."""
    loaded, inputs = practices[slug]
    artifacts = [a for a in loaded.plan.artifacts if isinstance(a.source, Report) and a.source.view == "onboarding"]
    assert {"ON-10", "ON-11"} < {artifact.id for artifact in artifacts}
    for artifact in artifacts:
        template = loaded.templates[artifact.template]
        data = render_word(template, primitives(names_for(inputs, artifact)), loaded.look, loaded.as_of)
        (tmp_path / f"{artifact.id}.docx").write_bytes(data)
        assert OpenXmlValidator().validate(tmp_path / f"{artifact.id}.docx").is_valid
