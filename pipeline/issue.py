"""An edition is issued: built once more without the mark of a draft, and frozen with everything it was made from."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.build import Options
from pipeline.editions import (
    GENERATED,
    INPUTS,
    NAMES,
    PACKAGE,
    RECORD,
    REMOVED,
    STANDING,
    edition_before,
    issued_folder,
    packed,
    refuse_edition,
    sealed,
)
from pipeline.errors import OutputError, Problem, ProblemsFound, UsageError
from pipeline.filing import json_bytes
from pipeline.load import Loaded, load_practice
from pipeline.package import Package, Written, make_package, write_first, write_second
from pipeline.passwords import read_passwords
from pipeline.pdf.convert import engine
from pipeline.plan import POLICIES
from pipeline.publish import MANIFEST, hand_edits, is_locked, one_at_a_time, refusal
from pipeline.records import unstructure
from pipeline.render.excel.merge_read import AUTHOR
from pipeline.render.parts import read_parts
from pipeline.whole import digest, sync_folder, write_file
from pipeline.work import working
from pipeline.workspace import Workspace

FILE_MODE, FOLDER_MODE = 0o400, 0o500
# how a note of the program begins in a workbook, whatever program saved it
NOTE = f"{AUTHOR}: ".encode()


@dataclass(frozen=True)
class Done:
    folder: Path
    edition: str
    approver: str
    documents: int
    pages: int
    seal: str
    warnings: tuple[Problem, ...]


def issue(workspace: Workspace, slug: str, options: Options, approved: date, today: date, told: Callable[[str], None]) -> Done:
    """Build the edition as approved, and freeze it under practices/<slug>/issued. `told` hears about progress.

    Raises UsageError for a number or day that cannot be, ProblemsFound where hand edits wait for a decision, OutputError where
    the edition is there already.
    """
    passwords, doubts = read_passwords(options.password_file, slug)
    with working(options.jobs, workspace.cache if options.cache else None) as workers:
        told("Reading and checking")
        loaded = load_practice(
            workspace, slug, as_of=options.as_of, edition=options.edition, strict=options.strict, workers=workers
        )
        refuse_edition(loaded)
        if not loaded.as_of <= approved <= today:
            raise UsageError(
                f"An edition is approved on a day from {loaded.as_of}, of which it speaks, to today; {approved} is not one of them."
            )
        target = issued_folder(workspace, slug) / loaded.edition
        with one_at_a_time(target):
            if problems := list(_not_kept(workspace, slug, loaded)):
                raise ProblemsFound(problems)
            if passwords is None and is_locked(workspace.build / slug / loaded.edition):
                raise UsageError(
                    "The binder of the draft opens with a password only. An issued one stays as it is: give --password-file, "
                    "or build the draft without it."
                )
            before = edition_before(workspace, loaded)
            first = write_first(loaded, told, approved, workers)
            _refuse_undecided(first)
            written = write_second(loaded, first, before, told, workers)
            _refuse_undecided(written)
            package = make_package(loaded, written, engine(options.pdf_engine, workers), told, workers, passwords)
            approver = loaded.profile.person(loaded.profile.approver)
            files = dict(_files(workspace, loaded, package))
            record = _record(loaded, package, approved, f"{approver.name}, {approver.title}", files)
            freeze(target, {**files, RECORD: json_bytes(record)})
            seal = digest(target / RECORD)[:16]
    warnings = (*loaded.warnings, *package.warnings, *doubts)
    return Done(target, loaded.edition, approver.name, len(package.files) - 1, package.pages, seal, warnings)


def freeze(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder that can only be read, and rename it to `target`, which must not exist. The caller holds the lock."""
    if target.exists():
        raise OutputError(f"{target} is issued already. An issued edition is never overwritten.")
    staging: Path | None = None
    try:
        clear_leftovers(target.parent)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for name, data in files.items():
            write_file(staging / name, data)
        for path in sorted((staging, *staging.rglob("*")), reverse=True):
            if path.is_dir():
                sync_folder(path)
            if path != staging:
                path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        staging.rename(target)
        sync_folder(target.parent)
        target.chmod(FOLDER_MODE)
    except OSError as error:
        if staging is not None and not target.exists():
            with suppress(OSError):
                remove_frozen(staging)
        raise refusal(target, error) from error


def clear_leftovers(issued: Path) -> None:
    """Delete what runs left that were killed while they froze or removed an edition. The caller holds the lock; OSError."""
    for staging in issued.glob(".[0-9]*-*"):
        remove_frozen(staging)
    for stone in issued.glob(f"[0-9]*{REMOVED}"):
        if (folder := stone.with_name(stone.name.removesuffix(REMOVED))).exists():
            remove_frozen(folder)


