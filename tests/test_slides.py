"""Training decks: what staff must do here, nothing that this practice does not have, and nothing outside its slide."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import etree
from openxml_audit import OpenXmlValidator
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from pipeline.catalog import Catalog
from pipeline.context import Inputs, names_for
from pipeline.context.slides import FINDINGS
from pipeline.errors import ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import Loaded, load_practice
from pipeline.materials import Slide
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.parts import parse, read_parts, write_parts
from pipeline.render.slides import SlideOverflows, lines_of, render_slides
from pipeline.render.text import office_text
from pipeline.rendering import render_all
from pipeline.slide_names import DeckNames
from pipeline.workspace import Workspace

JUNIPER, LANTERN, HARBOR = "example-juniper-ridge", "example-lantern", "example-harbor-oak"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
POINT = 12_700
Decks = dict[str, dict[str, bytes]]


@pytest.fixture(scope="module")
def practices(project: Workspace) -> dict[str, Loaded]:
    """The three examples."""
    return {slug: load_practice(project, slug) for slug in (JUNIPER, LANTERN, HARBOR)}


@pytest.fixture(scope="module")
def inputs(practices: dict[str, Loaded]) -> dict[str, Inputs]:
    return {slug: to_inputs(loaded) for slug, loaded in practices.items()}


@pytest.fixture(scope="module")
def decks(practices: dict[str, Loaded], inputs: dict[str, Inputs]) -> Decks:
    """Slug → number of the deck → file."""
    return {
        slug: {
            artifact.id: render_slides(primitives(names_for(inputs[slug], artifact)), loaded.look, loaded.as_of)
            for artifact in loaded.plan.artifacts
            if artifact.path.endswith(".pptx")
        }
        for slug, loaded in practices.items()
    }


def deck(inputs: Inputs, id: str) -> DeckNames:
    """The names of one deck."""
    artifact = inputs.plan.get(id)
    assert artifact
    names = names_for(inputs, artifact)
    assert isinstance(names, DeckNames)
    return names


def every(decks: Decks) -> Iterator[tuple[str, Any]]:
    """(slug and number, opened presentation) of each deck."""
    for slug, held in decks.items():
        for id, data in held.items():
            yield f"{slug} {id}", Presentation(io.BytesIO(data))


def changed(inputs: Inputs, change: Callable[[Any], object]) -> Inputs:
    """The same practice with another profile."""
    raw = copy.deepcopy(dict(inputs.raw))
    change(raw)
    return replace(inputs, raw=raw, profile=structure(raw, Profile), plan=make_plan(inputs.catalog, raw))


def ids(names: DeckNames) -> set[str]:
    return {slide.id for slide in names.slides}


def words(names: DeckNames) -> str:
    return "\n".join(text for slide in names.slides for text in (slide.chapter, slide.title, *slide.points, *slide.notes))


def test_each_practice_gets_the_decks_of_its_people(practices: dict[str, Loaded], decks: Decks) -> None:
    """Where everybody treats people there is no deck for the office, and the package says why."""
    assert list(decks[JUNIPER]) == list(decks[HARBOR]) == ["TR-01", "TR-02", "TR-03", "TR-04", "TR-05"]
    assert list(decks[LANTERN]) == ["TR-01", "TR-02", "TR-05"]
    reasons = {entry.id: entry.reason for entry in practices[LANTERN].plan.left_out}
    assert "everybody treats people" in reasons["TR-03"]


def test_every_slide_has_a_title_text_and_notes_and_no_empty_field(decks: Decks) -> None:
    """The outline is whole, a screen reader has a name for each slide, and the trainer has something to say."""
    for where, presentation in every(decks):
        titles = []
        for slide in presentation.slides:
            assert slide.shapes.title is not None, where
            titles.append(slide.shapes.title.text_frame.text)
            empty = [shape.name for shape in slide.placeholders if shape.has_text_frame and not shape.text_frame.text.strip()]
            assert not empty, (where, titles[-1], empty)
            said = slide.notes_slide.notes_text_frame.text
            assert len(said.split()) > 20, (where, titles[-1])
        assert len(set(titles)) == len(titles), where
        assert 12 <= len(titles) <= 42, where


def test_each_slide_carries_practice_deck_edition_law_and_its_number(decks: Decks) -> None:
    """A slide that is copied out of the deck still says where it comes from."""
    presentation = Presentation(io.BytesIO(decks[LANTERN]["TR-01"]))
    for number, slide in enumerate(presentation.slides, 1):
        fields = {shape.placeholder_format.type: shape.text_frame.text for shape in slide.placeholders}
        if number > 1:
            footer = fields[PP_PLACEHOLDER.FOOTER]
            assert footer.startswith(
                "Lantern Online Therapy · Security training for new clinicians · Edition 2026.1 · Law as of "
            )
            assert fields[PP_PLACEHOLDER.SLIDE_NUMBER] == str(number)
    assert "Edition 2026.1" in "".join(shape.text_frame.text for shape in presentation.slides[0].placeholders)


def test_a_slide_holds_few_short_points(inputs: dict[str, Inputs]) -> None:
    """At most five points of at most fourteen words in the words of the catalogue."""
    for held in inputs.values():
        for id in ("TR-01", "TR-02", "TR-05"):
            for slide in deck(held, id).slides:
                if slide.kind == "content":
                    assert 3 <= len(slide.points) <= 5, slide.title
                    assert [point for point in slide.points if len(point.split()) > 14] == []


def test_numbers_come_from_the_parameters(catalog: Catalog) -> None:
    """No slide types a number of its own, but for names that hold one."""
    names = re.compile(r"SEC-\d\d|[A-Z]-\d\d|\b911\b|\b988\b|42 CFR Part 2|\bPart 2\b|WPA\d|\{[{%].*?[%}]\}")
    for slide in catalog.slides:
        for text in (slide.title, *slide.points, *slide.notes):
            assert not re.search(r"\d", names.sub("", text)), (slide.id, text)


def test_the_same_inputs_give_the_same_bytes(practices: dict[str, Loaded], inputs: dict[str, Inputs], decks: Decks) -> None:
    """No clock and no chance; another day gives other bytes."""
    names = primitives(deck(inputs[JUNIPER], "TR-02"))
    loaded = practices[JUNIPER]
    assert render_slides(names, loaded.look, loaded.as_of) == decks[JUNIPER]["TR-02"]
    assert render_slides(names, loaded.look, loaded.as_of + timedelta(days=1)) != decks[JUNIPER]["TR-02"]


def test_decks_are_valid_for_powerpoint(decks: Decks, tmp_path: Path) -> None:
    """The validation of Microsoft's SDK finds nothing; it does find a slide whose number is gone."""
    validator = OpenXmlValidator()
    for slug, held in decks.items():
        for id, data in held.items():
            path = tmp_path / f"{slug}-{id}.pptx"
            path.write_bytes(data)
            assert validator.validate(str(path)).errors == []
    parts = read_parts(decks[LANTERN]["TR-02"])
    parts["ppt/presentation.xml"] = parts["ppt/presentation.xml"].replace(b"<p:sldSz ", b"<p:size ")
    (tmp_path / "bad.pptx").write_bytes(write_parts(parts))
    assert validator.validate(str(tmp_path / "bad.pptx")).errors


