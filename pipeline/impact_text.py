"""What a change would do to packages, as lines for a terminal and as values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipeline.facts import joined
from pipeline.impact import DocumentImpact, Impact

SHOWN = 3


def impact_lines(found: Sequence[Impact], everything: bool) -> Iterator[str]:
    """A line for each practice and the first of its problems; everything: also what changed since, and each document."""
    for impact in found:
        yield f"{impact.slug}: {_summary(impact)}"
        for problem in impact.problems if everything else impact.problems[:SHOWN]:
            yield f"    {problem.where}: {problem.what}"
        if not everything and len(impact.problems) > SHOWN:
            yield f"    … and {len(impact.problems) - SHOWN} more; --all shows them."
        if everything:
            yield from (f"    {cause}: {', '.join(paths)}" for cause, paths in (impact.causes or {}).items())
            yield from (f"    {document_line(document)}" for document in impact.documents)
            if impact.documents and impact.uncompared:
                yield f"    Not compared, because they are written last: {', '.join(impact.uncompared)}."


def document_line(document: DocumentImpact) -> str:
    """One document and how much of it would change."""
    parts = [
        f"{count} {'line' if count == 1 else 'lines'} {what}"
        for count, what in ((document.changed, "changed"), (document.added, "added"), (document.removed, "removed"))
        if count
    ]
    told = {
        "new": "new",
        "gone": f"goes. {document.why}",
        "changed": joined(parts) or ("only its looks change" if document.measured else "changes; its old text cannot be read"),
    }[document.state]
    former = f" (so far “{document.former}”)" if document.former else ""
    edited = "; its file was changed by hand" if document.edited else ""
    return f"{document.id} {document.title}{former}: {told}{edited}"


def impact_values(found: Sequence[Impact]) -> dict[str, Any]:
    """The same for programs: each practice with all that is known of it."""
    return {"practices": [_values(impact) for impact in found]}


def _summary(impact: Impact) -> str:
    if impact.package is None:
        return "never built."
    if impact.problems:
        count = len(impact.problems)
        words = f"{count} problem{'s' * (count != 1)}; it cannot be built as it is."
    elif not impact.causes:
        words = "nothing changed."
    elif not impact.documents:
        words = f"no document changes, though {_causes(impact.causes)} did."
    else:
        words = f"{_counts(impact)}, because of {_causes(impact.causes)}. {impact.same} stay as they are."
    return f"{impact.edition}: {words}" if impact.edition else words


def _counts(impact: Impact) -> str:
    changed = [document for document in impact.documents if document.state == "changed"]
    lines = sum(document.lines for document in changed)
    told = []
    if changed:
        told.append(
            f"{len(changed)} {'document changes' if len(changed) == 1 else 'documents change'} "
            f"in {lines} {'line' if lines == 1 else 'lines'}"
        )
    for state, verb in (("new", "new"), ("gone", "gone")):
        if count := sum(document.state == state for document in impact.documents):
            told.append(f"{count} {verb}")
    return ", ".join(told)


def _causes(causes: Mapping[str, Sequence[str]]) -> str:
    return joined(causes)


def _values(impact: Impact) -> dict[str, Any]:
    return {
        "slug": impact.slug,
        "built": impact.package is not None,
        "edition": impact.edition,
        "as_of": impact.as_of,
        "causes": {cause: list(paths) for cause, paths in (impact.causes or {}).items()},
        "documents": [asdict(document) for document in impact.documents],
        "same": impact.same,
        "uncompared": list(impact.uncompared),
        "problems": [asdict(problem) for problem in impact.problems],
    }
