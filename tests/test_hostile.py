"""Files that were made to do harm: each is refused or read without harm, and beside each stands that it does harm without the guard."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN, ROOT
from fontTools.ttLib import TTFont
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from openpyxl import Workbook, load_workbook
from PIL import Image
from returned import issued

from pipeline.conditions import check_condition
from pipeline.errors import Problem, ProblemsFound, UsageError
from pipeline.lint.names import KnownNames, check_text
from pipeline.loading import MAX_KEY, load_json, load_toml
from pipeline.merge.word import word_edits
from pipeline.names import CommonNames
from pipeline.overlays import Overlay, merge
from pipeline.pdf.cmap import check_font
from pipeline.pdf.fontconfig import packaged_fonts
from pipeline.pdf.scan import MAX_UNPACKED, pdf_defect
from pipeline.publish import MANIFEST, read_manifest
from pipeline.render.excel.guard import open_guarded
from pipeline.render.excel.merge_safe import refuse_reaching_out
from pipeline.render.ics import read_events, render_ics
from pipeline.render.jinja import SecurityError, template_of
from pipeline.render.look import MAX_STEPS, BadPicture, check_scan, read_picture
from pipeline.render.outside import refers_outside
from pipeline.render.parts import RELATIONSHIP, UnsafeFile, parse, read_parts, write_parts
from pipeline.render.text import office_text
from pipeline.schema import load_schema
from pipeline.terminal import visible
from pipeline.workspace import Workspace, look_alikes

TYPES = "[Content_Types].xml"
ENTITY = '<!DOCTYPE a [<!ENTITY e "boo">]><a b="&e;"/>'
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
MACRO = '<Relationship Id="r" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="x.bin"/>'


@contextmanager
def peak() -> Iterator[Callable[[], int]]:
    """How many bytes Python held at most since."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# --- archives


