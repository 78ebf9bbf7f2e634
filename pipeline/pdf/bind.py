"""Many PDFs to one: bookmarks, page labels, links between documents as page jumps, page numbers, properties."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NullObject,
    TextStringObject,
)

from pipeline.errors import ConversionError
from pipeline.pdf.stamp import stamp_pages

OUTSIDE = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One PDF of the binder. depth: 0 section, 1 document; file: name of the file that links name, or ''."""

    title: str
    depth: int
    pdf: bytes
    file: str = ""


@dataclass(frozen=True)
class Properties:
    title: str
    author: str
    subject: str
    day: date


def count_pages(pdf: bytes) -> int:
    """Number of pages; ConversionError where the file cannot be read."""
    try:
        return len(PdfReader(io.BytesIO(pdf)).pages)
    except (PyPdfError, ValueError, KeyError) as error:
        raise ConversionError("A PDF that was just made cannot be read back.") from error


def first_pages(lengths: Sequence[int]) -> list[int]:
    """Physical page, from 1, on which each of the parts with these lengths begins."""
    starts, page = [], 1
    for length in lengths:
        starts.append(page)
        page += length
    return starts


def bind(parts: Sequence[Part], properties: Properties, unbound: Collection[str] = ()) -> bytes:
    """The bound PDF of the parts in order. Same parts, same bytes.

    unbound: names of the package's files that are not on paper; the names that link to them stay, as plain text. Raises ConversionError where a link names a file that is not bound.
    """
    writer = PdfWriter()
    readers = [PdfReader(io.BytesIO(part.pdf)) for part in parts]
    starts = [start - 1 for start in first_pages([len(reader.pages) for reader in readers])]
    for number, reader in enumerate(readers):
        _resolve_names(reader)
        if "/AcroForm" in reader.root_object:
            # fields of one name in two documents would share one value
            reader.add_form_topname(f"document{number}")
        writer.append(reader, import_outline=False)
    targets = {part.file: start for part, start in zip(parts, starts, strict=True) if part.file}
    for part, start, reader in zip(parts, starts, readers, strict=True):
        for page in writer.pages[start : start + len(reader.pages)]:
            _turn_links(writer, page, targets, unbound, part.title)
    stamp_pages(writer)
    _add_bookmarks(writer, parts, starts)
    _set_properties(writer, parts, properties)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _annotations(page: PageObject) -> Iterator[DictionaryObject]:
    for reference in page.get("/Annots") or ():
        annotation = reference.get_object()
        if annotation.get("/Subtype") == "/Link":
            yield annotation


def _resolve_names(reader: PdfReader) -> None:
    """Put the page itself in place of its name, so that equal names of two documents cannot meet."""
    named = reader.named_destinations
    for page in reader.pages:
        for link in _annotations(page):
            action = link.get("/A")
            holder, key = (action.get_object(), "/D") if action and action.get_object().get("/S") == "/GoTo" else (link, "/Dest")
            name = holder.get(key)
            if isinstance(name, (str, bytes)):
                found = named.get(name if isinstance(name, str) else name.decode("latin-1"))
                if found is not None:
                    holder[NameObject(key)] = found.dest_array
    for key in ("/Dests", "/Names"):
        reader.root_object.pop(key, None)


def _turn_links(writer: PdfWriter, page: PageObject, targets: Mapping[str, int], unbound: Collection[str], title: str) -> None:
    """Relative links to files of the package become jumps to the page where the file begins, or go where it has none."""
    for link in list(_annotations(page)):
        action = link.get("/A")
        uri = action.get_object().get("/URI") if action else None
        if uri is None or OUTSIDE.match(str(uri)):
            continue
        # engines may have made the relative target absolute; the file's name is unique in the package
        name = unquote(str(uri)).replace("\\", "/").split("#")[0].rsplit("/", 1)[-1]
        if name in unbound:
            page[NameObject("/Annots")] = ArrayObject(kept for kept in page.get("/Annots") or () if kept.get_object() is not link)
            continue
        if name not in targets:
            raise ConversionError(f'"{title}" links to the file "{name}", which is not bound. Mend the link in its template.')
        target = writer.pages[targets[name]].indirect_reference
        assert target is not None
        del link["/A"]
        link[NameObject("/Dest")] = ArrayObject([target, NameObject("/XYZ"), NullObject(), NullObject(), NullObject()])


def _add_bookmarks(writer: PdfWriter, parts: Sequence[Part], starts: Sequence[int]) -> None:
    section = None
    for part, start in zip(parts, starts, strict=True):
        item = writer.add_outline_item(title=part.title, page_number=start, parent=section if part.depth else None)
        if part.depth == 0:
            section = item


def _set_properties(writer: PdfWriter, parts: Sequence[Part], properties: Properties) -> None:
    stamp = f"D:{properties.day:%Y%m%d}000000Z"
    writer.metadata = None
    writer.add_metadata(
        {
            "/Title": properties.title,
            "/Author": properties.author,
            "/Subject": properties.subject,
            "/Creator": "binder",
            "/Producer": "pypdf",
            "/CreationDate": stamp,
            "/ModDate": stamp,
        }
    )
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject("en-US")
    root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.page_mode = "/UseOutlines"
    writer.set_page_label(0, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
    digest = hashlib.md5(b"".join(hashlib.sha256(part.pdf).digest() for part in parts), usedforsecurity=False).digest()
    writer._ID = ArrayObject([ByteStringObject(digest), ByteStringObject(digest)])
