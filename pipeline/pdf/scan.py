"""A signed paper as PDF: whether it is what it says, before it is filed."""

from __future__ import annotations

import io

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import DictionaryObject

LOCKED = "It is locked with a password."


def pdf_defect(data: bytes) -> str | None:
    """What keeps a PDF from being filed, as a sentence, or None: no PDF, damaged, locked, or with something that runs."""
    if not data.startswith(b"%PDF-"):
        return "It is not a PDF, whatever its name says."
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            return LOCKED
        if not len(reader.pages):
            return "It has no pages."
        root = reader.trailer["/Root"].get_object()
        if isinstance(root, DictionaryObject) and _runs(root):
            return "It holds a script, a program or an attached file."
    except DependencyError:
        return LOCKED  # with a cipher that would need another library to be undone
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError, AssertionError):
        return "It is damaged."
    return None


def _runs(root: DictionaryObject) -> bool:
    names = root.get("/Names", DictionaryObject()).get_object()
    action = root.get("/OpenAction", DictionaryObject()).get_object()
    kind = action.get("/S") if isinstance(action, DictionaryObject) else None
    return "/AA" in root or kind in ("/JavaScript", "/Launch") or any(name in names for name in ("/JavaScript", "/EmbeddedFiles"))
