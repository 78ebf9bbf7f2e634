"""Forms and logs: what the profile already knows stands in their first rows, and they can be read, filled in and printed."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from readers import changed, with_cell

from pipeline.catalog import Catalog, Form
from pipeline.context import Inputs, names_for
from pipeline.context.forms import ROWS
from pipeline.facts import printed_date
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice
from pipeline.names import RowNames
from pipeline.practice import Agreement
from pipeline.primitives import primitives
from pipeline.render.excel.fill import render_excel
from pipeline.render.excel.read import read_sheets
from pipeline.render.parts import W, parse, read_parts
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

EXAMPLES = (JUNIPER, LANTERN, "example-harbor-oak")
EACH = pytest.mark.parametrize("slug", EXAMPLES)
WORD = sorted((ROOT / "templates_docx").glob("F-*.docx"))
# a sheet whose columns need more than the page has is printed smaller; this is what still reads like the other pages
READABLE = 0.95
STATUS = ("signed", "requested", "missing", "not_required")


@pytest.fixture(scope="module")
def practices(project: Workspace, catalog: Catalog) -> dict[str, Loaded]:
    """The three examples; the templates are checked elsewhere."""
    return {slug: load_practice(project, slug, shared=Shared(catalog, ())) for slug in EXAMPLES}


@pytest.fixture(scope="module")
def inputs(practices: dict[str, Loaded]) -> dict[str, Inputs]:
    return {slug: to_inputs(loaded) for slug, loaded in practices.items()}


@pytest.fixture(scope="module")
def printed(practices: dict[str, Loaded], inputs: dict[str, Inputs]) -> dict[tuple[str, str], bytes]:
    """(practice, form) → the file of the package, of every form and log."""
    made = {}
    for slug, loaded in practices.items():
        for artifact in loaded.plan.artifacts:
            if isinstance(artifact.source, Form):
                render = render_word if artifact.is_word else render_excel
                names = primitives(names_for(inputs[slug], artifact))
                made[slug, artifact.id] = render(loaded.templates[artifact.template], names, loaded.look, loaded.as_of)
    return made


def workbooks(printed: dict[tuple[str, str], bytes]) -> list[tuple[str, Workbook]]:
    return [
        (f"{slug} {id}", load_workbook(io.BytesIO(data)))
        for (slug, id), data in printed.items()
        if "xl/workbook.xml" in read_parts(data)
    ]


def raw(slug: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))
    return value


# --- rows that the profile knows


@EACH
def test_each_person_has_a_row_in_the_order_of_the_profile(slug: str, inputs: dict[str, Inputs], catalog: Catalog) -> None:
    """With title, role, kind of employment and first day in words."""
    rows = ROWS["people"](inputs[slug])
    people = raw(slug)["workforce"]
    assert [(row.name, row.title, row.email) for row in rows] == [(p["name"], p["title"], p.get("email", "")) for p in people]
    words = catalog.words
    assert [row.role for row in rows] == [words["person_role"][p["role"]] for p in people]
    assert [row.employment for row in rows] == [words["employment"][p["employment"]] for p in people]
    assert all(row.since.endswith(p["start_date"][:4]) for row, p in zip(rows, people, strict=True))


@EACH
def test_each_partner_outside_has_a_row_with_a_way_to_reach_them(slug: str, inputs: dict[str, Inputs]) -> None:
    """Name, company, kind, telephone and mail as the profile has them; nothing of agreements."""
    rows, contacts = ROWS["contacts"](inputs[slug]), raw(slug)["contacts"]
    assert [(row.phone, row.email) for row in rows] == [(c.get("phone", ""), c.get("email", "")) for c in contacts]
    assert [row.name for row in rows] == [", ".join(filter(None, (c["name"], c.get("company")))) for c in contacts]
    assert {row.baa + row.signed for row in rows} == {""}


@EACH
def test_each_vendor_with_an_agreement_has_a_row_and_no_other(slug: str, inputs: dict[str, Inputs], catalog: Catalog) -> None:
    """Vendors of systems with ePHI, then others outside, signed or not; not those with whom none is required."""
    profile, words = raw(slug), catalog.words["baa"]
    systems = [s for s in profile["systems"] if s["ephi"] and s["baa"]["status"] != "not_required"]
    others = [c for c in profile["contacts"] if c["baa"]["status"] != "not_required"]
    rows = ROWS["vendors"](inputs[slug])
    assert [row.name for row in rows] == [s["vendor"] for s in systems] + [c.get("company") or c["name"] for c in others]
    assert [row.baa for row in rows] == [words[held["baa"]["status"]] for held in (*systems, *others)]
    assert words["not_required"] not in {row.baa for row in rows}
    free = {s["name"] for s in profile["systems"] if s["baa"]["status"] == "not_required"}
    assert free
    assert not free & {row.what for row in rows}


@EACH
def test_each_system_that_keeps_a_log_has_a_row(slug: str, inputs: dict[str, Inputs]) -> None:
    """Only systems with ePHI; a system without a log has nothing that could be read."""
    systems = raw(slug)["systems"]
    rows = ROWS["logged"](inputs[slug])
    assert [row.id for row in rows] == [s["id"] for s in systems if s["ephi"] and s["audit_log"]]
    assert len(rows) < len(systems)


@EACH
def test_each_standard_that_applies_has_one_row(slug: str, inputs: dict[str, Inputs], catalog: Catalog) -> None:
    """With what belongs to it and with documents of this package that answer it."""
    plan = inputs[slug].plan
    rows = ROWS["standards"](inputs[slug])
    held = {artifact.id for artifact in plan.artifacts}
    assert [row.citation for row in rows] == [
        p.citation for p in catalog.provisions if p.kind == "standard" and p.citation not in plan.not_applicable
    ]
    assert max(Counter(row.citation for row in rows).values()) == 1
    assert [row.citation for row in rows if not row.documents or not set(row.documents.split(", ")) <= held] == []
    parts = [part for row in rows for part in row.what.split("; ") if part]
    kept = [p for p in catalog.provisions if p.kind == "specification" and p.citation not in plan.not_applicable]
    assert Counter(parts) == Counter(p.title for p in kept if p.parent in {row.citation for row in rows})


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_the_agreements_are_the_vendors_are_those_who_need_one(data: st.DataObject, inputs: dict[str, Inputs]) -> None:
    """For any mixture of systems with and without ePHI and of agreements: a row for each that is required, and its dates."""
    held = inputs[JUNIPER]
    profile = held.profile

    def agreement(old: Agreement) -> Agreement:
        return replace(old, status=data.draw(st.sampled_from(STATUS)))

    systems = tuple(replace(s, ephi=data.draw(st.booleans()), baa=agreement(s.baa)) for s in profile.systems)
    contacts = tuple(replace(c, baa=agreement(c.baa)) for c in profile.contacts)
    rows = ROWS["vendors"](replace(held, profile=replace(profile, systems=systems, contacts=contacts)))
    needed = [s.baa for s in systems if s.ephi and s.baa.status != "not_required"]
    needed += [c.baa for c in contacts if c.baa.status != "not_required"]
    assert [row.baa for row in rows] == [held.word("baa", one.status) for one in needed]
    assert [row.signed for row in rows] == [printed_date(one.signed_on) if one.signed_on else "" for one in needed]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_does_not_apply_has_no_row_and_no_part(data: st.DataObject, inputs: dict[str, Inputs], catalog: Catalog) -> None:
    """A standard that does not apply is left out with its specifications; a specification only from the row of its standard."""
    held = inputs[LANTERN]
    rule = [p for p in catalog.provisions if p.kind in ("standard", "specification")]
    gone = data.draw(st.sets(st.sampled_from([p.citation for p in rule])))
    rows = ROWS["standards"](replace(held, plan=replace(held.plan, not_applicable=dict.fromkeys(gone, "It does not apply."))))
    assert [row.citation for row in rows] == [p.citation for p in rule if p.kind == "standard" and p.citation not in gone]
    for row in rows:
        own = [p.title for p in rule if p.parent == row.citation and p.citation not in gone]
        assert row.what == "; ".join(own)


@EACH
def test_a_form_is_filled_from_the_list_that_the_catalogue_names(
    slug: str, inputs: dict[str, Inputs], catalog: Catalog, printed: dict[tuple[str, str], bytes]
) -> None:
    """The word by which each row is told from the others stands on the sheet."""
    lists = {form.id: form.rows for form in catalog.forms if form.rows and form.template.endswith(".xlsx")}
    looked = 0
    for id, name in lists.items():
        if (slug, id) in printed:
            sheet = load_workbook(io.BytesIO(printed[slug, id])).worksheets[0]
            texts = {str(cell.value) for row in sheet.iter_rows() for cell in row}
            first = [label_of(row) for row in ROWS[str(name)](inputs[slug])]
            assert [label for label in first if label not in texts] == [], id
            looked += len(first)
    assert looked > 50


def label_of(row: RowNames) -> str:
    """What tells a row from the others: the first that it has of its number, name, month, kind."""
    return row.citation or row.name or row.month or row.title or row.what


def inner_width(root: etree._Element) -> int:
    """Width between the margins of a document with one section, in twentieths of a point."""
    (section,) = root.iter(f"{W}sectPr")
    size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    assert size is not None
    assert margin is not None
    return int(str(size.get(f"{W}w"))) - int(str(margin.get(f"{W}left"))) - int(str(margin.get(f"{W}right")))


# --- Word forms for a screen reader


def text_of(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def unmarked(root: etree._Element) -> list[str]:
    """What a screen reader would miss in the tables of a form."""
    found = []
    for table in root.iter(f"{W}tbl"):
        caption = table.find(f"{W}tblPr/{W}tblCaption")
        name = "" if caption is None else str(caption.get(f"{W}val")).strip()
        rows = table.findall(f"{W}tr")
        heads = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        if not name:
            found.append(f"a table without a name: {text_of(table)[:40]}")
        if heads != [any(s.get(f"{W}val") == "TableHeading" for s in row.iter(f"{W}pStyle")) for row in rows] or any(heads[1:]):
            found.append(f"names of columns that are not marked: {name}")
        if not heads[0] and len(table.findall(f"{W}tblGrid/{W}gridCol")) > 2 and name != "Signature":
            found.append(f"columns without names: {name}")
    return found


@pytest.mark.parametrize("file", WORD, ids=lambda file: file.stem)
def test_a_word_form_has_a_title_a_language_and_named_tables(file: Path) -> None:
    """The title is a heading, the language is English, every table has a caption, and every column heading is marked as one."""
    parts = read_parts(file.read_bytes())
    root = parse(parts["word/document.xml"])
    title = next(root.iter(f"{W}p"))
    style = title.find(f"{W}pPr/{W}pStyle")
    assert style is not None
    assert style.get(f"{W}val") == "Title"
    assert text_of(title) == "{{ document.id }} {{ document.title }}"
    assert {lang.get(f"{W}val") for lang in parse(parts["word/styles.xml"]).iter(f"{W}lang")} == {"en-US"}
    assert unmarked(root) == []


@pytest.mark.parametrize(
    ("tag", "said"), [("tblCaption", "a table without a name"), ("tblHeader", "names of columns that are not marked")]
)
def test_a_mark_that_is_gone_is_missed(tag: str, said: str) -> None:
    """The control: one caption or one heading row less."""
    root = parse(read_parts((ROOT / "templates_docx" / "F-05.docx").read_bytes())["word/document.xml"])
    mark = next(root.iter(f"{W}{tag}"))
    holder = mark.getparent()
    assert holder is not None
    holder.remove(mark)
    assert unmarked(root)[0].startswith(said)


@pytest.mark.parametrize("file", WORD, ids=lambda file: file.stem)
def test_a_word_form_is_as_wide_as_its_page(file: Path) -> None:
    """No table reaches beyond the margins."""
    root = parse(read_parts(file.read_bytes())["word/document.xml"])
    inner = inner_width(root)
    for table in root.findall(f"{W}body/{W}tbl"):
        assert sum(int(str(c.get(f"{W}w"))) for c in table.findall(f"{W}tblGrid/{W}gridCol")) <= inner


def test_the_names_in_titles_and_captions_are_filled_in(printed: dict[tuple[str, str], bytes]) -> None:
    """A screen reader reads the number of the form, and no braces."""
    count = 0
    for (_, id), data in printed.items():
        parts = read_parts(data)
        assert f"<dc:title>{id} ".encode() in parts["docProps/core.xml"]
        if "word/document.xml" in parts:
            root = parse(parts["word/document.xml"])
            assert text_of(next(root.iter(f"{W}p"))).startswith(f"{id} ")
            captions = [str(caption.get(f"{W}val")) for caption in root.iter(f"{W}tblCaption")]
            assert [text for text in captions if not text or "{" in text or "&" in text] == []
            count += 1
    assert count > 40


# --- Excel forms and logs on paper and on the screen


def area_of(sheet: Worksheet) -> tuple[int, int, int, int]:
    """left, top, right, bottom of what is printed."""
    left, top, right, bottom = range_boundaries(sheet.print_area.split("!")[1].replace("$", ""))
    return left, top, right, bottom


def test_every_sheet_is_printed_whole_and_one_page_wide(printed: dict[tuple[str, str], bytes]) -> None:
    """What is filled in, and each table with its empty rows, lies in the print area; the pages below are as many as needed."""
    for name, workbook in workbooks(printed):
        for sheet in (sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"):
            left, top, right, bottom = area_of(sheet)
            filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
            outside = [c.coordinate for c in filled if not (left <= c.column <= right and top <= c.row <= bottom)]
            assert outside == [], name
            for table in sheet.tables.values():
                own = range_boundaries(table.ref)
                assert (own[0] >= left, own[2] <= right, own[3] <= bottom) == (True, True, True), name
            assert sheet.sheet_properties.pageSetUpPr.fitToPage, name
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0), name


def size_on_paper(data: bytes) -> dict[str, float]:
    """Sheet → how much of its size is left when its columns are brought onto one page."""
    sizes = {}
    for sheet in read_sheets(data):
        paper = ROOT / "templates_docx" / f"paper-{'landscape' if sheet.landscape else 'portrait'}.docx"
        inner = inner_width(parse(read_parts(paper.read_bytes())["word/document.xml"]))
        sizes[sheet.title] = min(1.0, inner / sum((width * 7 + 5) * 15 for width in sheet.widths))
    return sizes


def test_the_text_of_a_sheet_stays_large_on_paper(printed: dict[tuple[str, str], bytes]) -> None:
    """The columns of every form and log need hardly more width than the page has; the control is a column too wide."""
    sheets = {key: data for key, data in printed.items() if "xl/workbook.xml" in read_parts(data)}
    assert len(sheets) > 60
    sizes = {key: min(size_on_paper(data).values()) for key, data in sheets.items()}
    assert {key: size for key, size in sizes.items() if size < READABLE} == {}

    def widen(sheet: Worksheet) -> None:
        sheet.column_dimensions["A"].width = 40

    assert min(size_on_paper(changed(sheets[JUNIPER, "L-04"], widen)).values()) < READABLE


def choices_of(formula: str) -> list[str]:
    """The entries of a drop-down that stand in the rule itself."""
    assert formula[0] == formula[-1] == '"'
    return formula[1:-1].split(",")


def test_every_drop_down_takes_what_is_printed_in_its_cells(printed: dict[tuple[str, str], bytes]) -> None:
    """Its choices fit into the rule, are told apart, refuse what is none of them, and reach to the last row of the table."""
    count = 0
    for name, workbook in workbooks(printed):
        for sheet in workbook.worksheets:
            bodies = [range_boundaries(table.ref) for table in sheet.tables.values()]
            for rule in sheet.data_validations.dataValidation:
                for area in rule.sqref.ranges:
                    assert not bodies or (area.min_row, area.max_row) in {(t + 1, b) for _, t, _, b in bodies}, name
                if rule.type != "list":
                    continue
                choices = choices_of(rule.formula1)
                assert len(rule.formula1) <= 257, name
                assert len({choice.casefold() for choice in choices}) == len(choices) > 1, name
                assert [choice for choice in choices if choice != choice.strip() or not choice] == [], name
                assert rule.showErrorMessage, name
                assert rule.allow_blank, name
                count += 1
        assert refused(workbook) == [], name
    assert count > 150


def refused(workbook: Workbook) -> list[str]:
    """The cells with something that their own drop-down does not offer."""
    return [
        cell.coordinate
        for sheet in workbook.worksheets
        for rule in sheet.data_validations.dataValidation
        for area in rule.sqref.ranges
        for cell in (sheet.cell(*at) for at in area.cells)
        if rule.type == "list" and cell.value is not None and cell.value not in choices_of(rule.formula1)
    ]


def test_a_value_that_a_drop_down_does_not_offer_is_seen(printed: dict[tuple[str, str], bytes]) -> None:
    """The control: a printed answer in other words than the choices, and one of the choices."""
    for value, seen in (("perhaps", ["G11"]), ("yes", ["G11"]), ("Yes", [])):
        assert refused(load_workbook(io.BytesIO(with_cell(printed[JUNIPER, "L-03"], "G11", value)))) == seen


def test_every_column_for_days_takes_days_only(printed: dict[tuple[str, str], bytes]) -> None:
    """And the cells have the look of a date, so that what is typed is shown as one."""
    looks = {
        sheet.cell(*at).number_format
        for _, workbook in workbooks(printed)
        for sheet in workbook.worksheets
        for rule in sheet.data_validations.dataValidation
        for area in rule.sqref.ranges
        for at in area.cells
        if rule.type == "date"
    }
    assert looks == {"mm/dd/yyyy"}