def test_properties_language_logo_and_colour(practices: dict[str, Loaded], decks: Decks) -> None:
    """What a machine reads of the file: title, author, language, a description of the logo, the practice's colour."""
    data = decks[JUNIPER]["TR-01"]
    presentation = Presentation(io.BytesIO(data))
    properties = presentation.core_properties
    assert properties.title == "TR-01 Security training for new clinicians: slides"
    assert properties.subject == "Juniper Ridge Counseling"
    assert properties.created is not None
    assert properties.created.date() == practices[JUNIPER].as_of
    (logo,) = [shape for shape in presentation.slides[0].shapes if shape.shape_type == 13]
    assert logo._element.nvPicPr.cNvPr.get("descr") == "Logo of Juniper Ridge Counseling"
    parts = read_parts(data)
    assert practices[JUNIPER].look.colour.encode() in parts["ppt/theme/theme1.xml"]
    for name in parts:
        if name.startswith(("ppt/slides/slide", "ppt/notesSlides/notes")):
            for run in parse(parts[name]).iter(f"{A}r"):
                properties = run.find(f"{A}rPr")
                assert properties is not None
                assert properties.get("lang") == "en-US"


def test_links_lead_to_policies_of_the_package(practices: dict[str, Loaded], decks: Decks) -> None:
    """Every content slide links its policies by the relative path that they have in the folder."""
    for slug, held in decks.items():
        there = {f"../{artifact.path}" for artifact in practices[slug].plan.artifacts}
        for data in held.values():
            for slide in Presentation(io.BytesIO(data)).slides:
                links = [
                    run.hyperlink.address
                    for shape in slide.placeholders
                    if shape.has_text_frame
                    for paragraph in shape.text_frame.paragraphs
                    for run in paragraph.runs
                    if run.hyperlink.address
                ]
                assert {unquote(link) for link in links} <= there
                if slide.slide_layout.name in ("Content", "Finding"):
                    assert links


