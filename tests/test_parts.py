"""Office files as archives: what is refused before anything is opened, and what is written."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import suppress
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.render.parts import (
    MAX_PARTS,
    UCS4,
    UnsafeFile,
    core_properties,
    parse,
    read_parts,
    recolour_theme,
    relationships,
    tint_of,
    write_parts,
)

TYPES = "[Content_Types].xml"
SMALL = {TYPES: b"<Types/>", "word/document.xml": b"<document>some words</document>", "word/media/a.png": bytes(range(256))}


def archive(*entries: tuple[str, bytes]) -> bytes:
    """A zip file with these entries in this order, twice the same name included."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            if name in made.namelist():
                with pytest.warns(UserWarning, match="Duplicate name"):
                    made.writestr(name, data)
            else:
                made.writestr(name, data)
    return target.getvalue()


def locked(data: bytes) -> bytes:
    """The archive with the flag "needs a password" on each entry."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(mark, at + 1)
    return bytes(changed)


PARTS = st.dictionaries(
    st.text("abcdefghijklmnop-_ ÄéüПщ中0123456789", min_size=1, max_size=12).map(lambda name: f"word/{name}.bin"),
    st.binary(max_size=200).filter(lambda part: not part.startswith((*UCS4, b"<?xml"))),
    max_size=12,
).filter(lambda parts: len(parts) == len({name.lower() for name in parts}))


@settings(deadline=None, max_examples=60)
@given(PARTS)
def test_what_is_written_is_read_back(parts: dict[str, bytes]) -> None:
    """Names and bytes of all parts survive."""
    whole = {TYPES: b"<Types/>", **parts}
    assert read_parts(write_parts(whole)) == whole


@settings(deadline=None, max_examples=60)
@given(PARTS, st.randoms(use_true_random=False))
def test_equal_parts_give_equal_bytes_in_any_order(parts: dict[str, bytes], shuffle: Random) -> None:
    """The order in which parts were put together does not show."""
    names = [TYPES, *parts]
    shuffle.shuffle(names)
    whole = {TYPES: b"<Types/>", **parts}
    assert write_parts({name: whole[name] for name in names}) == write_parts(whole)


def test_an_archive_tells_nothing_of_the_clock_or_the_machine() -> None:
    """Dates, system and rights are the same everywhere, and the content types come first."""
    with zipfile.ZipFile(io.BytesIO(write_parts(SMALL))) as made:
        entries = made.infolist()
    assert entries[0].filename == TYPES
    assert {(e.date_time, e.create_system, e.external_attr) for e in entries} == {((1980, 1, 1, 0, 0, 0), 3, 0o600 << 16)}


def test_without_a_fixed_date_the_same_parts_differ() -> None:
    """Positive control: a plain archive carries the time at which it was made."""
    made = []
    for second in (2, 4):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as plain:
            plain.writestr(zipfile.ZipInfo("a.xml", (2026, 9, 14, 12, 0, second)), b"<a/>")
        made.append(target.getvalue())
    assert made[0] != made[1]


def test_a_bomb_is_refused_by_its_ratio() -> None:
    """A small file that would unpack to fifty megabytes is not unpacked."""
    bomb = archive((TYPES, b"<Types/>"), ("word/document.xml", bytes(50_000_000)))
    assert len(bomb) < 100_000
    with pytest.raises(UnsafeFile, match="far larger inside than outside"):
        read_parts(bomb)


def test_without_the_ratio_a_bomb_is_unpacked() -> None:
    """Positive control: plain reading takes the memory."""
    bomb = archive((TYPES, b"<Types/>"), ("word/document.xml", bytes(50_000_000)))
    with zipfile.ZipFile(io.BytesIO(bomb)) as plain:
        assert len(plain.read("word/document.xml")) == 50_000_000


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    """An entry that declares fewer bytes than it holds is damaged, however far it would unpack."""
    bomb = bytearray(archive((TYPES, b"<Types/>"), ("word/document.xml", bytes(20_000_000))))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = bomb.find(mark, bomb.find(mark) + 1)
        struct.pack_into("<I", bomb, at + offset, 100)
    with pytest.raises(UnsafeFile, match="damaged"):
        read_parts(bytes(bomb))


def test_too_many_parts_are_refused() -> None:
    """No Office file of ours has thousands of parts."""
    with pytest.raises(UnsafeFile, match="too many parts"):
        read_parts(archive((TYPES, b"<Types/>"), *((f"word/{n}.xml", b"<a/>") for n in range(MAX_PARTS))))


@pytest.mark.parametrize("second", ["word/document.xml", "word/DOCUMENT.xml"])
def test_a_part_that_is_there_twice_is_refused(second: str) -> None:
    """Two readers would see two documents; capitals make no difference to Office."""
    with pytest.raises(UnsafeFile, match="a part twice"):
        read_parts(archive((TYPES, b"<Types/>"), ("word/document.xml", b"<a/>"), (second, b"<b/>")))


@pytest.mark.parametrize(
    "name", ["../evil.xml", "word/../../evil.xml", "/etc/passwd", "word\\..\\evil.xml", "..", "C:\\evil.xml"]
)
def test_a_name_that_leads_out_of_the_file_is_refused(name: str) -> None:
    """A part cannot name a place outside."""
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(TYPES, b"<Types/>")
        made.writestr(info, b"x")
    with pytest.raises(UnsafeFile, match="leads out of the file"):
        read_parts(target.getvalue())


def test_two_points_within_a_name_are_no_way_out() -> None:
    """Only a whole step of two points leads upwards."""
    assert "word/a..b.bin" in read_parts(archive((TYPES, b"<Types/>"), ("word/a..b.bin", b"x")))


@pytest.mark.parametrize(
    "part",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "boo">]><a>&e;</a>',
        b'<?xml version="1.0"?>\n\n<!-- note -->\n<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        b'<?xml version="1.0"?><!--' + b"x" * 5_000 + b'--><!DOCTYPE a [<!ENTITY e "boo">]><a>&e;</a>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY e "boo">]><a>&e;</a>'.encode("utf-16"),
    ],
    ids=["entity", "external", "behind a long comment", "in UTF-16"],
)
@pytest.mark.parametrize("name", ["word/document.xml", "word/_rels/document.xml.rels"])
def test_a_document_type_is_refused(name: str, part: bytes) -> None:
    """Office never writes one; it can only define entities or load something."""
    with pytest.raises(UnsafeFile, match="document type"):
        read_parts(write_parts({TYPES: b"<Types/>", name: part}))


def test_without_the_guards_an_entity_is_put_into_the_text() -> None:
    """Positive control: a parser with its own defaults fills in what the document type says; ours does not."""
    evil = b'<!DOCTYPE a [<!ENTITY e "boo">]><a>&e;</a>'
    assert etree.fromstring(evil, etree.XMLParser(resolve_entities=True)).text == "boo"
    assert parse(evil).text is None


@pytest.mark.parametrize(
    "data", [b"", b"x", b"PK", b"%PDF-1.7 not an Office file", bytes(5_000), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99]
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    """An empty, foreign or old file is refused with what to do about it."""
    with pytest.raises(UnsafeFile, match="Save it anew from Word or Excel"):
        read_parts(data)


def test_an_archive_of_something_else_is_refused() -> None:
    """A zip file without content types is no Office file."""
    with pytest.raises(UnsafeFile, match="not a Word or Excel file"):
        read_parts(archive(("readme.txt", b"hello")))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_refused(share: float) -> None:
    """A download that stopped is refused."""
    whole = write_parts(SMALL)
    with pytest.raises(UnsafeFile):
        read_parts(whole[: int(len(whole) * share)])


def test_a_part_whose_bytes_changed_is_refused() -> None:
    """A checksum that does not fit means damage."""
    whole = archive(*SMALL.items())
    at = whole.find(zlib.compress(SMALL["word/media/a.png"], 6)[2:12])
    assert at > 0
    with pytest.raises(UnsafeFile, match="damaged"):
        read_parts(whole[: at + 20] + bytes([whole[at + 20] ^ 0xFF]) + whole[at + 21 :])


def test_a_file_with_a_password_is_refused() -> None:
    """The message says that it is locked."""
    with pytest.raises(UnsafeFile, match="password"):
        read_parts(locked(write_parts(SMALL)))


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_no_damage_gives_anything_but_a_refusal(data: st.DataObject) -> None:
    """Whatever happens to the bytes of a file, it is read or refused; no other error comes out."""
    damaged = bytearray(write_parts(SMALL))
    directory = damaged.find(b"PK\x01\x02")
    place = st.one_of(st.integers(0, len(damaged) - 1), st.integers(directory, len(damaged) - 1))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(place)] = data.draw(st.integers(0, 255))
    with suppress(UnsafeFile):
        read_parts(bytes(damaged))


def test_a_part_without_a_name_is_refused() -> None:
    """A single damaged byte makes a name empty, and Python's own reader fails on it."""
    damaged = bytearray(write_parts(SMALL))
    directory = damaged.find(b"PK\x01\x02")
    damaged[directory + 46] = 0  # a name ends at its first zero byte
    with pytest.raises(UnsafeFile, match="damaged"):
        read_parts(bytes(damaged))


