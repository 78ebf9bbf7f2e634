"""The documents of the training as they come out: plan, tests, keys, handouts, attestation, certificate."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from conftest import JUNIPER, LANTERN, ROOT
from openxml_audit import OpenXmlValidator

from pipeline.catalog import Policy
from pipeline.check.catalog import CODES, check_catalog
from pipeline.context import Inputs, names_for
from pipeline.inputs import to_inputs
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import load_practice
from pipeline.primitives import primitives
from pipeline.render.look import Look
from pipeline.render.word import render_word
from pipeline.schema import load_schema
from pipeline.training import assignments
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
EACH = pytest.mark.parametrize("slug", [HARBOR, JUNIPER, LANTERN])
DOCUMENT = re.compile(r"\b(?:SEC|TR|SO|ON|PR|[FLR])-\d{2}\b")
Made = Callable[[str, str], bytes]


@pytest.fixture(scope="module")
def examples(project: Workspace) -> dict[str, Inputs]:
    """The inputs of each example."""
    return {slug: to_inputs(load_practice(project, slug)) for slug in (HARBOR, JUNIPER, LANTERN)}


@pytest.fixture(scope="module")
def made(examples: dict[str, Inputs]) -> Made:
    """made(slug, "TR-20") gives the Word file of this document."""
    cache: dict[tuple[str, str], bytes] = {}

    def make(slug: str, id: str) -> bytes:
        if (slug, id) not in cache:
            inputs = examples[slug]
            artifact = inputs.plan.get(id)
            assert artifact
            template = (ROOT / "templates_docx" / artifact.template).read_bytes()
            names = primitives(names_for(inputs, artifact))
            cache[slug, id] = render_word(template, names, Look("1F5F5B", None, None), inputs.as_of)
        return cache[slug, id]

    return make


def lines(document: bytes) -> list[str]:
    """The paragraphs of a document, those of its tables included, in order."""
    body = docx.Document(io.BytesIO(document)).element.body
    texts = (
        "".join(t.text or "" for t in p.iter() if str(t.tag).endswith("}t")) for p in body.iter() if str(p.tag).endswith("}p")
    )
    return [text.strip() for text in texts if text.strip()]


def rows(document: bytes, heading: str) -> list[list[str]]:
    """The rows of the table whose first heading this is."""
    for table in docx.Document(io.BytesIO(document)).tables:
        found = [[cell.text.strip() for cell in row.cells] for row in table.rows]
        if found[0][0] == heading:
            return found[1:]
    raise AssertionError(f"no table with the heading {heading}")


def ids(inputs: Inputs) -> list[str]:
    """The Word documents of the training of a practice."""
    return [
        a.id
        for a in inputs.plan.artifacts
        if a.id.startswith("TR-") and a.template.endswith(".docx") and a.source.view in ("training", "quiz")
    ]  # type: ignore[union-attr]


# --- all of them


@EACH
def test_every_document_is_sound(examples: dict[str, Inputs], made: Made, tmp_path: Path, slug: str) -> None:
    """An outside validator finds nothing, and nothing is left over."""
    found = ids(examples[slug])
    assert len(found) == (9 if slug == LANTERN else 12)
    for id in found:
        file = tmp_path / f"{id}.docx"
        file.write_bytes(made(slug, id))
        assert [str(error) for error in OpenXmlValidator().validate(file).errors] == [], id
        assert list(find_leftovers(made(slug, id), id)) == []


@EACH
def test_no_document_names_one_that_is_not_there(examples: dict[str, Inputs], made: Made, slug: str) -> None:
    """Every number of a policy, form or log in a rule is a document of the package."""
    there = {artifact.id for artifact in examples[slug].plan.artifacts}
    for id in ids(examples[slug]):
        assert set(DOCUMENT.findall(" ".join(lines(made(slug, id))))) <= there, id


def test_a_rule_on_a_missing_policy_would_be_seen(examples: dict[str, Inputs], made: Made) -> None:
    """Positive control: the handout of the practice with a substance use program names SEC-33, which the other has not."""
    assert "SEC-33" in " ".join(lines(made(HARBOR, "TR-40")))
    assert examples[LANTERN].plan.get("SEC-33") is None


def test_office_staff_documents_are_left_out_where_there_is_no_office_staff(examples: dict[str, Inputs]) -> None:
    """With the reason in the contents."""
    left_out = {entry.id: entry.reason for entry in examples[LANTERN].plan.left_out}
    assert {"TR-21", "TR-31", "TR-41"} <= set(left_out)
    assert examples[JUNIPER].plan.get("TR-41")


# --- plan


@EACH
def test_the_plan_names_every_person_and_every_course_that_is_assigned(
    examples: dict[str, Inputs], made: Made, slug: str
) -> None:
    """Each person has a row with exactly the courses that the assignments give."""
    inputs = examples[slug]
    owed = assignments(inputs.catalog, inputs.profile, inputs.as_of, inputs.raw)
    table = rows(made(slug, "TR-10"), "Person")
    assert [row[0] for row in table] == [person.name for person in inputs.profile.workforce]
    for person, row in zip(inputs.profile.workforce, table, strict=True):
        assert re.findall(r"C-\d\d", row[2]) == [one.course for one in owed if one.person == person.id]
    assert {row[0] for row in rows(made(slug, "TR-10"), "No.")} == {one.course for one in owed}


def test_a_course_with_many_people_counts_them_by_role(made: Made) -> None:
    """Seventy-four names would fill a page; the table by person has them."""
    (who,) = [row[3] for row in rows(made(HARBOR, "TR-10"), "Course") if row[0].startswith("C-07")]
    assert who.startswith("74 people: ")
    assert sum(map(int, re.findall(r" (\d+)(?:,|$)", who))) == 74


def test_every_course_has_its_material(examples: dict[str, Inputs], project: Workspace) -> None:
    """The material of each course exists; a number that does not exist is a problem of the catalogue (positive control)."""
    inputs = examples[HARBOR]
    schemas = {name: load_schema(project.schemas / f"{name}.schema.json") for name, _ in CODES.values()}
    assert all(
        inputs.plan.get(id) for course in inputs.catalog.courses if inputs.holds(course.applies_when) for id in course.material
    )
    from dataclasses import replace

    course = replace(inputs.catalog.courses[0], material=("TR-99",))
    broken = replace(inputs.catalog, courses=(course, *inputs.catalog.courses[1:]))
    assert [p.what for p in check_catalog(broken, schemas)] == ['There is no document "TR-99".']


# --- tests and keys


@EACH
@pytest.mark.parametrize(("test", "key"), [("TR-20", "TR-30"), ("TR-21", "TR-31"), ("TR-22", "TR-32")])
def test_the_key_agrees_with_its_test(examples: dict[str, Inputs], made: Made, slug: str, test: str, key: str) -> None:
    """Under the letter that the key names, the test prints the answer that the key prints."""
    if not examples[slug].plan.get(test):
        assert slug == LANTERN
        return
    printed = lines(made(slug, test))
    table = rows(made(slug, key), "No.")
    assert len(table) == 15
    for number, letter, answer, *_ in table:
        at = next(index for index, line in enumerate(printed) if line.startswith(f"{number}. "))
        options = {line[0]: line[1:].strip() for line in printed[at + 1 : at + 5]}
        assert sorted(options) == ["A", "B", "C", "D"]
        assert options[letter] == answer


@EACH
def test_a_test_does_not_give_its_answers_away(made: Made, slug: str) -> None:
    """No reason of the key stands in the test."""
    printed = " ".join(lines(made(slug, "TR-20")))
    for row in rows(made(slug, "TR-30"), "No."):
        assert row[3] not in printed


# --- attestation and certificate


@EACH
def test_the_attestation_names_the_edition_and_every_policy(examples: dict[str, Inputs], made: Made, slug: str) -> None:
    """By number and title, with the Security Officer's name and the words a person signs."""
    inputs = examples[slug]
    text = " ".join(lines(made(slug, "TR-50")))
    assert f"edition {inputs.edition}" in text
    for artifact in inputs.plan.artifacts:
        if isinstance(artifact.source, Policy):
            assert f"{artifact.id} {artifact.title}" in text
    assert inputs.person(inputs.profile.officers.security.person).name in text
    assert "I have read" in text
    assert "I had the chance to ask" in text


@EACH
def test_attestation_and_certificate_have_a_page_each(
    examples: dict[str, Inputs], made: Made, tmp_path: Path, outside: Callable[..., str], slug: str
) -> None:
    """Drawn by LibreOffice, each is one page: a signature never stands alone."""
    for id in ("TR-50", "TR-51"):
        (tmp_path / f"{id}.docx").write_bytes(made(slug, id))
    outside(
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        *sorted(tmp_path.glob("*.docx")),
    )
    for id in ("TR-50", "TR-51"):
        assert re.search(r"Pages:\s+1\b", outside("pdfinfo", tmp_path / f"{id}.pdf")), id
