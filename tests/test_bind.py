"""The bound PDF: links, names, fields, bookmarks, numbers, properties."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    Fit,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from pipeline.errors import ConversionError
from pipeline.pdf.bind import Part, Properties, bind, count_pages, first_pages

PROPERTIES = Properties("Package", "Practice", "Subject", date(2026, 9, 14))


def pdf(pages: int = 1, *, uri: str | None = None, named: str | None = None, field: str | None = None) -> bytes:
    """A small PDF; on its first page a link to a URI, a link to a named place on its last page, or a form field."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(612, 792)
    if uri:
        writer.add_uri(0, uri, (10, 10, 100, 30))
    if named:
        writer.add_named_destination(named, page_number=pages - 1)
        link = Link(rect=(10, 10, 100, 30), target_page_index=0, fit=Fit.fit())
        annotation = writer.add_annotation(0, link)
        annotation[NameObject("/Dest")] = TextStringObject(named)
    if field:
        box = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/T"): TextStringObject(field),
                NameObject("/Rect"): ArrayObject(map(NumberObject, (10, 40, 100, 60))),
            }
        )
        reference = writer._add_object(box)
        writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def jumps(reader: PdfReader, page: int) -> list[int]:
    """Pages, from 0, to which the links of a page lead."""
    found = []
    for reference in reader.pages[page].get("/Annots") or ():
        annotation = reference.get_object()
        target = annotation.get("/Dest") or annotation["/A"]["/D"]
        target = reader.named_destinations[target].dest_array if isinstance(target, str) else target
        found.append(next(i for i, p in enumerate(reader.pages) if p == target[0].get_object()))
    return found


def test_a_relative_link_to_a_bound_file_jumps_to_the_page_where_it_begins() -> None:
    """`../03/L-04%20Log.xlsx` opens the file in the folder and the page in the binder."""
    parts = [Part("A", 0, pdf(uri="../03/L-04%20Log.xlsx")), Part("B", 1, pdf(3)), Part("C", 1, pdf(2), "L-04 Log.xlsx")]
    assert jumps(read(bind(parts, PROPERTIES)), 0) == [4]


def test_a_link_that_an_engine_made_absolute_jumps_all_the_same() -> None:
    """LibreOffice writes file:///… of its working folder before the name."""
    parts = [Part("A", 0, pdf(uri="file:///tmp/x/03/L-04%20Log.xlsx")), Part("C", 1, pdf(2), "L-04 Log.xlsx")]
    assert jumps(read(bind(parts, PROPERTIES)), 0) == [1]


def test_a_link_to_the_outside_stays_a_link() -> None:
    """Web and mail addresses are left alone."""
    reader = read(bind([Part("A", 0, pdf(uri="https://example.org/"))], PROPERTIES))
    assert reader.pages[0]["/Annots"][0].get_object()["/A"]["/URI"] == "https://example.org/"


def test_a_link_to_a_file_that_is_not_on_paper_goes_and_all_others_stay() -> None:
    """A calendar file has no page: its name stays as text, in the document that says so."""
    twice = io.BytesIO()
    writer = PdfWriter(clone_from=io.BytesIO(pdf(uri="../05/SO-07%20Calendar.ics")))
    writer.add_uri(0, "../03/L-04%20Log.xlsx", (10, 50, 100, 70))
    writer.write(twice)
    parts = [Part("A", 0, twice.getvalue()), Part("C", 1, pdf(2), "L-04 Log.xlsx")]
    assert jumps(read(bind(parts, PROPERTIES, {"SO-07 Calendar.ics"})), 0) == [1]
    with pytest.raises(ConversionError, match=r"SO-07 Calendar\.ics"):
        bind(parts, PROPERTIES)


def test_a_link_that_leads_nowhere_is_an_error_that_names_the_document() -> None:
    """A binder with a dead link is not published."""
    with pytest.raises(ConversionError, match=r'"SEC-10 Passwords" links to the file "gone\.xlsx"'):
        bind([Part("SEC-10 Passwords", 0, pdf(uri="gone.xlsx"))], PROPERTIES)


def test_equal_names_in_two_documents_lead_each_into_its_own() -> None:
    """Named destinations of different documents do not collide."""
    bound = read(bind([Part("A", 0, pdf(2, named="top")), Part("B", 0, pdf(3, named="top"))], PROPERTIES))
    assert [jumps(bound, 0), jumps(bound, 2)] == [[1], [4]]


