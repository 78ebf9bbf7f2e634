"""A signed paper as PDF: whether it is what it says, before it is filed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf
from pikepdf import settings

LOCKED = "It is locked with a password."
DAMAGED = "It is damaged."
MAX_OBJECTS = 200_000  # a scan of a hundred pages has about a thousand
MAX_UNPACKED = 100_000_000  # bytes of a stream that holds objects
# what a PDF can do besides being read (ISO 32000-2, 12.6.4); links lead to a page or an address, and that only when they are clicked
RUNS = frozenset(
    ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute", "/GoToE", "/Movie", "/Sound")
)
CARRIES = frozenset(("/EmbeddedFiles", "/EmbeddedFile", "/JavaScript", "/JS", "/AA", "/XFA", "/RichMedia"))


def pdf_defect(data: bytes) -> str | None:
    """What keeps a PDF from being filed, as a sentence, or None: no PDF, damaged, locked, or with something that runs."""
    if not data.startswith(b"%PDF-"):
        return "It is not a PDF, whatever its name says."
    try:
        with _bounded(), pikepdf.open(io.BytesIO(data), suppress_warnings=True, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                return LOCKED
            if len(pdf.objects) > MAX_OBJECTS:
                return "It holds more than any scan does."
            if not len(pdf.pages):
                return "It has no pages."
            if any(_runs(held) for held in _dictionaries(pdf)):
                return "It holds a script, a program or an attached file."
    except pikepdf.PasswordError:
        return LOCKED
    except Exception:
        # pikepdf answers a damaged file with whatever goes wrong first
        return DAMAGED
    return None


@contextmanager
def _bounded() -> Iterator[None]:
    """qpdf unpacks what a file holds without end by itself."""
    before: dict[str, Any] = settings.set_qpdf_limits(
        flate_max_memory=MAX_UNPACKED, run_length_max_memory=MAX_UNPACKED, png_max_memory=MAX_UNPACKED,
        tiff_max_memory=MAX_UNPACKED, doc_max_warnings=1_000,
    )  # fmt: skip
    try:
        yield
    finally:
        settings.set_qpdf_limits(**before)


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary of the file, also those that stand in others or in lists."""
    waiting: list[pikepdf.Object] = list(pdf.objects)
    while waiting:
        held = waiting.pop()
        if isinstance(held, pikepdf.Array):
            waiting += [one for one in held if isinstance(one, pikepdf.Object) and not one.is_indirect]
        elif isinstance(held, (pikepdf.Dictionary, pikepdf.Stream)):
            told = held.stream_dict if isinstance(held, pikepdf.Stream) else held
            yield told
            waiting += [one for one in told.as_dict().values() if isinstance(one, pikepdf.Object) and not one.is_indirect]


def _runs(held: pikepdf.Object) -> bool:
    return bool(CARRIES & set(held.keys())) or str(held.get("/S", "")) in RUNS or str(held.get("/Subtype", "")) in RUNS