def lying_bomb() -> bytes:
    """An archive whose part says it has a hundred bytes and holds two hundred million."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(TYPES, b"<Types/>")
        made.writestr("word/document.xml", bytes(200_000_000))
    bomb = bytearray(target.getvalue())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", bomb, bomb.find(mark, bomb.find(mark) + 1) + offset, 100)
    return bytes(bomb)


def test_an_entry_is_inflated_no_further_than_it_says() -> None:
    """The header lies; what is held in memory does not grow with what it hides."""
    bomb = lying_bomb()
    with peak() as held:
        with pytest.raises(UnsafeFile, match="damaged"):
            read_parts(bomb)
        assert held() < 10_000_000


def test_without_the_bound_a_lying_entry_is_inflated_whole() -> None:
    """Positive control: zipfile inflates first and cuts afterwards."""
    with peak() as held, zipfile.ZipFile(io.BytesIO(lying_bomb())) as plain:
        with pytest.raises(zipfile.BadZipFile):
            plain.read("word/document.xml")
        assert held() > 100_000_000


STRANGE = {
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a +AFsAPAAh-ENTITY e +ACI-boo+ACIAPgBdAD4APA-a b+AD0AIgAm-e+ADsAIg-/+AD4-',
    "UTF-32": ENTITY.encode("utf-32"),
    "UTF-32 without a mark": ENTITY.encode("utf-32-le"),
}


@pytest.mark.parametrize("part", STRANGE.values(), ids=STRANGE)
def test_a_document_type_is_not_hidden_by_an_encoding(part: bytes) -> None:
    """Office writes UTF-8 or UTF-16; in anything else nothing is looked for."""
    with pytest.raises(UnsafeFile, match="encoding"):
        read_parts(write_parts({TYPES: b"<Types/>", "word/document.xml": part}))


@pytest.mark.parametrize("part", STRANGE.values(), ids=STRANGE)
def test_without_the_look_at_the_encoding_the_entity_is_read(part: bytes) -> None:
    """Positive control: no byte of it spells DOCTYPE as UTF-8 or UTF-16 do, and the parser finds the declaration."""
    assert b"<!DOCTYPE" not in part
    root = etree.fromstring(part)
    assert root.getroottree().docinfo.internalDTD is not None
    assert root.get("b") == "boo"


@pytest.mark.parametrize(
    "head", ['<?xml version="1.0" encoding="utf-8"?>', "<?xml version='1.0' encoding='US-ASCII' standalone='yes'?>", "", "\ufeff"]
)
def test_usual_encodings_are_read(head: str) -> None:
    """The guards stop nothing that Office, LibreOffice or a person writes."""
    for encoding in ("utf-8", "utf-16") if "encoding" not in head else ("utf-8",):
        assert read_parts(write_parts({TYPES: b"<Types/>", "word/document.xml": f"{head}<a/>".encode(encoding)}))


def test_a_declaration_without_end_hides_no_encoding() -> None:
    """Blanks before the encoding push it out of what is looked at; then it is no known one."""
    part = b'<?xml version="1.0"' + b" " * 5_000 + b'encoding="UTF-7"?><a/>'
    with pytest.raises(UnsafeFile, match="encoding"):
        read_parts(write_parts({TYPES: b"<Types/>", "x.xml": part}))
    assert etree.fromstring(part).getroottree().docinfo.encoding == "UTF-7"


@pytest.mark.parametrize("name", ["word/document.dat", "word/media/image1.png", "word/DOCUMENT.XML"])
def test_a_document_type_is_not_hidden_by_the_name_of_its_part(name: str) -> None:
    """Readers find parts by relationships, so any part may be read as XML."""
    with pytest.raises(UnsafeFile, match="document type"):
        read_parts(write_parts({TYPES: b"<Types/>", name: ENTITY.encode()}))


@pytest.mark.parametrize(
    "parts",
    [
        {TYPES: b'<Types><Override ContentType="application/vnd.ms-word.document.macro&#69;nabled.main+xml"/></Types>'},
        {
            TYPES: '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'.encode(
                "utf-16"
            )
        },
        {TYPES: b"<Types/>", "word/_rels/document.xml.RELS": RELS.format(MACRO).encode()},
    ],
    ids=["a type with an escape", "a type in UTF-16", "relationships in capitals"],
)
def test_macros_are_found_however_they_are_spelt(parts: dict[str, bytes]) -> None:
    """Word reads names without regard to capitals, and XML undoes escapes: so do we."""
    with pytest.raises(UnsafeFile, match="macros"):
        read_parts(write_parts(parts))
    assert b"macroEnabled" not in parts[TYPES]  # positive control: a search of the bytes finds nothing
    assert not [name for name in parts if name.endswith(".rels")]


def test_more_elements_than_any_document_has_are_refused() -> None:
    """A million small elements are a few kilobytes in the archive and hundreds of megabytes as a tree."""
    part = b"<a>" + b"<b/>" * 1_000_001 + b"</a>"
    filler = os.urandom(60_000)  # so that the ratio is not what is refused
    with pytest.raises(UnsafeFile, match="more than any document"):
        read_parts(write_parts({TYPES: b"<Types/>", "word/document.xml": part, "x.bin": filler}))
    assert len(parse(part)) == 1_000_001  # positive control: the parser takes it


# --- workbooks


def book(change: Callable[[Any], object]) -> bytes:
    """A small workbook, changed through openpyxl."""
    made = Workbook()
    made.active["A1"] = "x"
    change(made.active)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def with_sheet(old: bytes, new: bytes) -> bytes:
    """A small workbook with other XML in its sheet."""
    parts = read_parts(book(lambda sheet: None))
    name = "xl/worksheets/sheet1.xml"
    assert old in parts[name]
    return write_parts(parts | {name: parts[name].replace(old, new)})


FAR = b'<row r="1048576"><c r="XFD1048576" t="str"><v>far</v></c></row></sheetData>'


def test_a_cell_at_the_far_end_of_a_sheet_is_one_cell() -> None:
    """It is read at its place; nobody walks the way there."""
    data = with_sheet(b"</sheetData>", FAR)
    assert "Sheet!XFD1048576: far" in office_text(data)
    refuse_reaching_out(open_guarded(data, "a.xlsx"), "a.xlsx")


def test_walking_to_the_far_cell_would_make_billions() -> None:
    """Positive control: what openpyxl goes through, and keeps, between the two cells."""
    sheet = load_workbook(io.BytesIO(with_sheet(b"</sheetData>", FAR))).active
    assert sheet.max_row * sheet.max_column == 2**20 * 2**14
    before = len(sheet._cells)
    next(sheet.iter_rows(min_row=2))
    assert len(sheet._cells) - before == 2**14


@pytest.mark.parametrize("area", ["A1:XFD1048576", "A:XFD", "$A$1:$Z$1048576"])
def test_cells_joined_over_a_whole_sheet_are_refused_before_they_are_made(area: str) -> None:
    """Twenty bytes of XML, and an object for each of seventeen thousand million cells."""
    joined = f'</sheetData><mergeCells><mergeCell ref="{area}"/></mergeCells>'.encode()
    with pytest.raises(ProblemsFound) as told:
        open_guarded(with_sheet(b"</sheetData>", joined), "a.xlsx")
    assert "joined cells reach far beyond" in told.value.problems[0].what


def test_without_the_look_each_joined_cell_is_made() -> None:
    """Positive control: openpyxl makes them all."""
    joined = b'</sheetData><mergeCells><mergeCell ref="A1:Z1000"/></mergeCells>'
    assert len(load_workbook(io.BytesIO(with_sheet(b"</sheetData>", joined))).active._cells) == 26_000


def test_a_print_area_over_a_whole_sheet_is_refused() -> None:
    """A page for the binder would be drawn cell by cell."""
    with pytest.raises(ProblemsFound):
        open_guarded(book(lambda sheet: setattr(sheet, "print_area", "A1:XFD1048576")), "a.xlsx")
    assert open_guarded(book(lambda sheet: setattr(sheet, "print_area", "A1:K300")), "a.xlsx")


# --- templates


def known() -> KnownNames:
    return KnownNames(CommonNames, {})


GREEDY = {
    "a product": "{{ 'x' * 10**9 }}",
    "a power": "{{ 9**9**9 }}",
    "a method": "{{ 'x'.center(10**9) }}",
    "a format": "{{ '%999999999d' % 1 }}",
    "a format method": "{{ '{:>999999999}'.format(1) }}",
    "the way to Python": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
}


@pytest.mark.parametrize("text", GREEDY.values(), ids=GREEDY)
def test_a_template_calculates_nothing_that_grows(text: str) -> None:
    """The check names it, and the sandbox refuses it all the same."""
    assert list(check_text(text, known()))
    with pytest.raises(SecurityError):
        template_of(text).render({})


def test_without_the_bounds_the_sandbox_of_jinja_grows_as_it_is_told() -> None:
    """Positive control, smaller: Jinja's own sandbox forbids the way to Python and no size."""
    plain = ImmutableSandboxedEnvironment()
    assert len(plain.from_string("{{ 'x' * 10**6 }}").render()) == 10**6
    assert len(plain.from_string("{{ 'x'.center(10**6) }}").render()) == 10**6


