"""“Binder page N of M” at the foot of each page: one small stream a page and one font for all.

Merging a stamp page into each page multiplied the file's size by four.
"""

from __future__ import annotations

import io
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Dictionary, Name, Object, Pdf

from pipeline.pdf.fontconfig import packaged_fonts

TEXT = "Binder page {number} of {total}"
FONT, SIZE, BASELINE, GREY, RED = Name.BinderStamp, 8.0, 17.0, 0.29, "0.7 0.15 0.12"
FIRST, LAST = 32, 122


def stamp_pages(binder: Pdf, mark: str = "") -> None:
    """Write the physical page number, from 1, into the middle of each page's lower margin; mark: before it, in red."""
    data, widths = _subset(mark)
    font = _font(binder, data, widths)
    total = len(binder.pages)
    # closes what a page leaves open: its last transformation would move the stamp
    opening = binder.make_stream(b"q\n")
    for number, page in enumerate(binder.pages, 1):
        text = TEXT.format(number=number, total=total)
        ahead = f"{mark}   " if mark else ""
        wide = SIZE * sum(widths[ord(c) - FIRST] for c in ahead + text) / 1000
        left, bottom, right, _ = map(float, page.mediabox)
        marked = f"{RED} rg ({ahead}) Tj " if mark else ""
        code = (
            f"\nQ\n/Artifact BMC q BT {FONT} {SIZE:g} Tf 1 0 0 1 {left + (right - left - wide) / 2:.2f} {bottom + BASELINE:.2f} Tm "
            f"{marked}{GREY:g} g ({text}) Tj ET Q EMC\n"
        )
        page.contents_add(opening, prepend=True)
        page.contents_add(code.encode("ascii"))
        page.add_resource(font, Name.Font, FONT)


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


def _font(binder: Pdf, data: bytes, widths: tuple[int, ...]) -> Object:
    name = Name("/STAMPA+AtkinsonHyperlegible-Regular")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=32,
        FontBBox=[-200, -250, 1200, 950],
        ItalicAngle=0,
        Ascent=950,
        Descent=-250,
        CapHeight=668,
        StemV=80,
        FontFile2=binder.make_stream(data, Length1=len(data)),
    )
    return binder.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=name,
            Encoding=Name.WinAnsiEncoding,
            FirstChar=FIRST,
            LastChar=LAST,
            Widths=list(widths),
            FontDescriptor=binder.make_indirect(descriptor),
        )
    )
