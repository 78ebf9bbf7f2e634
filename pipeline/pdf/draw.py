"""What a drawing process does. It imports little, because each process pays for it."""

from __future__ import annotations

import os


def use_fonts(file: str) -> None:
    """Let the native library know the fonts of this fontconfig file only; once, before the first document."""
    os.environ["FONTCONFIG_FILE"] = file
    # it also parses the system's templates, only to complain about what is new to it, so its messages go nowhere
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def draw(document: bytes, filled: bool) -> bytes:
    """PDF of a Word file. filled: keep heading rows and signatures with their text; the empty rows of a form look like nothing."""
    import dxpdf

    def convert(paper: bytes) -> bytes:
        return bytes(dxpdf.convert(paper))

    if not filled:
        return convert(document)
    from pipeline.pdf.keep import draw_together

    return draw_together(document, convert)
