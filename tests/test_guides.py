"""Device guides: a practice gets those for what it has, they say what the policies say, and their check-off fits the logs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from docx import Document
from mutation import assert_told, changed
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from pipeline.catalog import Catalog
from pipeline.check.catalog import CODES, check_catalog
from pipeline.context import Inputs, names_for
from pipeline.context.guides import looked_for
from pipeline.facts import printed_date
from pipeline.guide_names import GuideNames
from pipeline.inputs import to_inputs
from pipeline.lint.templates import check_catalog_texts
from pipeline.load import Loaded, Shared, load_practice
from pipeline.materials import Guide
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.word import render_word
from pipeline.schema import load_schema
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
EXAMPLES = (JUNIPER, LANTERN, HARBOR)
EACH = pytest.mark.parametrize("slug", EXAMPLES)
SCHEMA = json.loads((ROOT / "schemas" / "profile.schema.json").read_text("utf-8"))
DEVICE = SCHEMA["$defs"]["device"]["properties"]
# a class that has no operating system a person would set up
ALONE = ("printer", "external_drive", "network_storage", "server")
A_DEVICE = {"id": "another", "owner": "practice", "ephi": True, "count": 2, "encryption": "on", "managed": False}
# a number with one of the units that catalog/parameters.toml has
TYPED = re.compile(
    r"\b(\d+|one|two|three|five|six|ten|fifteen|thirty) (minutes?|hours?|days?|digits?|characters?|words?)\b", re.I
)


@pytest.fixture(scope="module")
def practices(loaded: Loaded, catalog: Catalog, project: Workspace) -> dict[str, Loaded]:
    """The three examples."""
    return {slug: loaded if slug == JUNIPER else load_practice(project, slug, shared=Shared(catalog, ())) for slug in EXAMPLES}


def with_changes(practice: Loaded, *changes: tuple[str, Any]) -> Inputs:
    """The practice as if its profile said this."""
    raw = changed(practice.raw_profile, changes)
    plan = make_plan(practice.catalog, raw)
    return replace(to_inputs(practice), profile=structure(raw, Profile), raw=raw, plan=plan)


def guides_of(inputs: Inputs) -> dict[str, GuideNames]:
    """Number → names of each guide in the package."""
    found = {a.id: names_for(inputs, a) for a in inputs.plan.artifacts if isinstance(a.source, Guide)}
    assert all(isinstance(names, GuideNames) for names in found.values())
    return found  # type: ignore[return-value]


def words_of(names: GuideNames) -> str:
    """Everything that a guide says to a person."""
    parts = [text for part in names.parts for text in (part.title, *part.steps, part.note)]
    return "\n".join((names.document.title, names.document.summary, *parts, *(check.text for check in names.checks)))


def texts_of(guide: Guide) -> Iterator[str]:
    """Its texts as the catalogue has them."""
    yield from (guide.title, guide.summary)
    for part in guide.part:
        yield from (part.title, *part.steps, part.note or "")
    yield from (check.text for check in guide.check)


def rendered(practice: Loaded, inputs: Inputs, id: str) -> bytes:
    artifact = inputs.plan.get(id)
    assert artifact
    return render_word(
        practice.templates[artifact.template], primitives(names_for(inputs, artifact)), practice.look, inputs.as_of
    )


def test_a_practice_gets_the_guides_for_what_it_has(practices: dict[str, Loaded]) -> None:
    """Nine clinicians with Google, three remote people with Microsoft, four offices with a server."""
    have = {slug: [id.removeprefix("DG-") for id in guides_of(to_inputs(one))] for slug, one in practices.items()}
    assert have[JUNIPER] == ["01", "02", "03", "04", "07", "08", "10", "11", "13"]
    assert have[LANTERN] == ["01", "03", "07", "09", "10"]
    assert have[HARBOR] == ["01", "02", "03", "04", "07", "09", "10", "11", "13", "14"]


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"class": "laptop", "platform": "chromeos"}, "DG-05"),
        ({"class": "desktop", "platform": "linux"}, "DG-06"),
        ({"class": "external_drive", "platform": "none"}, "DG-12"),
        ({"class": "server", "platform": "windows"}, "DG-14"),
    ],
)
def test_a_new_kind_of_device_brings_its_guide_and_no_other(
    practices: dict[str, Loaded], changes: dict[str, str], more: str
) -> None:
    """And a device without client information brings none."""
    before = set(guides_of(to_inputs(practices[LANTERN])))
    after = guides_of(with_changes(practices[LANTERN], ("/devices/-", A_DEVICE | changes)))
    assert set(after) - before == {more}
    assert "(2)" in after[more].who
    assert set(guides_of(with_changes(practices[LANTERN], ("/devices/-", A_DEVICE | changes | {"ephi": False})))) == before


@pytest.mark.parametrize("platform", [one for one in DEVICE["platform"]["enum"] if one != "none"])
@pytest.mark.parametrize("kind", [one for one in DEVICE["class"]["enum"] if one not in ALONE])
def test_every_platform_that_can_hold_client_information_has_a_guide(catalog: Catalog, kind: str, platform: str) -> None:
    profile = {"devices": [A_DEVICE | {"class": kind, "platform": platform}]}
    assert [g.id for g in catalog.guides if looked_for(g.applies_when, {"systems": [], "networks": []} | profile).get("devices")]


@pytest.mark.parametrize("kind", ALONE)
def test_every_device_without_a_screen_of_its_own_has_a_guide(catalog: Catalog, kind: str) -> None:
    profile = {"devices": [A_DEVICE | {"class": kind, "platform": "none"}], "systems": [], "networks": []}
    assert [guide.id for guide in catalog.guides if looked_for(guide.applies_when, profile).get("devices")]


def test_what_a_guide_says_of_devices_of_ones_own_stands_only_where_there_are_some(practices: dict[str, Loaded]) -> None:
    """Of this platform: a practice with its own Macs and everybody's own Windows laptops has each word in one guide only."""
    assert "of your own" not in words_of(guides_of(to_inputs(practices[LANTERN]))["DG-01"])
    mixed = guides_of(
        with_changes(
            practices[LANTERN],
            ("/devices/-", A_DEVICE | {"class": "laptop", "platform": "macos", "owner": "personal"}),
        )
    )
    assert "of your own" in words_of(mixed["DG-02"])
    assert "of the practice" not in words_of(mixed["DG-02"])
    assert "of your own" not in words_of(mixed["DG-01"])
    assert mixed["DG-02"].who == "own laptops (2)"