@pytest.mark.parametrize(
    ("fact", "slide"),
    [
        ("client_texting", "S-032"),
        ("byod", "S-014"),
        ("paper_records", "S-025"),
        ("telehealth", "S-033"),
        ("remote_work", "S-023"),
        ("psychotherapy_notes_separate", "S-036"),
    ],
)
def test_a_fact_that_is_taken_away_takes_its_slide_along(inputs: dict[str, Inputs], fact: str, slide: str) -> None:
    """No texting, no slide about texting; with the fact the slide is there."""
    with_it = inputs[JUNIPER]
    assert slide in ids(deck(with_it, "TR-01"))
    without = changed(with_it, lambda raw: raw["ways_of_working"].update({fact: False}))
    assert slide not in ids(deck(without, "TR-01"))


def test_without_remote_work_the_networks_have_a_slide_of_their_own(inputs: dict[str, Inputs]) -> None:
    """Public Wi-Fi is a matter of the slides about the way; where nobody works on the way it must not get lost."""
    assert "S-024" not in ids(deck(inputs[JUNIPER], "TR-01"))
    assert "S-024" in ids(deck(changed(inputs[JUNIPER], lambda raw: raw["ways_of_working"].update(remote_work=False)), "TR-01"))


def test_a_remote_practice_hears_nothing_of_doors_desks_faxes_and_paper(inputs: dict[str, Inputs]) -> None:
    """Words of a practice with an office stand in the decks of one, and in none of the other."""
    foreign = re.compile(
        r"\bfax|front desk|waiting area|hallway|corridor|shredder|F-17|F-21|L-17|supervisee|intern\b|\bclients?\b"
    )
    lantern = "\n".join(words(deck(inputs[LANTERN], id)) for id in ("TR-01", "TR-02", "TR-05"))
    assert foreign.findall(lantern) == []
    juniper = "\n".join(words(deck(inputs[JUNIPER], id)) for id in ("TR-01", "TR-02", "TR-03", "TR-05"))
    assert {"fax", "waiting area", "hallway", "F-17", "F-21", "L-17", "client"} <= set(foreign.findall(juniper))


def test_decks_name_this_practice_only(inputs: dict[str, Inputs], decks: Decks) -> None:
    """People, systems and telephone of another example never appear; one's own do."""
    for slug, held in decks.items():
        text = "\n".join(office_text(data) for data in held.values())
        own = inputs[slug].profile
        assert own.practice.phone in text
        assert own.person(own.officers.security.person).name in text
        for other, others in inputs.items():
            if other != slug:
                assert others.profile.practice.short_name not in text
                assert others.profile.practice.phone not in text
                known = {system.name for system in own.systems} | {system.vendor for system in own.systems}
                # "Website" is a word of its own
                foreign = {system.name for system in others.profile.systems} - known - {"Website"}
                assert [name for name in foreign if re.search(rf"\b{re.escape(name)}\b", text)] == []
                assert [person.name for person in others.profile.workforce if person.name in text] == []


def test_findings_are_those_at_the_head_of_the_register(inputs: dict[str, Inputs], names_of: Callable[[str], Any]) -> None:
    """The yearly deck shows the gravest findings that are not accepted, in the order of the register, with their level."""
    register = [row for row in names_of("R-02")["rows"] if row["response"] != "Accept"]
    for id in ("TR-02", "TR-04", "TR-05"):
        shown = [slide for slide in deck(inputs[JUNIPER], id).slides if slide.kind == "finding"]
        assert [slide.id for slide in shown] == [row["id"] for row in register[:FINDINGS]]
        assert [slide.level for slide in shown] == [row["level"] for row in register[:FINDINGS]]
    assert not [slide for slide in deck(inputs[JUNIPER], "TR-01").slides if slide.kind == "finding"]


