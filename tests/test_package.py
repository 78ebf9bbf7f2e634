"""The built package, opened with independent readers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN
from openxml_audit import OpenXmlValidator, ValidationSeverity
from pypdf import PdfReader
from readers import office_texts, page_texts

from pipeline.build import Built
from pipeline.catalog import Catalog
from pipeline.schema import validate
from pipeline.workspace import Workspace

BOTH = pytest.mark.parametrize("slug", [JUNIPER, LANTERN])


def manifest(built: Built) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((built.target / "manifest.json").read_text("utf-8"))
    return value


def squash(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


@BOTH
def test_the_manifest_is_valid_and_lists_every_file(packages: dict[str, Built], project: Workspace, slug: str) -> None:
    """Under its schema, and complete."""
    target = packages[slug].target
    listed = manifest(packages[slug])
    assert validate(listed, project.schemas / "manifest.schema.json", "manifest.json") == []
    present = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()} - {"manifest.json"}
    assert {entry["path"] for entry in listed["artifacts"]} == present


@BOTH
def test_every_office_file_passes_the_open_xml_validator(packages: dict[str, Built], slug: str) -> None:
    """A port of Microsoft's validation finds nothing, not even a warning; that texts stand in their cells is only a remark."""
    files = [p for p in packages[slug].target.rglob("*") if p.suffix in (".docx", ".xlsx")]
    assert len(files) == sum(entry["path"].endswith((".docx", ".xlsx")) for entry in manifest(packages[slug])["artifacts"])
    assert {file.suffix for file in files} == {".docx", ".xlsx"}
    validator = OpenXmlValidator()
    for file in files:
        errors = validator.validate(file).errors
        assert [str(e) for e in errors if e.severity == ValidationSeverity.ERROR] == [], file.name
        assert [str(e) for e in errors if file.suffix == ".docx" or "inline-string" not in str(e)] == [], file.name


@BOTH
def test_the_binder_is_sound_and_all_its_fonts_are_embedded(
    packages: dict[str, Built], outside: Callable[..., str], slug: str
) -> None:
    """qpdf and pdffonts agree."""
    binder = packages[slug].target / "binder.pdf"
    outside("qpdf", "--check", binder)
    rows = outside("pdffonts", binder).splitlines()[2:]
    assert rows
    assert all(re.search(r"\byes\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$", row) for row in rows)


@BOTH
def test_contents_bookmarks_and_manifest_name_the_page_that_shows_the_title(packages: dict[str, Built], slug: str) -> None:
    """The number in the contents is the physical page, and that page begins the document."""
    binder = packages[slug].target / "binder.pdf"
    pages = [squash(text) for text in page_texts(binder)]
    reader = PdfReader(binder)
    marks = {
        str(m.title): reader.get_destination_page_number(m) for group in reader.outline if isinstance(group, list) for m in group
    }
    sections = [reader.get_destination_page_number(mark) for mark in reader.outline if not isinstance(mark, list)][2:]
    lines = "\n".join(page_texts(binder)[1 : sections[0]])
    for entry in manifest(packages[slug])["artifacts"][1:]:
        if entry["pages"] is None:
            assert re.search(rf"{re.escape(entry['title'])}\s+file\b", lines), entry["id"]
            continue
        title = f"{entry['id']} {entry['title']}"
        assert squash(title) in pages[entry["binder_page"] - 1]
        assert marks[title] == entry["binder_page"] - 1
        assert re.search(rf"{re.escape(entry['title'])}\s+{entry['pages']}\s+{entry['binder_page']}\b", lines), title


@BOTH
def test_every_page_is_numbered_and_none_is_empty(packages: dict[str, Built], slug: str) -> None:
    """“Binder page N of M” on each, and something above it."""
    pages = page_texts(packages[slug].target / "binder.pdf")
    for number, text in enumerate(pages, 1):
        assert f"Binder page {number} of {len(pages)}" in text
        assert len(text.split()) > 15, number


