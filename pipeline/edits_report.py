"""What became of the hand edits in a draft, as a text beside it, for the consultant who has to decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.merge.model import Merged
from pipeline.package import Package
from pipeline.whole import why, write_over


def write_report(target: Path, package: Package) -> None:
    """Write `<edition>-edits.md` beside the draft, or take an old one away where nothing was edited by hand."""
    file = report_file(target)
    if package.carried:
        write_over(file, ("\n".join(_lines(package)) + "\n").encode())
        return
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"The package is built. {file} belongs to an earlier one and could not be deleted: {why(error)}."
        ) from error


def report_file(target: Path) -> Path:
    return target.with_name(f"{target.name}-edits.md")


def _lines(package: Package) -> Iterator[str]:
    yield f"# Hand edits in edition {package.inputs.edition}"
    for id, merged in package.carried.items():
        artifact = package.inputs.plan.get(id)
        assert artifact
        yield f"\n## {artifact.path}"
        yield from _document(merged)


def _document(merged: Merged) -> Iterator[str]:
    if merged.kept:
        yield f"\nKept as it is. {merged.kept}"
    for conflict in merged.conflicts:
        yield f"\nTo decide: {conflict.where}"
        yield f"- was generated: {conflict.before or 'nothing'}"
        yield f"- was edited: {conflict.edited or 'taken out'}"
        yield f"- is generated now: {conflict.now or 'nothing'}"
    undecided = {(conflict.where, conflict.edited) for conflict in merged.conflicts}
    for edit in merged.taken:
        if (edit.where, edit.after) in undecided:
            continue
        yield f"\nTaken over: {edit.where} ({edit.kind})"
        yield f"- before: {edit.before or 'nothing'}"
        yield f"- now: {edit.after or 'nothing'}"
