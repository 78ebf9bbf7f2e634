"""“Binder page N of M” at the foot of each page: one small stream a page and one font for all.

Merging a stamp page into each page multiplied the file's size by four.
"""

from __future__ import annotations

import io
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from pipeline.pdf.fonts import packaged_fonts

TEXT = "Binder page {number} of {total}"
FONT, SIZE, BASELINE, GREY, RED = "/BinderStamp", 8.0, 17.0, 0.29, "0.7 0.15 0.12"
FIRST, LAST = 32, 122


def stamp_pages(writer: PdfWriter, mark: str = "") -> None:
    """Write the physical page number, from 1, into the middle of each page's lower margin; mark: before it, in red."""
    if not writer.pages:
        return
    data, widths = _subset(mark)
    font = _font(writer, data, widths)
    total = len(writer.pages)
    opening = writer._add_object(_stream(b"q\n"))
    for number, page in enumerate(writer.pages, 1):
        text = TEXT.format(number=number, total=total)
        ahead = f"{mark}   " if mark else ""
        wide = SIZE * sum(widths[ord(c) - FIRST] for c in ahead + text) / 1000
        left = float(page.mediabox.left) + (float(page.mediabox.width) - wide) / 2
        marked = f"{RED} rg ({ahead}) Tj " if mark else ""
        code = (
            f"\nQ\n/Artifact BMC q BT {FONT} {SIZE:g} Tf 1 0 0 1 {left:.2f} {float(page.mediabox.bottom) + BASELINE:.2f} Tm "
            f"{marked}{GREY:g} g ({text}) Tj ET Q EMC\n"
        )
        closing = writer._add_object(_stream(code.encode("ascii")))
        page[NameObject("/Contents")] = ArrayObject([opening, *_contents(page), closing])
        resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
        fonts = resources.setdefault(NameObject("/Font"), DictionaryObject()).get_object()
        fonts[NameObject(FONT)] = font


def _contents(page: PageObject) -> list[IndirectObject]:
    contents = page.get("/Contents")
    if contents is None:
        return []
    if isinstance(contents.get_object(), ArrayObject):
        return list(contents.get_object())
    return [page.raw_get("/Contents")]


def _stream(code: bytes) -> StreamObject:
    stream = StreamObject()
    stream.set_data(code)
    return stream


@lru_cache(maxsize=2)
def _subset(mark: str) -> tuple[bytes, tuple[int, ...]]:
    """The house font with the letters of the stamp only, and the widths of characters FIRST to LAST per mille."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[], recalc_timestamp=False)
    face = TTFont(packaged_fonts() / "AtkinsonHyperlegible-Regular.ttf", recalcTimestamp=False)
    tailor = subset.Subsetter(options)
    tailor.populate(text=TEXT + "0123456789" + mark)
    tailor.subset(face)
    cmap, metrics, unit = face.getBestCmap(), face["hmtx"], face["head"].unitsPerEm
    widths = tuple(round(metrics[cmap[c]][0] * 1000 / unit) if c in cmap else 0 for c in range(FIRST, LAST + 1))
    target = io.BytesIO()
    face.save(target)
    return target.getvalue(), widths


def _font(writer: PdfWriter, data: bytes, widths: tuple[int, ...]) -> IndirectObject:
    file = _stream(data).flate_encode()
    file[NameObject("/Length1")] = NumberObject(len(data))
    descriptor = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): NameObject("/STAMPA+AtkinsonHyperlegible-Regular"),
            NameObject("/Flags"): NumberObject(32),
            NameObject("/FontBBox"): ArrayObject(map(NumberObject, (-200, -250, 1200, 950))),
            NameObject("/ItalicAngle"): NumberObject(0),
            NameObject("/Ascent"): NumberObject(950),
            NameObject("/Descent"): NumberObject(-250),
            NameObject("/CapHeight"): NumberObject(668),
            NameObject("/StemV"): NumberObject(80),
            NameObject("/FontFile2"): writer._add_object(file),
        }
    )
    return writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/TrueType"),
                NameObject("/BaseFont"): NameObject("/STAMPA+AtkinsonHyperlegible-Regular"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
                NameObject("/FirstChar"): NumberObject(FIRST),
                NameObject("/LastChar"): NumberObject(LAST),
                NameObject("/Widths"): ArrayObject(map(FloatObject, widths)),
                NameObject("/FontDescriptor"): writer._add_object(descriptor),
            }
        )
    )
