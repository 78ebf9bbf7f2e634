"""One Word document to PDF, by dxpdf."""

from __future__ import annotations

import dxpdf

from pipeline.pdf.fontconfig import unheard
from pipeline.pdf.keep import draw_together


def draw(document: bytes, filled: bool) -> bytes:
    """PDF of a Word file. filled: keep heading rows and signatures with their text; the empty rows of a form look like nothing.

    RuntimeError where the engine cannot draw it.
    """
    return draw_together(document, _converted) if filled else _converted(document)


def _converted(document: bytes) -> bytes:
    try:
        with unheard():
            return bytes(dxpdf.convert(document))
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as panic:
        # of Rust, and no Exception
        raise RuntimeError("it gave up on the document") from panic