@pytest.mark.parametrize("body", ["", "{{ long }}"], ids=["that print nothing", "that print much"])
def test_loops_in_loops_come_to_an_end(body: str) -> None:
    """A hundred million turns are not waited for, whether they print or not."""
    text = "{% for a in many %}" * 4 + body + "{% endfor %}" * 4
    with pytest.raises(SecurityError, match="more than a document can hold"):
        template_of(text).render({"many": list(range(100)), "long": "y" * 10_000})


def test_a_loop_prints_what_it_printed_before() -> None:
    """Counting the turns changes nothing that is printed."""
    text = "{% for a in many %}{% if loop.last %}and {% endif %}{{ a }}{% else %}none{% endfor %}"
    assert template_of(text).render({"many": [1, 2]}) == "1and 2"
    assert template_of(text).render({"many": []}) == "none"


DEEP = {
    "brackets": "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "dots": "{{ " + "practice." * 5_000 + "x }}",
    "nots": "{{ " + "not " * 5_000 + "1 }}",
    "digits": "{{ " + "9" * 5_000 + " }}",
    "loops": "{% for a in tasks %}" * 25 + "{% endfor %}" * 25,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_nested_or_long_beyond_reason_is_a_defect_of_the_template(text: str) -> None:
    """Python's own limits end the program where it compiles such a text; the control is Jinja as it is."""
    assert list(check_text(text, known()))
    with pytest.raises((RecursionError, ValueError, SyntaxError, MemoryError)):
        ImmutableSandboxedEnvironment().from_string(text)


def test_a_long_text_within_a_tag_is_a_defect_of_the_template() -> None:
    """Put between the letters of a name by join it grows a hundredfold."""
    assert list(check_text("{{ tasks|join('" + "x" * 2_000 + "') }}", known()))


def test_a_pattern_in_a_condition_is_words() -> None:
    """A pattern that repeats what repeats would search a name of forty letters for years."""
    schema = load_schema(ROOT / "schemas" / "profile.schema.json")

    def told(pattern: str) -> list[Problem]:
        fragment = {"properties": {"practice": {"properties": {"name": {"pattern": pattern}}}}}
        return list(check_condition(fragment, schema, "here"))

    assert any("more than words" in problem.what for problem in told("^(a+)+$"))
    assert not told("Google|Microsoft 365")


@pytest.mark.parametrize("kind", [4, 12])
def test_a_font_with_more_characters_than_there_are_is_refused(kind: int) -> None:
    """Sixteen bytes of its map say that millions of characters follow, and each would be written out."""
    face = next(packaged_fonts().glob("*Regular.ttf")).read_bytes()
    check_font(face)
    with TTFont(io.BytesIO(face)) as font:
        if kind == 12:
            table = struct.pack(">HHLLL", 12, 0, 28, 0, 1) + struct.pack(">LLL", 0, 2_000_000, 1)
        else:
            many = 40
            table = struct.pack(">HHHHHHH", 4, 16 + 8 * many, 0, 2 * many, 0, 0, 0) + struct.pack(f">{many}H", *[0xFFFF] * many)
            table += bytes(2) + bytes(6 * many)
        font["cmap"] = type(
            "Raw", (), {"compile": lambda *_: struct.pack(">HHHHL", 0, 1, 3, 10 if kind == 12 else 1, 12) + table}
        )()
        target = io.BytesIO()
        font.save(target)
    with pytest.raises(ValueError, match="too many characters"):
        check_font(target.getvalue())
    with TTFont(io.BytesIO(target.getvalue())) as font:
        (held,) = font["cmap"].tables
        assert len(held.cmap) > 60_000  # positive control: fontTools writes them out


# --- what comes back in Word and PowerPoint


def with_field(*codes: str) -> bytes:
    """A policy with a field in its first paragraph; codes: an opening and a closing brace begin and end a field."""
    runs = {"{": '<w:r><w:fldChar w:fldCharType="begin"/></w:r>', "}": '<w:r><w:fldChar w:fldCharType="end"/></w:r>'}
    xml = "".join(runs.get(code, f"<w:r><w:instrText>{code}</w:instrText></w:r>") for code in codes)
    parts = read_parts(issued(LANTERN, "SEC-08"))
    body = parts["word/document.xml"]
    at = body.index(b"</w:p>")
    return write_parts(parts | {"word/document.xml": body[:at] + xml.encode() + body[at:]})


LOADING = {
    "a program": ("{", 'DDEAUTO c:\\\\cmd.exe "/k calc"', "}"),
    "in small letters": ("{", "  ddeauto x y", "}"),
    "over runs": ("{", "DDE", "AUTO x y", "}"),
    "a picture": ("{", 'INCLUDEPICTURE "http://example.org/x.png" \\d', "}"),
    "put together": ("{", "D", "{", "QUOTE 68", "}", "EAUTO x", "}"),
    "within another": ("{", "IF 1 = 1 ", "{", "INCLUDETEXT x", "}", "}"),
    "never ended": ("{", "DDE x y"),
}


@pytest.mark.parametrize("codes", LOADING.values(), ids=LOADING)
def test_a_field_that_loads_or_runs_something_is_refused(codes: tuple[str, ...]) -> None:
    """Word obeys fields without a relationship that could be seen."""
    data = with_field(*codes)
    assert refers_outside(read_parts(data))
    with pytest.raises(UnsafeFile, match="from elsewhere"):
        word_edits(issued(LANTERN, "SEC-08"), data)


def test_fields_that_print_something_of_the_file_are_taken() -> None:
    """Positive control: page numbers, also one within another field, are no reason; the sum of the relationships sees none of them."""
    for codes in (("{", "PAGE", "}"), ("{", "IF ", "{", "PAGE", "}", ' = 1 "a" "b"', "}")):
        assert not refers_outside(read_parts(with_field(*codes)))
    hidden = read_parts(with_field(*LOADING["a program"]))
    assert not [
        r
        for name in hidden
        if name.endswith(".rels")
        for r in parse(hidden[name]).iter(RELATIONSHIP)
        if b"DDE" in etree.tostring(r)
    ]


def test_slides_that_load_something_are_not_kept() -> None:
    """Slides are kept as they come, so a film on another machine would come with them."""
    kept = {TYPES: b"<Types/>", "ppt/presentation.xml": b"<p/>"}
    film = '<Relationship Id="r" Type="http://x/video" Target="file://host/film.mp4" TargetMode="External"/>'
    bad = write_parts(kept | {"ppt/slides/_rels/slide1.xml.rels": RELS.format(film).encode()})
    with pytest.raises(UnsafeFile, match="from elsewhere"):
        merge(Overlay("TR-05", "2026.1", "pptx", b"", bad, Path("x")), b"", date(2026, 1, 1))
    assert merge(
        Overlay("TR-05", "2026.1", "pptx", b"", write_parts(kept), Path("x")), b"", date(2026, 1, 1)
    ).data == write_parts(kept)


# --- pictures and papers


def patient_jpeg() -> bytes:
    """A small JPEG whose last step is stored three hundred times."""
    target = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(target, "JPEG", progressive=True)
    data = target.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 300 + data[-2:]


def test_a_picture_in_thousands_of_steps_is_refused() -> None:
    """Each step goes over the whole picture: two megabytes could keep a computer busy for days."""
    for read in (read_picture, lambda data: check_scan(data, "JPEG")):
        with pytest.raises(BadPicture, match=f"more than {MAX_STEPS} steps"):
            read(patient_jpeg())


def test_without_the_bound_every_step_is_gone_through() -> None:
    """Positive control: Pillow loads it without a word."""
    with Image.open(io.BytesIO(patient_jpeg())) as picture:
        picture.load()
        assert picture.size == (64, 64)


def pdf(change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """A page as PDF, its objects packed into streams as programs do today."""
    with pikepdf.new() as made:
        made.add_blank_page()
        change(made)
        target = io.BytesIO()
        made.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()


def on_a_link(action: dict[str, Any]) -> Callable[[pikepdf.Pdf], object]:
    def change(made: pikepdf.Pdf) -> None:
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(action))
        made.pages[0].obj.Annots = pikepdf.Array([link])

    return change


RUNNING = {
    "a program behind a link": on_a_link({"/S": pikepdf.Name.Launch, "/F": "calc.exe"}),
    "a script behind a link": on_a_link({"/S": pikepdf.Name.JavaScript, "/JS": "app.alert(1)"}),
    "a script after an address": on_a_link(
        {"/S": pikepdf.Name.URI, "/Next": pikepdf.Dictionary({"/S": pikepdf.Name.JavaScript})}
    ),
    "a script of the page": lambda made: setattr(made.pages[0].obj, "AA", pikepdf.Dictionary()),
    "a form that runs": lambda made: setattr(made.Root, "AcroForm", pikepdf.Dictionary(XFA=pikepdf.String("x"))),
    "a file inside": lambda made: made.attachments.__setitem__("a.exe", b"MZ"),
}


@pytest.mark.parametrize("change", RUNNING.values(), ids=RUNNING)
def test_what_runs_is_found_anywhere_in_a_paper(change: Callable[[pikepdf.Pdf], object]) -> None:
    """Not only in the first object of the file, where a look at the catalogue of the PDF would find it."""
    data = pdf(change)
    assert pdf_defect(data) == "It holds a script, a program or an attached file."
    assert not any(word in data for word in (b"/Launch", b"/JavaScript", b"app.alert"))  # positive control: packed away


def test_a_paper_with_a_plain_link_is_taken() -> None:
    """Control: an address that a reader may click is no program."""
    assert pdf_defect(pdf(on_a_link({"/S": pikepdf.Name.URI, "/URI": "https://example.org"}))) is None


def pdf_bomb(size: int) -> bytes:
    """A PDF whose pages stand in a stream that unpacks to this many bytes."""
    packed = zlib.compress(zlib.compress(b"3 0 <</Type/Page/Parent 2 0 R>>" + b" " * size, 9), 9)
    body = b"%PDF-1.5\n"
    places = {}
    for number, text in ((1, b"<</Type/Catalog/Pages 2 0 R>>"), (2, b"<</Type/Pages/Count 1/Kids[3 0 R]>>")):
        places[number] = len(body)
        body += b"%d 0 obj%sendobj\n" % (number, text)
    places[5] = len(body)
    head = b"5 0 obj<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(packed)
    body += head + packed + b"\nendstream endobj\n"
    places[4] = len(body)
    rows = [(0, 0, 0), (1, places[1], 0), (1, places[2], 0), (2, 5, 0), (1, places[4], 0), (1, places[5], 0)]
    table = b"".join(struct.pack(">BLB", *row) for row in rows)
    body += b"4 0 obj<</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table) + table + b"\nendstream endobj\n"
    return body + b"startxref\n%d\n%%%%EOF" % places[4]


def test_a_paper_that_would_unpack_without_end_is_refused() -> None:
    """Two kilobytes that come to two hundred megabytes; the control is the same file with little in it."""
    bomb = pdf_bomb(2 * MAX_UNPACKED)
    assert len(bomb) < 10_000
    assert pdf_defect(bomb) is not None
    assert pdf_defect(pdf_bomb(1_000)) is None


# --- JSON and TOML


def told_of(file: Path, data: bytes, load: Callable[[Path, str], tuple[Any, list[Problem]]] = load_json) -> str:
    file.write_bytes(data)
    return "\n".join(map(str, load(file, "file")[1]))


def test_a_long_key_is_refused(tmp_path: Path) -> None:
    """It would come again in the pointer of everything under it; the control adds up what that comes to."""
    value = {"k" * 20_000: [""] * 10_000}
    assert "too long" in told_of(tmp_path / "a.json", json.dumps(value).encode())
    assert sum(len(key) for key, items in value.items() for _ in items) == 200_000_000
    assert not told_of(tmp_path / "a.json", json.dumps({"k" * MAX_KEY: "x"}).encode())


def test_a_long_text_is_refused(tmp_path: Path) -> None:
    """No cell and no field holds more than 32,767 characters."""
    assert "too long" in told_of(tmp_path / "a.json", json.dumps(["x" * 50_000]).encode())
    assert not told_of(tmp_path / "a.json", json.dumps(["x" * 32_767]).encode())


def test_a_key_of_thousands_of_dots_is_refused(tmp_path: Path) -> None:
    """The parser of TOML looks at all steps again with each step."""
    assert "nested too deeply" in told_of(tmp_path / "a.toml", b".".join([b"a"] * 5_000) + b" = 1", load_toml)
    assert not told_of(tmp_path / "a.toml", b'text = "One. Two. Three."\na.b.c = 1', load_toml)


@pytest.mark.parametrize("char", list("\u202e\u2066\u200b\u200d\u200f\u00ad\u061c\u2060\u3164\ufe0f\u009b\U000e0041"))
def test_what_nobody_sees_in_a_name_is_named_by_its_code(char: str, tmp_path: Path) -> None:
    """Two names that look the same, or one that reads the other way round, are no two people."""
    assert f"U+{ord(char):04X}" in told_of(tmp_path / "a.json", json.dumps({"name": f"Ann{char}a"}).encode())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files in folders")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    """Somebody's archive may hold one."""
    os.mkfifo(tmp_path / "profile.json")
    assert "not a file" in "\n".join(map(str, load_json(tmp_path / "profile.json", "file")[1]))


# --- folders and names


def test_a_link_that_leads_out_of_a_practice_is_refused(workspace: Workspace) -> None:
    """A logo, a record or a folder of another client would come in unseen; a link within the practice is none of these."""
    inside, outside = workspace.practices / LANTERN, workspace.practices / JUNIPER
    (inside / "again.json").symlink_to("profile.json")
    assert workspace.practice(LANTERN) == inside
    for name in ("logo.png", "records/2026-10-01-F-18.pdf", "overlays"):
        link = inside / name
        link.parent.mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(outside / "profile.json" if link.suffix else outside)
        assert link.exists()  # positive control: the system follows it
        with pytest.raises(ProblemsFound) as told:
            workspace.practice(LANTERN)
        assert [problem.where for problem in told.value.problems] == [f"practices/{LANTERN}/{name}"]
        link.unlink()


def test_a_practice_whose_own_folder_is_a_link_is_found(workspace: Workspace, tmp_path: Path) -> None:
    """Firms keep practices on other disks."""
    (workspace.practices / LANTERN).rename(tmp_path / "moved")
    (workspace.practices / LANTERN).symlink_to(tmp_path / "moved")
    assert workspace.practice(LANTERN).is_dir()


@pytest.mark.parametrize("slug", ["con", "nul", "aux", "prn", "com1", "lpt9"])
def test_the_name_of_a_device_is_no_slug(slug: str, workspace: Workspace, binder: Callable[..., Result]) -> None:
    """On Windows no folder can be called so."""
    (workspace.practices / slug).mkdir()
    with pytest.raises(UsageError):
        workspace.practice(slug)
    assert binder("new", slug, "--name", "X").exit_code == 2


@pytest.mark.parametrize("slug", ["example-lantem", "examplelantern", "examp1e-lantern", "ex-ample-lantern"])
def test_a_slug_that_looks_like_another_is_not_begun(slug: str, workspace: Workspace, binder: Callable[..., Result]) -> None:
    """One letter of a list is read for another, and the wrong client gets the package."""
    assert look_alikes(slug, workspace.slugs()) == (LANTERN,)
    result = binder("new", slug, "--name", "X")
    assert result.exit_code == 2
    assert LANTERN in result.stderr
    assert not (workspace.practices / slug).exists()
    assert binder("new", "example-beacon", "--name", "X").exit_code == 0


def test_the_check_warns_of_two_that_look_alike(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """They may have been there before the program looked."""
    (workspace.practices / "example-lantem").mkdir()
    assert "easily taken for" in binder("check", LANTERN).stderr


@pytest.mark.parametrize("path", ["../../secret.txt", "/etc/passwd", "a/../../x", "..\\x", "C:\\x", "a//b", "./a"])
def test_a_manifest_names_only_files_of_its_package(path: str, tmp_path: Path) -> None:
    """A manifest with another path is none that can be read."""
    value = {"practice": "x", "edition": "2026.1", "artifacts": [{"path": "a.docx", "sha256": ""}]}
    (tmp_path / MANIFEST).write_text(json.dumps(value), "utf-8")
    assert read_manifest(tmp_path) == value
    value["artifacts"] = [{"path": path, "sha256": ""}]
    (tmp_path / MANIFEST).write_text(json.dumps(value), "utf-8")
    assert read_manifest(tmp_path) is None


def test_a_terminal_is_shown_names_and_not_told_what_to_do() -> None:
    """Names of files and sheets come from outside; escapes, and what turns text around, are written out."""
    assert visible("a\x1b[2Jb\u009bc\u202ed\ud800\n\te") == "a\\u001b[2Jb\\u009bc\\u202ed\\ud800\n\te"
    visible("\ud800").encode()


def test_a_calendar_entry_stays_one_entry() -> None:
    """Line breaks in a title are written as the format writes them, and begin no property of their own."""
    evil = "Review\r\nATTACH:file:///etc/passwd\nEND:VEVENT;X"
    event = {"day": "2026-10-01", "uid": "a@b", "title": evil, "text": evil, "category": "x"}
    data = render_ics({"name": evil, "document": {"summary": evil}, "events": [event], "sequence": 1}, date(2026, 1, 1))
    lines = data.split(b"\r\n")
    assert not [line for line in lines if line.startswith(b"ATTACH")]
    assert lines.count(b"END:VEVENT") == 1
    assert len(list(read_events(data))) == 1
    assert evil.splitlines()[1].startswith("ATTACH")  # positive control: written as it is, it would be a line of its own