def test_another_risk_at_the_head_brings_another_slide(inputs: dict[str, Inputs]) -> None:
    """A finding that is accepted leaves the deck, and the next one moves up."""
    held = inputs[JUNIPER]
    first, *_ = [slide.id for slide in deck(held, "TR-02").slides if slide.kind == "finding"]
    findings = tuple(replace(one, response="accept") if one.id == first else one for one in held.assessment.findings)
    other = deck(replace(held, assessment=replace(held.assessment, findings=findings)), "TR-02")
    shown = [slide.id for slide in other.slides if slide.kind == "finding"]
    assert first not in shown
    assert len(shown) == FINDINGS


def test_a_finding_is_followed_by_the_slide_that_answers_it(inputs: dict[str, Inputs]) -> None:
    """The computer at home that the family uses brings the slide about working from home, also into the yearly deck."""
    slides = deck(inputs[JUNIPER], "TR-02").slides
    place = next(n for n, slide in enumerate(slides) if slide.title == "A family member uses the computer you work on at home")
    assert slides[place].points[-1] == "Your part: “Working from home”"
    assert (slides[place + 1].id, slides[place + 1].chapter) == ("S-022", "What we found")
    assert [slide.id for slide in slides].count("S-022") == 1


def test_no_slide_tells_who_made_a_mistake(inputs: dict[str, Inputs]) -> None:
    """Actions name people and things that went wrong; the slides made of findings name neither."""
    for held in inputs.values():
        people = [part for person in held.profile.workforce for part in person.name.split(",")[0].split()[-1:]]
        acts = "\n".join(action.what for finding in held.assessment.findings for action in finding.actions)
        for slide in deck(held, "TR-02").slides:
            if slide.chapter == "What we found" and slide.kind in ("finding", "content") and not slide.id.startswith("S-"):
                text = "\n".join((*slide.points, *slide.notes))
                assert [name for name in people if re.search(rf"\b{re.escape(name)}\b", text)] == []
                assert [line for line in acts.splitlines() if line in text] == []
        assert [name for name in people if re.search(rf"\b{re.escape(name)}\b", acts)], "the control: actions do name people"


def covered(inputs: Inputs, id: str) -> set[str]:
    return {policy.id for slide in deck(inputs, id).slides if slide.kind == "content" for policy in slide.policies}


def must_follow(inputs: Inputs) -> set[str]:
    """Policies of the package whose audience is everybody, or every clinician with such notes or records."""
    return {
        artifact.id
        for artifact in inputs.plan.artifacts
        if artifact.id.startswith("SEC-")
        and re.match(r"Each (person who works|clinician)|The administrators", artifact.source.audience)  # type: ignore[union-attr]
    }


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN, HARBOR])
def test_each_policy_that_a_clinician_follows_is_taught_at_hiring(inputs: dict[str, Inputs], slug: str) -> None:
    """Each stands on a slide of the deck; without the slide on sanctions SEC-03 would be missing."""
    held = inputs[slug]
    assert must_follow(held) - covered(held, "TR-01") == set()
    if held.plan.get("TR-03"):
        # notes kept apart are the clinicians'
        assert must_follow(held) - covered(held, "TR-03") <= {"SEC-32"}
    fewer = tuple(slide for slide in held.catalog.slides if slide.id != "S-054")
    assert must_follow(held) - covered(replace(held, catalog=replace(held.catalog, slides=fewer)), "TR-01") == {"SEC-03"}


def test_stricter_rules_of_the_findings_stand_on_the_slides(inputs: dict[str, Inputs]) -> None:
    """Where a finding makes a policy stricter, the slide says the stricter rule; without the finding, the usual one."""
    held = inputs[JUNIPER]
    assert held.clauses["call_back_check"]
    (strict,) = [slide for slide in deck(held, "TR-01").slides if slide.id == "S-043"]
    assert any(point.endswith("always call back first") for point in strict.points)
    calm = replace(held, assessment=replace(held.assessment, findings=()))
    (usual,) = [slide for slide in deck(calm, "TR-01").slides if slide.id == "S-043"]
    assert not any(point.endswith("always call back first") for point in usual.points)


