"""Fonts that documents carry, and characters that they can draw."""

from __future__ import annotations

import io
import re

import pytest
from fontTools.ttLib import TTFont

from pipeline.errors import ConversionError
from pipeline.pdf.convert import Source, check_fonts
from pipeline.pdf.drawable import CERTAIN, undrawable
from pipeline.pdf.fontconfig import FAMILY, packaged_fonts
from pipeline.pdf.fonts import (
    FACES,
    embedded_fonts,
    house_characters,
    missing_fonts,
    missing_glyphs,
    named_fonts,
)
from pipeline.render.parts import read_parts, write_parts
from pipeline.workspace import Workspace

TEMPLATES = [
    "CH-01", "CH-02", "CH-03",
    "F-03", "F-04", "F-05", "F-06", "F-07", "F-08", "F-09", "F-10", "F-11", "F-12", "F-13",
    "F-17", "F-18", "F-19", "F-20", "F-21", "F-22",
    "ON-10", "ON-11", "PR-01", "PR-02", "PR-05",
    "R-01", "R-03", "R-05", "R-07", "R-08",
    *(f"SEC-{number:02}" for number in range(1, 36)),
    "SO-02", "SO-03", "SO-04", "SO-05",
    "TR-10", "TR-40", "TR-41", "TR-42", "TR-50", "TR-51", "TR-60",
    "contents", "cover", "divider", "guide", "packet", "paper-landscape", "paper-portrait", "quiz", "quiz-key",
]  # fmt: skip


@pytest.fixture
def parts(project: Workspace) -> dict[str, bytes]:
    """The parts of a real policy."""
    return read_parts((project.templates / "SEC-10.docx").read_bytes())


def with_text(parts: dict[str, bytes], text: str, properties: str = "") -> dict[str, bytes]:
    xml = f"<w:body><w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"
    document = parts["word/document.xml"].replace(b"<w:body>", xml.encode(), 1)
    return {**parts, "word/document.xml": document}


def packaged() -> dict[str, bytes]:
    """Style → file of the house font, read by another library's naming."""
    faces = {}
    for path in packaged_fonts().glob("*.ttf"):
        with TTFont(path) as font:
            faces[font["name"].getDebugName(2)] = path.read_bytes()
    return faces


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_carries_the_four_packaged_faces(name: str, project: Workspace) -> None:
    """What is embedded, freed of its obfuscation, is byte for byte the packaged font, each face in its place."""
    carried = embedded_fonts(read_parts((project.templates / f"{name}.docx").read_bytes()))
    faces = packaged()
    assert carried == {FAMILY: [faces["Regular"], faces["Bold"], faces["Italic"], faces["Bold Italic"]]}


def test_every_word_template_is_looked_at(project: Workspace) -> None:
    """The list above leaves none out."""
    assert sorted(path.stem for path in project.templates.glob("*.docx")) == TEMPLATES


def test_without_removing_the_obfuscation_the_faces_are_no_fonts(parts: dict[str, bytes]) -> None:
    """Positive control: the parts as they lie in the file cannot be read as fonts, and differ in 32 bytes only."""
    raw = parts["word/fonts/font1.odttf"]
    plain = embedded_fonts(parts)[FAMILY][0]
    assert raw[:4] not in (b"\x00\x01\x00\x00", b"OTTO", b"true")
    assert plain[:4] == b"\x00\x01\x00\x00"
    assert raw[32:] == plain[32:]


def test_the_house_font_has_what_english_and_its_names_need() -> None:
    """Letters with the accents of the Americas and Europe, quotation marks, dashes and the section sign are there."""
    text = "ABCxyz0189 áéíóúñüçãõâêôàèìòùäöåøæßłńśźżčěřšžőűğışțâî ÁÉÍÓÚÑÜÇ ’‘“”–—…·•§¶©®™°½ &<>\"'"
    assert {char for char in text if ord(char) not in house_characters()} == set()


@pytest.mark.parametrize("char", "☐☑✓中Ж😀")
def test_the_house_font_lacks_what_it_lacks(char: str) -> None:
    """Boxes, check marks, other scripts and emoji would come out blank."""
    assert ord(char) not in house_characters()


def test_a_real_template_misses_nothing(parts: dict[str, bytes]) -> None:
    """Neither font nor glyph is missing in what the project ships."""
    assert named_fonts(parts) == {FAMILY}
    assert (missing_fonts(parts), missing_glyphs(parts)) == (set(), set())


@pytest.mark.parametrize("attribute", ["ascii", "hAnsi", "cs", "eastAsia"])
def test_a_font_that_is_named_and_not_carried_is_missing(attribute: str, parts: dict[str, bytes]) -> None:
    """Whatever kind of text it is named for."""
    assert missing_fonts(with_text(parts, "x", f'<w:rFonts w:{attribute}="Calibri"/>')) == {"Calibri"}