@BOTH
def test_no_heading_row_of_a_table_ends_a_page(packages: dict[str, Built], slug: str) -> None:
    """The row with the names of the columns stays with what it names."""
    headings = (
        "Who, when Recorded on",
        "Finding Risk Answer",
        "Scenario Why not here",
        "Specification Decision",
        "Edition Date What changed",
    )
    for number, text in enumerate(page_texts(packages[slug].target / "binder.pdf"), 1):
        body = squash(re.split(r"(?:SEC|R)-\d\d [^\n]*· edition", text)[0])
        assert not body.endswith(tuple(map(squash, headings))), number


@BOTH
def test_no_text_names_the_other_practice(packages: dict[str, Built], slug: str) -> None:
    """Not in the binder, not in an Office file, not in the manifest."""
    other = {JUNIPER: ("Lantern",), LANTERN: ("Juniper", "Bend suite")}[slug]
    target = packages[slug].target
    texts = [*page_texts(target / "binder.pdf"), (target / "manifest.json").read_text("utf-8")]
    texts += [text for p in target.rglob("*") if p.suffix in (".docx", ".xlsx") for text in office_texts(p)]
    assert len(texts) > 1000
    assert not [text[:60] for text in texts for name in other if name.lower() in text.lower()]


@BOTH
def test_every_citation_that_is_printed_is_in_the_catalogue(packages: dict[str, Built], catalog: Catalog, slug: str) -> None:
    """No citation is made up or misspelt; a section may be named as a whole."""
    known = {provision.citation for provision in catalog.provisions}
    sections = {re.sub(r"\(.*", "", citation) for citation in known}
    target = packages[slug].target
    printed = {
        found
        for p in target.rglob("*")
        if p.suffix in (".docx", ".xlsx")
        for text in office_texts(p)
        for found in re.findall(r"\b164\.\d{3}(?:\([A-Za-z0-9]{1,4}\))*", text)
    }
    assert len(printed) > 40
    whole = {citation for citation in printed if citation in sections or any(k.startswith(citation + "(") for k in known)}
    assert printed - known - whole == set()


@BOTH
def test_each_policy_names_its_officer_citations_tasks_and_forms(packages: dict[str, Built], catalog: Catalog, slug: str) -> None:
    """A policy is about this practice and about its law."""
    target = packages[slug].target
    profile = json.loads((Path(__file__).parent.parent / "practices" / slug / "profile.json").read_text("utf-8"))
    names = {person["id"]: person["name"] for person in profile["workforce"]}
    held = {entry["id"] for entry in manifest(packages[slug])["artifacts"]}
    policies = [policy for policy in catalog.policies if policy.id in held]
    assert len(policies) > 30
    for policy in policies:
        text = "\n".join(office_texts(next((target / "02-policies").glob(f"{policy.id} *.docx"))))
        assert names[profile["officers"][policy.owner.removesuffix("_officer")]["person"]] in text
        assert [c for c in policy.citations if c not in text] == []
        tasks = [task for task in catalog.tasks if policy.id in task.policies and task.title in text]
        assert tasks
        assert [task.record for task in tasks if task.record not in text] == []


def test_policies_say_nothing_of_what_the_remote_practice_lacks(packages: dict[str, Built]) -> None:
    """A practice without office, paper, fax, texting and personal devices reads no word of them in its policies."""
    target = packages[LANTERN].target
    lacking = (
        "front desk",
        "office network",
        "suite",
        "fax",
        "printer",
        "interns?",
        "contractors?",
        "personal (?:phone|laptop|device)s?",
    )
    words = re.compile(rf"\b(?:{'|'.join(lacking)})\b", re.IGNORECASE)
    found = {
        (p.name, match.group().lower())
        for p in (target / "02-policies").glob("*.docx")
        for text in office_texts(p)
        for match in words.finditer(text)
    }
    assert found == set()