def test_a_guide_names_device_management_only_where_it_manages_such_a_device(practices: dict[str, Loaded]) -> None:
    """Harbor Oak manages its Windows laptops and no Mac."""
    guides = guides_of(to_inputs(practices[HARBOR]))
    assert "Microsoft Intune" in words_of(guides["DG-01"])
    assert "Microsoft Intune" not in words_of(guides["DG-02"])


def test_a_part_without_steps_is_left_out(practices: dict[str, Loaded]) -> None:
    """Nobody at Lantern has a tablet: the part about handing one over is not there; with one it is."""
    with_one = with_changes(practices[LANTERN], ("/devices/-", A_DEVICE | {"class": "tablet", "platform": "ios"}))
    assert not [part for part in guides_of(to_inputs(practices[LANTERN]))["DG-03"].parts if "other hands" in part.title]
    assert [part for part in guides_of(with_one)["DG-03"].parts if "other hands" in part.title]


@EACH
def test_a_guide_serves_policies_and_a_record_of_the_package(practices: dict[str, Loaded], slug: str) -> None:
    """Each part has a rule behind it, each guide a record on which what was seen is entered."""
    for id, names in guides_of(to_inputs(practices[slug])).items():
        assert names.policies, id
        assert len(names.record) == 1, id
        assert all(len(part.policy) == 1 for part in names.parts), id
        assert all(part.steps for part in names.parts), id
        assert all(check.text for check in names.checks), id