@pytest.mark.parametrize("part", ["word/styles.xml", "word/header1.xml", "word/footer1.xml", "word/numbering.xml"])
def test_a_missing_font_is_found_in_each_part(part: str, parts: dict[str, bytes]) -> None:
    """Styles, margins and numbers of lists name fonts too."""
    xml = re.sub(rb"(<w:(?:style|p|lvl)[ >][^>]*>)", rb'\1<w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr>', parts[part], count=1)
    assert xml != parts[part]
    assert missing_fonts({**parts, part: xml}) == {"Symbol"}


def test_without_its_font_table_a_document_carries_nothing(parts: dict[str, bytes]) -> None:
    """A table of fonts that was lost, or its relationships, make the font missing."""
    for lost in ("word/fontTable.xml", "word/_rels/fontTable.xml.rels"):
        assert missing_fonts({name: part for name, part in parts.items() if name != lost}) == {FAMILY}


@pytest.mark.parametrize("char", "☐☑✓中Ж")
@pytest.mark.parametrize("part", ["word/document.xml", "word/header1.xml", "word/footer1.xml"])
def test_a_character_without_a_glyph_is_found(part: str, char: str, parts: dict[str, bytes]) -> None:
    """In the text and in the margins."""
    xml = re.sub(rb"(<w:t[ >][^<]*)", rb"\1" + char.encode(), parts[part], count=1)
    assert missing_glyphs({**parts, part: xml}) == {char}


def test_a_bullet_without_a_glyph_is_found(parts: dict[str, bytes]) -> None:
    """The sign of a list stands in the numbering and is drawn all the same."""
    numbering = re.sub(rb'(<w:lvlText w:val=")[^"]*', rb"\1" + "➤".encode(), parts["word/numbering.xml"], count=1)
    assert missing_glyphs({**parts, "word/numbering.xml": numbering}) == {"➤"}


def test_a_character_that_only_one_face_lacks_is_found(parts: dict[str, bytes]) -> None:
    """Bold text is drawn with the bold face, so every face must have the glyph."""
    faces = embedded_fonts(parts)[FAMILY]
    with TTFont(io.BytesIO(faces[1])) as font:
        for table in font["cmap"].tables:
            table.cmap.pop(ord("§"), None)
        target = io.BytesIO()
        font.save(target)
    poor = target.getvalue()
    table_xml = parts["word/fontTable.xml"].decode()
    keys = re.findall(r'w:fontKey="\{([^}]*)\}"', table_xml)
    assert len(keys) == len(FACES)
    key = bytes.fromhex(keys[1].replace("-", ""))[::-1]
    hidden = bytes(byte ^ key[at % 16] for at, byte in enumerate(poor[:32])) + poor[32:]
    damaged = with_text({**parts, "word/fonts/font2.odttf": hidden}, "see § 164.308")
    assert missing_glyphs(with_text(parts, "see § 164.308")) == set()
    assert missing_glyphs(damaged) == {"§"}


def test_what_draws_nothing_needs_no_glyph(parts: dict[str, bytes]) -> None:
    """A soft hyphen and a line break in the text are no missing glyphs."""
    assert missing_glyphs(with_text(parts, "hyphen\u00adation\n")) == set()


@pytest.mark.parametrize(
    ("text", "properties", "said"),
    [("☑", "", "U+2611"), ("x", '<w:rFonts w:ascii="Calibri"/>', "Calibri")],
    ids=["glyph", "font"],
)
def test_a_document_that_cannot_be_drawn_is_not_converted(text: str, properties: str, said: str, parts: dict[str, bytes]) -> None:
    """Before a PDF is made, the document and what is missing are named."""
    data = write_parts(with_text(parts, text, properties))
    with pytest.raises(ConversionError, match=rf"SEC-10.*{re.escape(said)}"):
        check_fonts(Source("SEC-10", "docx", data, data))


@pytest.mark.parametrize("damage", [b"", b"x" * 100, b"\x00\x01\x00\x00" + bytes(40)])
def test_a_damaged_face_is_an_error_of_its_own(damage: bytes, parts: dict[str, bytes]) -> None:
    """A face that is no font is a clean error, not a failure of the library."""
    with pytest.raises(ValueError, match="cannot be read"):
        missing_glyphs({**parts, "word/fonts/font1.odttf": damage or b"\x00"})


def test_a_face_that_is_cut_off_is_an_error_of_its_own(parts: dict[str, bytes]) -> None:
    """A font of which half is missing is not taken for a whole one."""
    whole = parts["word/fonts/font1.odttf"]
    with pytest.raises(ValueError, match="cannot be read"):
        missing_glyphs({**parts, "word/fonts/font1.odttf": whole[: len(whole) // 20]})


def test_what_is_taken_for_certain_is_in_the_font() -> None:
    """Texts of these characters are passed without opening the font; with a smaller font that would be wrong."""
    assert {char for char in CERTAIN - {"\n", "\t"} if ord(char) not in house_characters()} == set()
    assert list(undrawable({"a": "“Fine” – é × …"}, "x")) == []
    assert [problem.where for problem in undrawable({"a": "fine", "b": "☐ é", "c": "Łukasz"}, "x")] == ["x#/b"]
