"""Office files as what they are, zip archives of parts: opened with bounds, written the same way every time."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from xml.sax.saxutils import escape

from lxml import etree

MAX_PARTS = 2_000
MAX_TOTAL = 100_000_000
MAX_RATIO = 200
MAX_TAGS = 1_000_000  # of all parts together; the fullest workbook of a large practice has two hundred thousand
TYPES, FONTS = "[Content_Types].xml", "word/fonts/"
MOST_FONTS = 1_000_000  # that are kept packed; a client's file may carry others
EPOCH = (1980, 1, 1, 0, 0, 0)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
KEYWORDS = re.compile(r"([a-z0-9-]{1,60}) ([A-Z]{1,3}-[0-9]{2}) ([0-9]{4}\.[1-9][0-9]{0,3})")
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# endings of relationship types: what an archive carries, whatever its parts are called
FORBIDDEN = {
    "vbaproject": "It carries macros. Save it without them (.docx or .xlsx).",
    "wordvbadata": "It carries macros. Save it without them (.docx or .xlsx).",
    "oleobject": "It carries an embedded object. Take the object out.",
    "package": "It carries an embedded file. Take it out.",
    "control": "It carries an ActiveX control. Take it out.",
    "activexcontrolbinary": "It carries an ActiveX control. Take it out.",
    "afchunk": "It carries another document inside. Copy the text in instead.",
    "subdocument": "It carries another document inside. Copy the text in instead.",
}
# and what it holds without a relationship
BY_NAME = {
    "vbaproject": "vbaproject",
    "oleobject": "oleobject",
    "embeddings/": "package",
    "activex": "control",
    "afchunk": "afchunk",
}
DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
# the encodings that Office files may have (ECMA-376 part 2, 6.2.5); in any other one a document type would not be seen
ENCODINGS = (b"utf-8", b"utf-16", b"us-ascii")
DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)["'][^>]*\?>""")
UCS4 = (b"<\0\0\0", b"\0\0\0<", b"\xff\xfe\0\0", b"\0\0\xfe\xff")
LONGEST_DECLARATION = 400
DAMAGED = "It is damaged or locked with a password. Save it anew without one."


class UnsafeFile(ValueError):
    """The archive is not what it says, or holds something that must not be opened or passed on."""


def read_parts(data: bytes) -> dict[str, bytes]:
    """Part name → bytes of an Office file; UnsafeFile where it is no such file, too big, or carries active content."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError, KeyError) as error:
        raise UnsafeFile("It is not a Word or Excel file (.docx, .xlsx). Save it anew from Word or Excel.") from error
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_PARTS or len(names) != len({name.lower() for name in names}):
        raise UnsafeFile("It holds too many parts, or a part twice. Save it anew from Word or Excel.")
    if not all(names):
        # asking zipfile whether a part without a name is a folder fails with an IndexError
        raise UnsafeFile(DAMAGED)
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise UnsafeFile("It holds a part whose name leads out of the file. Do not use it.")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL or total > MAX_RATIO * max(len(data), 1):
        raise UnsafeFile("It is far larger inside than outside. Do not use it.")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1 for entry in entries):
        raise UnsafeFile(DAMAGED)
    try:
        parts = {entry.filename: _inflated(archive, entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        raise UnsafeFile(DAMAGED) from error
    # of every part, because any may be read as XML: what a part is called does not say what it is
    for part in parts.values():
        if any(word in part for word in DOCTYPES):
            raise UnsafeFile("A part declares a document type, which Office never writes. Do not use it.")
        if not _in_known_encoding(part):
            raise UnsafeFile("A part is written in an encoding that Office never uses. Do not use it.")
    if sum(part.count(b"<") for part in parts.values()) > MAX_TAGS:
        raise UnsafeFile("It holds more than any document of ours. Do not use it.")
    if TYPES not in parts:
        raise UnsafeFile("It is not a Word or Excel file (.docx, .xlsx). Save it anew from Word or Excel.")
    try:
        if any("macroenabled" in element.get("ContentType", "").lower() for element in parse(parts[TYPES])):
            raise UnsafeFile(FORBIDDEN["vbaproject"])
        known = [relationship for _, relationship in relationships(parts)]
    except etree.XMLSyntaxError as error:
        raise UnsafeFile(DAMAGED) from error
    if not all(relationship.get(name) for relationship in known for name in ("Id", "Type", "Target")):
        raise UnsafeFile(DAMAGED)
    inside = [relationship for relationship in known if relationship.get("TargetMode") != "External"]
    kinds = {str(relationship.get("Type")).rsplit("/", 1)[-1].lower() for relationship in inside}
    for kind in sorted(kinds & FORBIDDEN.keys()):
        raise UnsafeFile(FORBIDDEN[kind])
    for word, kind in BY_NAME.items():
        if any(word in name.lower() for name in names):
            raise UnsafeFile(FORBIDDEN[kind])
    return parts


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry. Never more are inflated than it says it has; read() without a number inflates first and cuts later."""
    with archive.open(entry) as file:
        return file.read(entry.file_size + 1)