@EACH
def test_a_guide_names_no_form_that_is_not_in_the_package(practices: dict[str, Loaded], slug: str) -> None:
    inputs = to_inputs(practices[slug])
    for id, names in guides_of(inputs).items():
        for named in re.findall(r"\b(?:SEC|DG|F|L|R)-\d\d\b", words_of(names)):
            assert inputs.plan.get(named), (id, named)


def test_the_columns_of_the_check_off_are_headings_of_its_record(catalog: Catalog) -> None:
    """Written as they stand there, so that what was ticked can be entered without thinking."""
    templates = {form.id: form.template for form in catalog.forms}
    named = 0
    for guide in catalog.guides:
        book = load_workbook(ROOT / "forms_xlsx" / templates[guide.record])
        headings = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
        for check in guide.check:
            assert check.column is None or check.column in headings, (guide.id, check.column)
            named += check.column is not None
    assert named > len(catalog.guides)


def test_each_column_of_the_device_audit_is_answered_by_each_guide_for_a_device_with_a_screen(catalog: Catalog) -> None:
    columns = {
        "Screen lock",
        "Encrypted",
        "Updates and malware guard",
        "Kept out of private backup",
        "Screen not readable by others",
    }
    for guide in catalog.guides[:6]:
        assert columns == {check.column for check in guide.check} - {None}, guide.id


def test_no_number_of_the_catalogue_is_typed_in_a_guide(catalog: Catalog) -> None:
    """Times and lengths come from catalog/parameters.toml; the pattern finds one that does not."""
    assert TYPED.search("The screen locks after 5 minutes.")
    assert TYPED.search("a code of at least six digits")
    for guide in catalog.guides:
        for text in texts_of(guide):
            assert not TYPED.search(text), (guide.id, text)


def test_the_word_for_the_people_served_is_that_of_the_practice(catalog: Catalog, practices: dict[str, Loaded]) -> None:
    """Lantern says patient; the catalogue types neither word."""
    assert "patient information" in words_of(guides_of(to_inputs(practices[LANTERN]))["DG-01"])
    for guide in catalog.guides:
        assert not [text for text in texts_of(guide) if re.search(r"\b(client|patient)s?\b", text, re.I)], guide.id


def test_a_guide_says_the_numbers_of_the_policies(practices: dict[str, Loaded]) -> None:
    """A number that is changed in its one place changes the steps."""
    loaded = practices[JUNIPER]
    parameters = tuple(replace(p, value=4) if p.name == "computer_lock_minutes" else p for p in loaded.catalog.parameters)
    other = replace(to_inputs(loaded), catalog=replace(loaded.catalog, parameters=parameters))
    assert "5 minutes or less" in words_of(guides_of(to_inputs(loaded))["DG-02"])
    assert "4 minutes or less" in words_of(guides_of(other)["DG-02"])


@EACH
def test_a_guide_prints_for_which_versions_and_when_it_was_written(
    practices: dict[str, Loaded], slug: str, tmp_path: Path
) -> None:
    """And is a Word file without a defect."""
    practice = practices[slug]
    inputs = to_inputs(practice)
    for id, names in guides_of(inputs).items():
        data = rendered(practice, inputs, id)
        (tmp_path / "guide.docx").write_bytes(data)
        document = Document(io.BytesIO(data))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        guide = next(guide for guide in inputs.catalog.guides if guide.id == id)
        assert {guide.versions, printed_date(guide.written_on), names.who} <= set(cells)
        assert set(guide.fields) <= set(cells)
        found = OpenXmlValidator().validate(tmp_path / "guide.docx")
        assert found.is_valid, (id, found.errors[:3])