def test_plain_appending_sends_the_second_name_into_the_first_document() -> None:
    """Positive control: without the resolving, the second document's link leads into the first."""
    writer = PdfWriter()
    for data in (pdf(2, named="top"), pdf(3, named="top")):
        writer.append(io.BytesIO(data))
    target = io.BytesIO()
    writer.write(target)
    reader = read(target.getvalue())
    names = [a.get_object().get("/Dest") for page in reader.pages for a in page.get("/Annots") or ()]
    pages = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    assert [pages.get(name) for name in names if isinstance(name, str)] != [1, 4]


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The PDF with another name of the same length in all places but the last."""
    assert len(old) == len(new)
    return data.replace(old, new, data.count(old) - 1)


def test_a_place_that_is_missing_in_its_document_is_not_looked_for_in_another() -> None:
    """A link whose bookmark somebody deleted goes; the other links of the page stay."""
    gone = renamed(pdf(2, named="top"), b"(top)", b"(end)")
    assert [a.get_object()["/Dest"] for a in read(gone).pages[0]["/Annots"]] == ["top"]
    assert "top" not in read(gone).named_destinations
    bound = read(bind([Part("A", 0, gone), Part("B", 0, pdf(3, named="top"))], PROPERTIES))
    assert [jumps(bound, 0), jumps(bound, 2)] == [[], [4]]


def test_equal_form_fields_of_two_documents_stay_apart() -> None:
    """Typing into one form does not fill in another."""
    bound = read(bind([Part("A", 0, pdf(field="date")), Part("B", 0, pdf(field="date"))], PROPERTIES))
    fields = [page["/Annots"][0].get_object()["/T"] for page in bound.pages]
    assert set(bound.get_fields() or {}) == set(fields)
    assert len(set(fields)) == 2


def test_bookmarks_are_two_levels_deep() -> None:
    """Documents hang under their section."""
    outline = read(bind([Part("Section", 0, pdf()), Part("One", 1, pdf()), Part("Two", 1, pdf())], PROPERTIES)).outline
    assert [entry.title for entry in [outline[0], *outline[1]]] == ["Section", "One", "Two"]


def test_each_page_carries_its_number_in_an_embedded_font() -> None:
    """“Binder page N of M” stands on every page, also on one that had nothing on it."""
    reader = read(bind([Part("A", 0, pdf(2)), Part("B", 0, pdf())], PROPERTIES))
    assert [page.extract_text().strip() for page in reader.pages] == [f"Binder page {n} of 3" for n in (1, 2, 3)]
    assert all("/FontFile2" in page["/Resources"]["/Font"]["/BinderStamp"]["/FontDescriptor"] for page in reader.pages)


def test_a_page_that_leaves_its_graphics_state_changed_does_not_move_the_stamp() -> None:
    """The page's own drawing is closed in before the stamp is written."""
    reader, writer = PdfReader(io.BytesIO(pdf())), PdfWriter()
    writer.append(reader)
    stream = StreamObject()
    stream.set_data(b"2 0 0 2 50 50 cm")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    target = io.BytesIO()
    writer.write(target)
    places: list[tuple[float, float]] = []
    page = read(bind([Part("A", 0, target.getvalue())], PROPERTIES)).pages[0]
    page.extract_text(visitor_text=lambda text, cm, tm, *_: places.append((cm[0], tm[5])) if text.strip() else None)
    assert places == [(1.0, 17.0)]


def test_properties_labels_and_language_are_set_from_the_inputs() -> None:
    """Title, dates from as_of, decimal labels that equal the printed numbers, English."""
    reader = read(bind([Part("A", 0, pdf(3))], PROPERTIES))
    assert reader.metadata is not None
    assert reader.metadata.title == "Package"
    assert reader.metadata["/CreationDate"] == "D:20260914000000Z"
    assert reader.page_labels == ["1", "2", "3"]
    assert reader.trailer["/Root"]["/Lang"] == "en-US"


def test_the_same_parts_give_the_same_bytes() -> None:
    """No clock and no chance in a binder."""
    parts = [Part("A", 0, pdf(2, named="x")), Part("B", 1, pdf(uri="https://example.org/"))]
    assert bind(parts, PROPERTIES) == bind(parts, PROPERTIES)


def test_pages_are_counted_from_one() -> None:
    """The first page of each part follows from the lengths before it."""
    assert first_pages([1, 2, 5]) == [1, 2, 4]
    assert count_pages(pdf(4)) == 4


@pytest.mark.parametrize("kept", [0, 20, 300, -200, -30])
def test_a_damaged_pdf_is_an_error_and_never_half_read(kept: int) -> None:
    """What a reader would silently repair would be pages that are missing."""
    whole = pdf(3, uri="https://example.org/")
    assert bind([Part("A", 0, whole)], PROPERTIES)
    for damaged in (whole[:kept], whole.replace(b"/Kids", b"/Kinds")):
        with pytest.raises(ConversionError, match="cannot be read back"):
            count_pages(damaged)
        with pytest.raises(ConversionError, match="cannot be read back"):
            bind([Part("A", 0, damaged)], PROPERTIES)


def test_every_damaged_byte_is_an_error_or_does_not_matter() -> None:
    """Each tenth byte made another one: no crash and no other error, and what is bound has all pages."""
    whole = pdf(2, uri="https://example.org/")
    errors = 0
    for place in range(0, len(whole), 10):
        damaged = whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :]
        try:
            assert len(read(bind([Part("A", 0, damaged)], PROPERTIES)).pages) == 2
        except ConversionError:
            errors += 1
    assert errors > 10


def test_qpdf_finds_no_fault(tmp_path: Path, outside: Callable[..., str]) -> None:
    """Names, fields, links and stamp are as the format wants them."""
    parts = [Part(x, 0, pdf(2, uri="https://example.org/", field="date")) for x in "AB"] + [Part("C", 1, pdf(2, named="top"))]
    (tmp_path / "binder.pdf").write_bytes(bind(parts, PROPERTIES))
    outside("qpdf", "--check", tmp_path / "binder.pdf")