def test_libreoffice_draws_every_slide_and_nothing_leaves_its_place(
    decks: Decks, outside: Callable[..., str], tmp_path: Path
) -> None:
    """No text reaches into the footer, beyond the slide or from the points into the card, also where nothing is shrunk."""
    for slug, id in ((JUNIPER, "TR-01"), (LANTERN, "TR-02"), (HARBOR, "TR-03"), (HARBOR, "TR-04")):
        (tmp_path / f"{id}.pptx").write_bytes(as_it_is(decks[slug][id]))
        pages = drawn(tmp_path / f"{id}.pptx", outside)
        assert len(pages) == len(Presentation(io.BytesIO(decks[slug][id])).slides)
        for number, page in enumerate(pages, 1):
            assert not strayed(page), (slug, id, number, strayed(page))


def test_a_text_that_leaves_its_place_would_be_seen(decks: Decks, outside: Callable[..., str], tmp_path: Path) -> None:
    """The control of the test above: one point three times as long."""
    parts = read_parts(as_it_is(decks[LANTERN]["TR-02"]))
    root = parse(parts["ppt/slides/slide9.xml"])
    points = max((text for text in root.iter(f"{A}t")), key=lambda text: len(text.text or ""))
    points.text = f"{points.text} " * 9
    parts["ppt/slides/slide9.xml"] = etree.tostring(root)
    (tmp_path / "long.pptx").write_bytes(write_parts(parts))
    assert strayed(drawn(tmp_path / "long.pptx", outside)[8])


def as_it_is(deck: bytes) -> bytes:
    """The deck with texts that no program makes smaller when they do not fit."""
    parts = read_parts(deck)
    for name in parts:
        if name.startswith(("ppt/slideLayouts/slide", "ppt/slideMasters/slide")):
            parts[name] = parts[name].replace(b"<a:normAutofit/>", b"<a:noAutofit/>")
    return write_parts(parts)


def drawn(deck: Path, outside: Callable[..., str]) -> list[list[tuple[float, float, float, float, str]]]:
    """Pages with their words: left, top, right, bottom in points, and the word."""
    home = deck.parent / "office"
    outside("soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", deck.parent, deck)
    outside("pdftotext", "-bbox", deck.with_suffix(".pdf"), deck.with_suffix(".html"))
    root = etree.fromstring(deck.with_suffix(".html").read_bytes())
    xhtml = "{http://www.w3.org/1999/xhtml}"
    sides = ("xMin", "yMin", "xMax", "yMax")
    return [
        [(*(float(word.get(side, "0")) for side in sides), word.text or "") for word in page.iter(f"{xhtml}word")]  # type: ignore[misc]
        for page in root.iter(f"{xhtml}page")
    ]


def strayed(page: list[tuple[float, float, float, float, str]]) -> list[str]:
    """Words below the footer's first line, beyond the slide, or across the gap before the card."""
    foot = min((top for _, top, _, bottom, _ in page if bottom > 505), default=540.0)
    footer = [word for word in page if word[1] > 498]
    words = [word for word in page if word not in footer]
    low = [text for _, _, _, bottom, text in words if bottom > min(foot, 500)]
    wide = [text for _, _, right, _, text in page if right > 950]
    across = [
        text for left, top, right, _, text in words if top > 140 and left < 640 and right > 675 and len(page) and _has_card(page)
    ]
    big = [text for _, top, _, bottom, text in footer if bottom - top > 16 or bottom > 530]
    return low + wide + across + big


def _has_card(page: list[tuple[float, float, float, float, str]]) -> bool:
    return any(text == "stands" and left > 660 for left, *_, text in page)


def test_a_slide_that_is_too_full_is_named(practices: dict[str, Loaded], inputs: dict[str, Inputs]) -> None:
    """All slides that do not fit are listed: too many points, and points too long."""
    loaded = practices[LANTERN]
    names = primitives(deck(inputs[LANTERN], "TR-01"))
    first, second, *_ = [slide for slide in names["slides"] if slide["kind"] == "content"]
    first["points"] = first["points"] + ["One more"]
    second["points"] = ["A point that goes on and on " * 20] * 5
    with pytest.raises(SlideOverflows) as raised:
        render_slides(names, loaded.look, loaded.as_of)
    numbers = {slide["id"]: number for number, slide in enumerate(names["slides"], 2)}
    assert f"slide {numbers[first['id']]} ({first['id']}): it has 6 points" in str(raised.value)
    assert f"slide {numbers[second['id']]} ({second['id']}): the text is too long at 18 points" in str(raised.value)