def test_the_numbers_of_the_steps_begin_anew_in_each_part(
    practices: dict[str, Loaded], outside: Callable[..., str], tmp_path: Path
) -> None:
    """As LibreOffice prints them, no step is without its number and none goes on counting from the part before."""
    practice = practices[JUNIPER]
    inputs = to_inputs(practice)
    (tmp_path / "guide.docx").write_bytes(rendered(practice, inputs, "DG-01"))
    outside(
        "soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore",
        "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "guide.docx",
    )  # fmt: skip
    text = outside("pdftotext", "-layout", tmp_path / "guide.pdf", "-")
    printed = re.findall(r"^ *(\d+\.\d+) ", text, re.M)
    parts = guides_of(inputs)["DG-01"].parts
    assert len(parts) > 8
    assert printed == [f"{n}.{m}" for n, part in enumerate(parts, 1) for m, _ in enumerate(part.steps, 1)]


def test_who_a_guide_is_for_follows_the_profile(practices: dict[str, Loaded]) -> None:
    """Devices by kind and owner, homes by the people who work there, systems with their administrators, or everybody."""
    guides = guides_of(to_inputs(practices[HARBOR]))
    assert guides["DG-01"].who == "practice laptops (47), practice desktop computers (8), own laptops (12)"
    assert guides["DG-14"].who == "practice server (1)"
    assert guides["DG-13"].who.startswith("HarborOak-Wired, ")
    assert guides["DG-10"].who == "each person who works for Harbor Oak (74)"
    assert re.fullmatch(r"the home networks of the people who work from home \(\d+\)", guides["DG-07"].who)
    assert guides["DG-09"].who.startswith("Outlook, SharePoint and Microsoft Teams; administered by ")


def test_a_suite_is_known_by_the_name_of_its_maker(practices: dict[str, Loaded]) -> None:
    """However the consultant wrote the company."""
    for vendor, expected in (("Google", True), ("Google LLC", True), ("google inc.", False), ("Zoho Corporation", False)):
        systems = [("/systems/2/vendor", vendor), ("/systems/3/vendor", "Dropbox, Inc.")]
        assert ("DG-08" in guides_of(with_changes(practices[JUNIPER], *systems))) is expected, vendor


def test_a_defect_of_a_guide_is_found(catalog: Catalog, project: Workspace) -> None:
    """A citation no policy of the guide has, a part under a policy the guide does not name, a record that does not exist."""
    first, *others = catalog.guides
    part = replace(first.part[0], policy="SEC-31", applies_when={"required": ["devicess"]})
    wrong = replace(first, citations=("164.404(b)",), record="L-99", part=(part,))
    schemas = {name: load_schema(project.schemas / f"{name}.schema.json") for name, _ in CODES.values()}
    where = "catalog/guides.toml, DG-01"
    assert_told(
        check_catalog(replace(catalog, guides=(wrong, *others)), schemas),
        "",
        [
            [where, "cites 164.404(b), which none of its policies cites"],
            [where, 'There is no form or log "L-99"'],
            [where, 'asks for the key "devicess"'],
            [f"{where}, “Look at the version”", 'There is no policy of the guide "SEC-31"'],
        ],
    )


def test_the_names_of_a_guide_are_known_in_its_parts_and_nowhere_else(catalog: Catalog) -> None:
    """`these` is what the guide is for; a summary is printed in the contents, where there is no such thing."""
    first, *others = catalog.guides
    step = replace(first, part=(replace(first.part[0], steps=("{% if these.personel %}x{% endif %}",)),))
    summary = replace(first, summary="For {{ these.names }}.")
    for wrong, word in ((step, "personel"), (summary, "these")):
        (problem,) = check_catalog_texts(replace(catalog, guides=(wrong, *others)))
        assert (problem.where, word in problem.what) == ("catalog/guides.toml, DG-01", True)
    assert not list(check_catalog_texts(catalog))