def remove_frozen(folder: Path) -> None:
    """Delete a folder that can only be read; OSError where that fails."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(stat.S_IRWXU)
        elif os.name == "nt":
            path.chmod(stat.S_IWRITE)
    shutil.rmtree(folder)


def _not_kept(workspace: Workspace, slug: str, loaded: Loaded) -> Iterator[Problem]:
    """Files of the draft that somebody edited and nobody kept: they would not be in the edition."""
    draft = workspace.build / slug / loaded.edition
    kept = {overlay.sha256 for overlay in loaded.overlays.values()}
    for name in hand_edits(draft):
        if digest(draft / name) not in kept:
            mend = f"Keep the edits with: binder edits {slug} --keep. Or move the file away, and build the draft again."
            yield Problem(workspace.shown(draft / name), "The file was edited in the draft, and the edits are not kept.", mend)


def _refuse_undecided(written: Written) -> None:
    if problems := list(_undecided(written)):
        raise ProblemsFound(problems)


def _undecided(written: Written) -> Iterator[Problem]:
    """Places that a person has to decide before anybody can approve them."""
    paths = {artifact.id: artifact.path for artifact in written.inputs.plan.artifacts}
    for id, merged in written.carried.items():
        if merged.conflicts:
            mend = "Decide in the draft which text stands, delete the comments, then: binder edits --keep."
            count = len(merged.conflicts)
            what = f"{count} edited text{'s are' if count != 1 else ' is'} generated otherwise now."
            yield Problem(paths[id], what, mend)
        elif has_remarks(read_parts(merged.data)):
            mend = "Answer the comments in the draft and delete them, then: binder edits --keep."
            yield Problem(paths[id], "The file holds comments; an issued file has none.", mend)


def has_remarks(parts: Mapping[str, bytes]) -> bool:
    """Whether comments of anybody stand in a Word file, or notes of the program in a workbook; other notes are the client's."""
    notes = (part for name, part in parts.items() if name.startswith("xl/") and "comment" in name and name.endswith(".xml"))
    return b"<w:comment " in parts.get("word/comments.xml", b"") or any(NOTE in part for part in notes)


def _files(workspace: Workspace, loaded: Loaded, package: Package) -> Iterator[tuple[str, bytes]]:
    for path, data in package.files.items():
        yield f"{PACKAGE}/{path}", data
    yield f"{PACKAGE}/{MANIFEST}", json_bytes(package.manifest)
    paths = {artifact.id: artifact.path for artifact in package.inputs.plan.artifacts}
    for id in package.carried:
        yield f"{GENERATED}/{paths[id]}", package.generated[paths[id]]
    own = f"practices/{loaded.profile.practice.slug}/"
    for path in loaded.inputs:
        if path.startswith(own) and not path.startswith(f"{own}issued/"):
            data = (workspace.root / path).read_bytes()
            if hashlib.sha256(data).hexdigest() != loaded.inputs[path]:
                mend = "Issue it again, with what stands there now."
                raise ProblemsFound([Problem(path, "The file was changed while the edition was made of it.", mend)])
            yield f"{INPUTS}/{path.removeprefix(own)}", data
    yield NAMES, packed(package.names)
    yield STANDING, json_bytes(unstructure(loaded.assessment))


def _record(loaded: Loaded, package: Package, approved: date, approver: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """edition.json; schemas/edition.schema.json says what each key means."""
    previous = loaded.earlier[-1] if loaded.earlier else None
    findings = loaded.assessment.findings
    return {
        "schema": "edition/1",
        "practice": loaded.profile.practice.slug,
        "edition": loaded.edition,
        "as_of": loaded.as_of.isoformat(),
        "law_as_of": loaded.catalog.law_as_of.isoformat(),
        "approved": approved.isoformat(),
        "approver": approver,
        "levels": _counted(finding.level for finding in findings),
        "after": _counted(finding.residual.level for finding in findings),
        "revised": dict(_revised(package)),
        "previous": {"edition": previous.edition, "sha256": previous.seal} if previous else None,
        "files": sealed(files),
    }


def _revised(package: Package) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the revision history of each policy says of this edition."""
    comparison = package.inputs.comparison
    same = {one.id for one in comparison.documents if one.state == "same"} if comparison else set()
    for artifact in package.inputs.plan.artifacts:
        if artifact.section == POLICIES:
            reason = package.names[artifact.id]["names"]["revisions"][-1]["reason"]
            yield artifact.id, {"changed": artifact.id not in same, "reason": reason}


def _counted(levels: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(levels).items()))