@pytest.mark.parametrize("value", [0xFFFFFFF0, 0x7FFFFFFF, 1])
@pytest.mark.parametrize("field", ["place of the directory", "size of the directory", "place of a part"])
def test_a_file_whose_places_are_wrong_is_refused(field: str, value: int) -> None:
    """An archive that points outside itself is refused like any other damage."""
    damaged = bytearray(write_parts(SMALL))
    at = {
        "place of the directory": damaged.find(b"PK\x05\x06") + 16,
        "size of the directory": damaged.find(b"PK\x05\x06") + 12,
        "place of a part": damaged.find(b"PK\x01\x02") + 42,
    }[field]
    struct.pack_into("<I", damaged, at, value)
    with pytest.raises(UnsafeFile):
        read_parts(bytes(damaged))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("word/vbaProject.bin", "macros"),
        ("xl/vbaProject.bin", "macros"),
        ("word/embeddings/oleObject1.bin", "embedded"),
        ("word/embeddings/book.xlsx", "embedded file"),
        ("word/activeX/activeX1.xml", "ActiveX"),
        ("word/afchunk1.html", "another document"),
        ("WORD/VBAPROJECT.BIN", "macros"),
    ],
)
def test_active_content_is_refused(name: str, said: str) -> None:
    """Macros, objects and documents inside are refused by name, each with what to do."""
    with pytest.raises(UnsafeFile, match=said):
        read_parts(write_parts({**SMALL, name: b"x"}))


