"""Whether a text still leads to a document that is withdrawn; a practice would look for it in vain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.catalog import Catalog
from pipeline.check.references import instead_of
from pipeline.errors import Problem


def check_mentions(catalog: Catalog, texts: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """texts: where each stands, and what it says; a document is mentioned by its number."""
    gone = {id: entry.withdrawn for id, entry in catalog.documents.items() if entry.withdrawn}
    if not gone:
        return
    number = re.compile(rf"\b(?:{'|'.join(map(re.escape, gone))})\b")
    for where, text in texts:
        for id in dict.fromkeys(number.findall(text)):
            if withdrawn := gone[id]:
                yield Problem(
                    where, f"The text leads to {id}, which is withdrawn since {withdrawn.since}.", instead_of(withdrawn)
                )
