"""One Word document to PDF, by dxpdf, with its headings kept to what they head."""

from __future__ import annotations

import dxpdf

from pipeline.pdf.fontconfig import unheard
from pipeline.pdf.keep import break_before, lonely_end, lonely_headings

MOST_BREAKS = 12


def draw(document: bytes, filled: bool) -> bytes:
    """PDF of a Word file. filled: keep heading rows and signatures with their text; the empty rows of a form look like nothing."""
    pdf = _converted(document)
    # each mended page moves what follows it
    for _ in range(MOST_BREAKS if filled else 0):
        lonely = lonely_headings(document, pdf)
        table = lonely[0] if lonely else lonely_end(document, pdf)
        if table is None:
            break
        document = break_before(document, table)
        pdf = _converted(document)
    return pdf


def _converted(document: bytes) -> bytes:
    """RuntimeError where the engine fails: of Rust, also a panic, which is no Exception."""
    try:
        with unheard():
            return bytes(dxpdf.convert(document))
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as panic:
        raise RuntimeError("it gave up on the document") from panic