def test_a_file_type_with_macros_is_refused() -> None:
    """A .docm that was renamed is still one."""
    types = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    with pytest.raises(UnsafeFile, match="macros"):
        read_parts(write_parts({**SMALL, TYPES: types}))


def test_relationships_are_found_in_every_part() -> None:
    """Each relationship comes with the part that holds it."""
    one = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="{}"/></Relationships>'
    parts = {
        "_rels/.rels": one.format("a").encode(),
        "word/_rels/document.xml.rels": one.format("b").encode(),
        "word/a.xml": b"<a/>",
    }
    assert [(name, r.get("Id")) for name, r in relationships(parts)] == [
        ("_rels/.rels", "a"),
        ("word/_rels/document.xml.rels", "b"),
    ]


def test_core_properties_hold_names_as_typed_and_the_given_day() -> None:
    """Ampersands and angle brackets come out once, and no clock is read."""
    root = parse(core_properties("A & B", "<Subject>", 'O\'Brien "Q"', date(2026, 9, 14)))
    assert [element.text for element in root] == [
        "A & B",
        "<Subject>",
        'O\'Brien "Q"',
        "2026-09-14T00:00:00Z",
        "2026-09-14T00:00:00Z",
        "en-US",
    ]


@pytest.mark.parametrize(
    ("colour", "tint"), [("000000", "E0E0E0"), ("FFFFFF", "FFFFFF"), ("1F5C57", "E4EBEB"), ("FF0000", "FFE0E0")]
)
def test_the_tint_is_the_colour_at_twelve_percent(colour: str, tint: str) -> None:
    """Twelve parts of the colour and eighty-eight of white, worked out by hand."""
    assert tint_of(colour) == tint


def test_only_the_accents_and_links_of_a_theme_are_recoloured() -> None:
    """Text and background colours of the theme stay."""
    slots = "".join(
        f'<a:{s}><a:srgbClr val="111111"/></a:{s}>' for s in ("dk1", "accent1", "accent2", "accent3", "hlink", "folHlink")
    )
    theme = (
        f'<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:clrScheme>{slots}</a:clrScheme></a:theme>'
    )
    parts = {"word/theme/theme1.xml": theme.encode(), "word/document.xml": b"<a/>"}
    recolour_theme(parts, "AA0000", "FFEEEE")
    assert [slot[0].get("val") for slot in parse(parts["word/theme/theme1.xml"])[0]] == [
        "111111",
        "AA0000",
        "FFEEEE",
        "111111",
        "AA0000",
        "AA0000",
    ]
    assert parts["word/document.xml"] == b"<a/>"
