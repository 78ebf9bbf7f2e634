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
    """mark: what is printed at the foot of each page before its number."""

    title: str
    author: str
    subject: str
    day: date
    mark: str = ""


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

    unbound: names of the package's other files; a link to one of them is left as plain text, since a PDF goes alone.
    Raises ConversionError where a link names any other file.
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
            _unlink(page, unbound)
            _turn_links(writer, page, targets, part.title)
    stamp_pages(writer, properties.mark)
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


def _file_of(uri: object) -> str:
    """The name of the file: engines may have made the relative target absolute, and the name is unique in the package."""
    return unquote(str(uri)).replace("\\", "/").split("#")[0].rsplit("/", 1)[-1]


def _unlink(page: PageObject, unbound: Collection[str]) -> None:
    """Take the links to these files off a page; the words stay."""
    if unbound and "/Annots" in page:
        kept = [one for one in page["/Annots"] if _file_of(_uri(one.get_object()) or "") not in unbound]  # type: ignore[attr-defined]
        page[NameObject("/Annots")] = ArrayObject(kept)


def _uri(annotation: DictionaryObject) -> object | None:
    action = annotation.get("/A")
    return action.get_object().get("/URI") if action else None


def _turn_links(writer: PdfWriter, page: PageObject, targets: Mapping[str, int], title: str) -> None:
    """Relative links to files of the package become jumps to the page where the file begins."""
    for link in _annotations(page):
        uri = _uri(link)
        if uri is None or OUTSIDE.match(str(uri)):
            continue
        name = _file_of(uri)
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
