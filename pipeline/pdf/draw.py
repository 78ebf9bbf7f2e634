"""What a drawing process does. It imports little, because each process pays for it."""

from __future__ import annotations

import os

from pipeline.workers import end_with_parent

MOST_BREAKS = 12


def use_fonts(file: str) -> None:
    """Let the native library know the fonts of this fontconfig file only; once, before the first document."""
    end_with_parent()
    os.environ["FONTCONFIG_FILE"] = file
    # it also parses the system's templates, only to complain about what is new to it, so its messages go nowhere
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def draw(document: bytes, filled: bool) -> bytes:
    """PDF of a Word file. filled: keep heading rows and signatures with their text; the empty rows of a form look like nothing."""
    import dxpdf

    from pipeline.pdf.keep import break_before, lonely_end, lonely_headings

    pdf = bytes(dxpdf.convert(document))
    # each mended page moves what follows it
    for _ in range(MOST_BREAKS if filled else 0):
        lonely = lonely_headings(document, pdf)
        table = lonely[0] if lonely else lonely_end(document, pdf)
        if table is None:
            break
        document = break_before(document, table)
        pdf = bytes(dxpdf.convert(document))
    return pdf
