"""What a finished document must not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.build import Built
from pipeline.lint.leftovers import find_leftovers
from pipeline.render.parts import read_parts, write_parts
from pipeline.workspace import Workspace

W_XMLNS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHEET_XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def word(text: str, *, part: str = "word/document.xml") -> bytes:
    """A Word file with one paragraph in one run, in this part."""
    xml = f"<w:document {W_XMLNS}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>"
    return write_parts({"[Content_Types].xml": b"<Types/>", part: xml.encode()})


def cell(text: str) -> bytes:
    """A workbook with one cell."""
    xml = f'<worksheet {SHEET_XMLNS}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row></sheetData></worksheet>'
    return write_parts({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": xml.encode()})


@pytest.mark.parametrize(
    "text",
    [
        "Call {{ practice.name }} now.",
        "half open {{ practice",
        "half closed practice }}",
        "{% if facts.byod %}",
        "{%p endif %}",
        "{# a note #}",
        "TODO: ask Denise",
        "to be decided, TBD",
        "FIXME",
        "Phone: XXX",
        "Lorem ipsum dolor",
        "[insert date]",
        "[Your practice]",
        "[practice name]",
        "[name of the owner]",
        "&lt;built-in method items of dict object&gt;",
        "&lt;bound method x&gt;",
        "None",
        " None ",
        "null",
        "True",
        "False",
        "nan",
        "undefined",
    ],
)
def test_leftovers_are_found_in_both_kinds_of_files(text: str) -> None:
    """Tags, notes to oneself, dummy text and words of the program are problems in Word and in Excel."""
    assert [problem.where for problem in find_leftovers(word(text), "a.docx")] == ["a.docx, word/document.xml"]
    assert [problem.where for problem in find_leftovers(cell(text), "a.xlsx")] == ["a.xlsx, xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    "text",
    [
        "None of the phones was encrypted.",
        "The answer is true or false.",
        "Nan Whitfield, LCSW",
        "Nandini Rao",
        "Maria Todo, LPC",
        "The passphrase is null and void.",
        "Phone (503) 555-0100 [extension 4]",
        "See [1] and {a}.",
        "100 % of the laptops",
        "Undefined terms are explained below.",
        "Mastodon and Toddler Group",
    ],
)
def test_ordinary_words_are_no_leftovers(text: str) -> None:
    """Sentences and names of people that merely resemble a leftover pass."""
    assert list(find_leftovers(word(text), "a.docx")) == []
    assert list(find_leftovers(cell(text), "a.xlsx")) == []


def test_a_tag_split_over_runs_is_found() -> None:
    """The text of a paragraph is put together before it is looked at."""
    assert list(find_leftovers(word("{</w:t></w:r><w:r><w:t>{ practice.name }</w:t></w:r><w:r><w:t>}"), "a.docx"))


@pytest.mark.parametrize(
    "part",
    [
        "word/header3.xml",
        "word/footer1.xml",
        "word/footnotes.xml",
        "word/endnotes.xml",
        "word/comments.xml",
        "word/glossary/document.xml",
    ],
)
def test_every_part_is_looked_at(part: str) -> None:
    """A leftover in the margin or a note is found as well as in the text."""
    assert [problem.where for problem in find_leftovers(word("{{ x }}", part=part), "a.docx")] == [f"a.docx, {part}"]


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        (
            "docProps/core.xml",
            '<p:coreProperties xmlns:p="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">'
            "<p:keywords>{{ practice.name }}</p:keywords></p:coreProperties>",
        ),
        (
            "word/_rels/document.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="a" Type="hyperlink" Target="https://example.org/{{ practice.name }}"/></Relationships>',
        ),
        (
            "word/header1.xml",
            '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r>'
            '<docPr descr="Logo of {{ practice.name }}"/></w:r></w:p></w:hdr>',
        ),
        (
            "xl/worksheets/sheet1.xml",
            f"<worksheet {SHEET_XMLNS}><headerFooter><oddHeader>{{{{ practice.name }}}}</oddHeader></headerFooter></worksheet>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            f'<worksheet {SHEET_XMLNS}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
            "<headerFooter><oddHeader>{{ practice.name }}</oddHeader></headerFooter></worksheet>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            f'<worksheet {SHEET_XMLNS}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
            '<dataValidations><dataValidation><formula1>"{{ practice.many }},x"</formula1></dataValidation></dataValidations></worksheet>',
        ),
        (
            "xl/tables/table1.xml",
            f'<table {SHEET_XMLNS}><tableColumns><tableColumn id="1" name="{{{{ x }}}}"/></tableColumns></table>',
        ),
        ("xl/workbook.xml", f'<workbook {SHEET_XMLNS}><sheets><sheet name="{{{{ x }}}}" sheetId="1"/></sheets></workbook>'),
    ],
    ids=["properties", "link", "alt text", "header alone", "header beside cells", "drop-down", "heading", "name of the sheet"],
)
def test_leftovers_outside_the_text_are_found(name: str, xml: str) -> None:
    """Properties, links, alternative texts, margins and names that Office shows are looked at too."""
    data = write_parts({"[Content_Types].xml": b"<Types/>", name: xml.encode()})
    assert [problem.where for problem in find_leftovers(data, "a")] == [f"a, {name}"]


def calendar(*lines: str) -> bytes:
    """A calendar file with these lines in its one entry."""
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize(
    "line",
    ["SUMMARY:Call {{ practice.name }}", "DESCRIPTION:None", "DESCRIPTION:Look.\\nTO\r\n DO: ask", "X-WR-CALNAME:{% if x %}"],
)
def test_leftovers_of_a_calendar_file_are_found(line: str) -> None:
    """In any value, also across a folded line; the place is the line."""
    assert [problem.where for problem in find_leftovers(calendar(line), "a.ics")] == ["a.ics, line 3"]


def test_a_sound_calendar_file_has_no_leftover() -> None:
    """A word that only begins like one is none."""
    assert list(find_leftovers(calendar("SUMMARY:None of the keys is missing", "TRANSP:TRANSPARENT"), "a.ics")) == []


def test_each_place_is_reported() -> None:
    """Two leftovers are two problems."""
    two = "{{ a }}</w:t></w:r></w:p><w:p><w:r><w:t>fine</w:t></w:r></w:p><w:p><w:r><w:t>TBD"
    assert len(list(find_leftovers(word(two), "a.docx"))) == 2


def test_the_message_holds_the_leftover_and_not_the_sentence() -> None:
    """What a client wrote does not get into a log; the few characters that are wrong do."""
    (found,) = find_leftovers(word("Jane Doe was seen on Monday. TODO"), "a.docx")
    assert "(TODO)" in found.what
    assert "Jane" not in str(found)


def test_a_raw_template_is_full_of_leftovers(project: Workspace) -> None:
    """Positive control: without rendering, the check has much to say."""
    assert len(list(find_leftovers((project.templates / "SEC-10.docx").read_bytes(), "a.docx"))) > 20
    assert len(list(find_leftovers((project.forms / "L-03.xlsx").read_bytes(), "a.xlsx"))) > 5


def test_finished_packages_hold_none(packages: dict[str, Built]) -> None:
    """No document of either example holds a leftover; the packages are read from the disk as a client would get them."""
    written = [file for built in packages.values() for file in Path(built.target).rglob("*") if file.is_file()]
    files = [file for file in written if file.name not in ("binder.pdf", "manifest.json")]
    assert len(files) == sum(built.documents for built in packages.values())
    for file in files:
        data = file.read_bytes()
        assert file.suffix == ".ics" or read_parts(data)
        assert list(find_leftovers(data, file.name)) == []
