"""Many PDFs to one: bookmarks, page labels, links between documents as page jumps, page numbers, properties."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import unquote

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, OutlineItem, Page, Pdf, String

from pipeline.errors import ConversionError
from pipeline.pdf.stamp import stamp_pages

# comes inside of pikepdf, and writes the bytes
QPDF = pikepdf.__libqpdf_version__
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
    """Number of pages, at least one; ConversionError where the file cannot be read."""
    with _opened(pdf) as document:
        return len(document.pages)


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
    Raises ConversionError where a link names any other file, and where a part cannot be read.
    """
    binder = pikepdf.new()
    starts = []
    for part in parts:
        starts.append(len(binder.pages))
        _append(binder, part)
    pages = list(binder.pages)
    targets = {part.file: pages[start] for part, start in zip(parts, starts, strict=True) if part.file}
    for part, start, end in zip(parts, starts, [*starts[1:], len(pages)], strict=True):
        for page in pages[start:end]:
            _turn_links(page, targets, unbound, part.title)
    stamp_pages(binder, properties.mark)
    _add_bookmarks(binder, parts, starts)
    _set_properties(binder, properties)
    target = io.BytesIO()
    binder.save(target, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return target.getvalue()


@contextmanager
def _opened(pdf: bytes) -> Iterator[Pdf]:
    """A PDF of one of the engines, to be read; ConversionError where anything in it had to be repaired or guessed."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            yield document
            # last, since what is read late is found damaged late
            if not document.pages or document.get_warnings():
                raise ValueError
    except (pikepdf.PikepdfError, ValueError, TypeError) as error:
        raise ConversionError("A PDF that was just made cannot be read back.") from error


def _append(binder: Pdf, part: Part) -> None:
    """Add the pages of a part. Form fields and named places that are called the same in two parts stay apart."""
    start = len(binder.pages)
    with _opened(part.pdf) as document:
        # https://pikepdf.readthedocs.io/en/latest/topics/pages.html: pages.extend would leave fields and places behind
        copied = binder.add_pages_from(document)
    for page in binder.pages[start:] if copied.dropped_dests else ():
        # a place that is not in its own part may be in another one
        _keep(page, [one for one in _annotations(page) if _place(one) not in copied.dropped_dests])


def _turn_links(page: Page, targets: Mapping[str, Page], unbound: Collection[str], title: str) -> None:
    """Relative links to files of the package become jumps to the page where the file begins, or go and leave the words."""
    kept = []
    for annotation in _annotations(page):
        uri = _uri(annotation)
        if uri and not OUTSIDE.match(uri):
            name = _file_of(uri)
            if name in unbound:
                continue
            if name not in targets:
                raise ConversionError(f'"{title}" links to the file "{name}", which is not bound. Mend the link in its template.')
            del annotation.A
            annotation.Dest = Array([targets[name].obj, Name.XYZ, None, None, None])
        kept.append(annotation)
    _keep(page, kept)


def _annotations(page: Page) -> list[Object]:
    return list(page.obj.get(Name.Annots, ()))


def _keep(page: Page, annotations: Sequence[Object]) -> None:
    if len(annotations) < len(page.obj.get(Name.Annots, ())):
        page.obj.Annots = Array(annotations)


def _place(annotation: Object) -> str:
    """The name of the place to which a link jumps, or "" where it gives the page itself."""
    action = annotation.get(Name.A)
    place = annotation.get(Name.Dest) if action is None else action.get(Name.D)
    return str(place) if isinstance(place, (Name, String)) else ""


def _uri(annotation: Object) -> str:
    action = annotation.get(Name.A)
    return "" if action is None else str(action.get(Name.URI, ""))


@lru_cache(maxsize=1024)
def _file_of(uri: str) -> str:
    """The name of the file: engines may have made the relative target absolute, and the name is unique in the package."""
    return unquote(uri).replace("\\", "/").split("#")[0].rsplit("/", 1)[-1]


def _add_bookmarks(binder: Pdf, parts: Sequence[Part], starts: Sequence[int]) -> None:
    with binder.open_outline() as outline:
        level = outline.root
        for part, start in zip(parts, starts, strict=True):
            item = OutlineItem(part.title, start)
            if part.depth == 0:
                outline.root.append(item)
                level = item.children
            else:
                level.append(item)


def _set_properties(binder: Pdf, properties: Properties) -> None:
    stamp = f"D:{properties.day:%Y%m%d}000000Z"
    binder.trailer.Info = binder.make_indirect(
        Dictionary(
            Title=properties.title,
            Author=properties.author,
            Subject=properties.subject,
            Creator="binder",
            Producer="pikepdf",
            CreationDate=stamp,
            ModDate=stamp,
        )
    )
    binder.Root.Lang = "en-US"
    binder.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    binder.Root.PageMode = Name.UseOutlines
    binder.Root.PageLabels = Dictionary(Nums=[0, Dictionary(S=Name.D, St=1)])