def test_a_build_says_which_slide_to_shorten(practices: dict[str, Loaded]) -> None:
    """A slide of the catalogue that does not fit stops the build with its number."""
    loaded = practices[LANTERN]
    slides = tuple(
        replace(slide, points=("A point that goes on and on " * 14,) * 5) if slide.id == "S-001" else slide
        for slide in loaded.catalog.slides
    )
    only = tuple(artifact for artifact in loaded.plan.artifacts if artifact.id == "TR-01")
    changed = replace(loaded, catalog=replace(loaded.catalog, slides=slides), plan=replace(loaded.plan, artifacts=only))
    with pytest.raises(ProblemsFound) as raised:
        render_all(to_inputs(changed), changed)
    (problem,) = raised.value.problems
    assert "S-001" in problem.what
    assert problem.mend == "Shorten them."


def test_lines_are_counted_by_the_widths_of_letters() -> None:
    """Wide letters fill a line sooner than narrow ones, and a long line breaks at blanks."""
    assert lines_of("one line", 24, 600) == 1
    assert lines_of("illi " * 20, 24, 600) < lines_of("WMWM " * 20, 24, 600)
    assert lines_of("word " * 40, 24, 600) > lines_of("word " * 40, 18, 600)


def test_leftovers_on_slides_and_in_notes_are_found(decks: Decks) -> None:
    """A tag of a template in a title or in the notes is a problem; the decks themselves have none."""
    for held in decks.values():
        for id, data in held.items():
            assert list(find_leftovers(data, id)) == []
    for name in ("ppt/slides/slide2.xml", "ppt/notesSlides/notesSlide2.xml"):
        parts = read_parts(decks[LANTERN]["TR-01"])
        root = parse(parts[name])
        next(root.iter(f"{A}t")).text = "The {{ practice.one }} says"
        parts[name] = etree.tostring(root)
        (problem,) = find_leftovers(write_parts(parts), "TR-01")
        assert name in problem.where


def test_text_prints_slides_in_order_with_their_notes(decks: Decks) -> None:
    """`binder text` shows each slide with its title, its points and what the trainer says."""
    lines = office_text(decks[LANTERN]["TR-01"]).splitlines()
    assert lines[:2] == ["--- slide 1", "Security training for new clinicians"]
    assert lines[lines.index("--- slide 2") + 1] == "Why this training"
    assert any(line.startswith("notes: Welcome.") for line in lines)
    numbers = [int(line.removeprefix("--- slide ")) for line in lines if line.startswith("--- slide ")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_point_that_its_condition_empties_is_left_out(inputs: dict[str, Inputs]) -> None:
    """A slide without its optional points shows the others; an empty bullet is never drawn."""
    slide = Slide(
        id="S-999",
        chapter="Test",
        title="{{ practice.many }} first",
        points=("Always", "{% if facts.has_fax %}Fax{% endif %}", "ePHI stays here"),
        notes=("Said.",),
        audience=("clinician",),
        occasion=("hiring",),
        policies=("SEC-01",),
    )
    held = {slug: replace(one, catalog=replace(one.catalog, slides=(slide,))) for slug, one in inputs.items()}
    assert deck(held[JUNIPER], "TR-01").slides[0].points == ("Always", "Fax", "ePHI stays here")
    assert deck(held[LANTERN], "TR-01").slides[0].points == ("Always", "ePHI stays here")
    assert deck(held[LANTERN], "TR-01").slides[0].title == "Patients first"


def test_a_date_comes_from_the_day_of_the_package(inputs: dict[str, Inputs]) -> None:
    """Time enters once, as the day the package speaks of."""
    later = replace(inputs[LANTERN], as_of=date(2027, 3, 1), edition="2027.1")
    assert deck(later, "TR-02").slides[0].points[0] == "Edition 2027.1 of the policies, of March 1, 2027"