def _in_known_encoding(part: bytes) -> bool:
    """Whether a part, if it is XML, is written in UTF-8 or UTF-16."""
    if part.startswith(UCS4):
        return False
    head = part[: 2 * LONGEST_DECLARATION].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    head = head.removeprefix(b"\xfe\xff")[:LONGEST_DECLARATION]
    if not head.startswith(b"<?xml"):
        return True
    declared = DECLARED.match(head)
    return declared[1].lower() in ENCODINGS if declared else b"?>" in head and b"encoding" not in head.partition(b"?>")[0]


def write_parts(parts: Mapping[str, bytes], *, packed: bool = True) -> bytes:
    """The archive of these parts: sorted, without clock or operating system, so that equal parts give equal bytes.

    packed: False for a file that is read once and thrown away; packing takes ten times as long as all the rest.
    """
    first = {name: part for name, part in parts.items() if name == TYPES or name.startswith(FONTS)}
    if not packed or sum(map(len, first.values())) > MOST_FONTS:
        first = {}
    # every document carries the same fonts, which take three quarters of the time: an archive that holds them is added to
    target = io.BytesIO(_archive(tuple(_in_order(first))))
    with zipfile.ZipFile(target, "a", compresslevel=6) as archive:
        _add(archive, (part for part in _in_order(parts) if part[0] not in first), packed=packed)
    return target.getvalue()


def _in_order(parts: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    return sorted(parts.items(), key=lambda part: (part[0] != TYPES, not part[0].startswith(FONTS), part[0]))


@lru_cache(maxsize=16)
def _archive(parts: tuple[tuple[str, bytes], ...]) -> bytes:
    target = io.BytesIO()
    if parts:
        with zipfile.ZipFile(target, "w", compresslevel=6) as archive:
            _add(archive, parts, packed=True)
    return target.getvalue()


def _add(archive: zipfile.ZipFile, parts: Iterable[tuple[str, bytes]], *, packed: bool) -> None:
    for name, part in parts:
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.create_system, info.external_attr = 3, 0o600 << 16
        archive.writestr(info, part)


def parse(part: bytes) -> etree._Element:
    """An XML part, without entities and without network."""
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def serialize(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def relationships(parts: Mapping[str, bytes]) -> Iterator[tuple[str, etree._Element]]:
    """(name of the .rels part, relationship) of the whole file."""
    for name, part in parts.items():
        if name.lower().endswith(".rels"):
            for relationship in parse(part).iter(RELATIONSHIP):
                yield name, relationship


def core_properties(title: str, subject: str, author: str, day: date, keywords: str = "") -> bytes:
    """docProps/core.xml, written from code: docxtpl would escape it twice, openpyxl put the clock in."""
    stamp = f"{day.isoformat()}T00:00:00Z"
    told = f"<cp:keywords>{escape(keywords)}</cp:keywords>" if keywords else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<cp:coreProperties xmlns:cp="{CORE}"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:subject>{escape(subject)}</dc:subject><dc:creator>{escape(author)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified>'
        f"<dc:language>en-US</dc:language>{told}</cp:coreProperties>"
    ).encode()


def document_keywords(practice: str, document: str, edition: str) -> str:
    """What a document says of itself in its properties, so that it is known again when it comes back signed."""
    return f"{practice} {document} {edition}"


def read_keywords(parts: Mapping[str, bytes]) -> tuple[str, str, str] | None:
    """(practice, document, edition) of a document of ours, or None where it does not say them."""
    try:
        root = parse(parts["docProps/core.xml"])
    except (KeyError, etree.XMLSyntaxError):
        return None
    told = " ".join(root.findtext(f"{{{CORE}}}keywords", "").split())
    found = KEYWORDS.fullmatch(told)
    return (found[1], found[2], found[3]) if found else None


def recolour_theme(parts: dict[str, bytes], colour: str, tint: str) -> None:
    """Put the practice's colour into the theme's first accent and its tint into the second (RRGGBB each)."""
    for name, part in parts.items():
        if re.fullmatch(r"(word|xl)/theme/theme\d*\.xml", name):
            root = parse(part)
            for tag, value in (("accent1", colour), ("accent2", tint), ("hlink", colour), ("folHlink", colour)):
                for slot in root.iter(f"{A}{tag}"):
                    slot[:] = [etree.Element(f"{A}srgbClr", {"val": value})]
            parts[name] = serialize(root)


def tint_of(colour: str, share: float = 0.12) -> str:
    """The colour RRGGBB mixed into white at `share`."""
    channels = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
    return "".join(f"{round(255 - (255 - channel) * share):02X}" for channel in channels)
