"""What a change of templates, catalogue or practice would do to packages that are built already; nothing is written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pipeline.catalog import Report
from pipeline.check.withdrawn import vanished
from pipeline.editions import GENERATED, PACKAGE, edition_before
from pipeline.errors import BinderError, Problem, ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice, load_shared
from pipeline.loading import load_json
from pipeline.package import tools, write_documents
from pipeline.plan import CHANGES, Artifact
from pipeline.publish import MANIFEST, generated_folder
from pipeline.render.excel.cells import read_cells
from pipeline.render.excel.identity import SHEET
from pipeline.render.parts import UnsafeFile
from pipeline.render.text import office_text
from pipeline.rendering import names_of_all, render_all
from pipeline.schema import validate
from pipeline.whole import digest
from pipeline.workspace import Workspace

TEMPLATES = "templates"
# beginning of an input's path behind the practice's folder → what it is called
CAUSES = {
    "catalog/": "catalogue",
    "templates_docx/": TEMPLATES,
    "forms_xlsx/": TEMPLATES,
    "assessments/": "analysis",
    "changes/": "analysis",
    "records/": "records",
}


@dataclass(frozen=True)
class DocumentImpact:
    """state: new, gone, changed. former: its title in the package where it has another now; why: for one that goes.

    added, removed, changed: lines of text; all 0 where only its looks change. edited: its file was changed by hand, or is gone.
    measured: False where its old text is not to be had.
    """

    id: str
    title: str
    state: str
    former: str = ""
    added: int = 0
    removed: int = 0
    changed: int = 0
    why: str = ""
    edited: bool = False
    measured: bool = True

    @property
    def lines(self) -> int:
        """How many lines of text are touched."""
        return self.added + self.removed + self.changed


@dataclass(frozen=True)
class Impact:
    """package: its folder, or None where nothing was built. causes: what changed since → files; documents: only what would change.

    uncompared: documents that are written last, with the pages of the binder or about changes; problems: why it cannot be built as it is.
    """

    slug: str
    package: Path | None = None
    edition: str = ""
    as_of: str = ""
    causes: Mapping[str, tuple[str, ...]] | None = None
    documents: tuple[DocumentImpact, ...] = ()
    same: int = 0
    uncompared: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def impacts(workspace: Workspace, slugs: Sequence[str], told: Callable[[str], None], built: Path | None = None) -> list[Impact]:
    """What building each practice again would change, in the order given. built: folder with packages, by default the workspace's.

    A practice with problems does not stop the others. Raises UsageError for an unknown slug, and ProblemsFound where
    catalogue or templates themselves have problems.
    """
    for slug in slugs:
        workspace.practice(slug)
    told("Reading catalogue and templates")
    shared = load_shared(workspace)
    if any(not problem.warning for problem in shared.problems):
        raise ProblemsFound(shared.problems)
    found = []
    for number, slug in enumerate(slugs, 1):
        told(f"{slug} ({number} of {len(slugs)})")
        found.append(practice_impact(workspace, slug, shared, built or workspace.build))
    return found


def practice_impact(workspace: Workspace, slug: str, shared: Shared, built: Path) -> Impact:
    """The same for one practice; its problems are part of the result."""
    package = latest_package(workspace, slug, built)
    if package is None:
        return Impact(slug)
    manifest, problems = _read(workspace, package, slug)
    if manifest is None:
        return Impact(slug, package, problems=tuple(problems))
    known = Impact(slug, package, manifest["edition"], manifest["as_of"])
    try:
        loaded = load_practice(
            workspace, slug, as_of=date.fromisoformat(known.as_of), edition=known.edition, shared=replace(shared, problems=())
        )
    except BinderError as error:
        causes = by_cause(slug, _moved(manifest["inputs"], _on_disk(workspace, manifest["inputs"])))
        return replace(known, causes=causes | _programs(manifest), problems=_problems_of(error, workspace.shown(package)))
    causes = by_cause(slug, _moved(manifest["inputs"], loaded.inputs)) | _programs(manifest)
    issued = {id: entry["title"] for id, entry in _documents(manifest).items()}
    lost = tuple(problem for problem in vanished(loaded.catalog, issued) if not problem.warning)
    try:
        return _compared(replace(known, causes=causes, problems=lost), manifest, loaded, workspace)
    except BinderError as error:
        return replace(known, causes=causes, problems=(*lost, *_problems_of(error, workspace.shown(package))))


def latest_package(workspace: Workspace, slug: str, built: Path) -> Path | None:
    """The folder of the newest edition, built or issued; one that is both is looked at as it was built."""
    issued = (workspace.practices / slug / "issued").glob(f"*/package/{MANIFEST}")
    editions = {path.parent.parent.name: path.parent for path in issued}
    editions |= {path.parent.name: path.parent for path in (built / slug).glob(f"[0-9]*/{MANIFEST}")}
    numbered = {edition: folder for edition, folder in editions.items() if re.fullmatch(r"\d{4}\.\d{1,4}", edition)}
    return numbered[max(numbered, key=lambda edition: tuple(map(int, edition.split("."))))] if numbered else None


def by_cause(slug: str, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What changed, by what it is: catalogue, templates, profile, analysis, records → paths in the workspace."""
    found: dict[str, tuple[str, ...]] = {}
    for path in paths:
        inner = path.removeprefix(f"practices/{slug}/")
        cause = next((cause for start, cause in CAUSES.items() if inner.startswith(start)), "profile")
        found[cause] = (*found.get(cause, ()), path)
    return found


def difference(old: Sequence[str], new: Sequence[str]) -> tuple[int, int, int]:
    """How many lines were added, removed and changed."""
    added = removed = changed = 0
    for _, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i:j] != new[k:m]:
            both = min(j - i, m - k)
            added, removed, changed = added + m - k - both, removed + j - i - both, changed + both
    return added, removed, changed


def lines_of(path: str, data: bytes) -> list[str]:
    """The text of a file of a package: paragraphs, rows of a sheet without their addresses, lines of slides and of a calendar.

    Raises UnsafeFile.
    """
    if path.endswith(".ics"):
        return data.decode("utf-8", "replace").splitlines()
    if not path.endswith(".xlsx"):
        return office_text(data).splitlines()
    office_text(data)  # refuses what is no workbook before it is opened
    rows: dict[tuple[str, str], list[str]] = {}
    for sheet, address, text in read_cells(data):
        if sheet != SHEET:
            # a row that moved down is the same row
            rows.setdefault((sheet, re.sub("[A-Z]+(?=[0-9]+$)", "", address)), []).append(text)
    return [f"{sheet}: {' | '.join(texts)}" for (sheet, _), texts in rows.items()]


def _compared(known: Impact, manifest: Mapping[str, Any], loaded: Loaded, workspace: Workspace) -> Impact:
    """Every document rendered and held against its file; where only templates changed, those that are made from them."""
    before = _documents(manifest)
    planned = {artifact.id: artifact for artifact in loaded.plan.artifacts}
    late = [artifact.id for artifact in planned.values() if _late(artifact)]
    causes = known.causes or {}
    # from the second edition on a document may print what changed in others
    linked = bool(causes and loaded.earlier)
    wanted = [one for one in planned.values() if one.id not in late and (linked or _touched(one, causes))]
    issued = next((one for one in loaded.issued if known.package == one.folder / PACKAGE), None)
    approved = issued.approved if issued else None
    rendered: Mapping[str, bytes] = {}
    if wanted and linked:
        rendered = write_documents(loaded, edition_before(workspace, loaded), lambda _: None, approved).generated
    elif wanted:
        inputs = to_inputs(loaded, approved)
        rendered = render_all(inputs, loaded, names_of_all(inputs, wanted))
    reasons = {entry.id: entry.reason for entry in loaded.plan.left_out}
    found = [
        impact for artifact in wanted if (impact := _document(artifact, rendered[artifact.id], before.get(artifact.id), known))
    ]
    gone = [
        DocumentImpact(id, entry["title"], "gone", why=reasons.get(id, "The catalogue does not know it any more."))
        for id, entry in before.items()
        if id not in planned
    ]
    same = len(planned) - len(late) - len(found)
    return replace(known, documents=(*found, *gone), same=same, uncompared=tuple(late))


def _documents(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Number → what the manifest says of it, but for the binder and the documents about changes."""
    return {entry["id"]: entry for entry in manifest["artifacts"] if entry["section"] not in ("", CHANGES)}


def _late(artifact: Artifact) -> bool:
    return artifact.section == CHANGES or (isinstance(artifact.source, Report) and artifact.source.numbered)


def _touched(artifact: Artifact, causes: Mapping[str, Sequence[str]]) -> bool:
    if set(causes) - {TEMPLATES}:
        return True
    return artifact.template in {path.split("/")[-1] for path in causes.get(TEMPLATES, ())}


def _document(artifact: Artifact, data: bytes, entry: Mapping[str, Any] | None, known: Impact) -> DocumentImpact | None:
    """None where nothing would change."""
    if entry is None:
        return DocumentImpact(artifact.id, artifact.title, "new", added=len(lines_of(artifact.path, data)))
    former = "" if entry["title"] == artifact.title else entry["title"]
    assert known.package is not None
    file = known.package / entry["path"]
    kept = _generated(known.package) / entry["path"]
    written = digest(kept) if kept.is_file() else entry["sha256"]
    if hashlib.sha256(data).hexdigest() == written and not former:
        return None
    edited = not file.is_file() or digest(file) != entry["sha256"]
    changed = DocumentImpact(artifact.id, artifact.title, "changed", former, edited=edited)
    try:
        old = lines_of(entry["path"], (kept if kept.is_file() else file).read_bytes())
    except (UnsafeFile, OSError):
        return replace(changed, measured=False)
    added, removed, moved = difference(old, lines_of(artifact.path, data))
    return replace(changed, added=added, removed=removed, changed=moved)


def _generated(package: Path) -> Path:
    """Where the documents lie as they were written, where somebody changed them since."""
    return package.with_name(GENERATED) if package.name == PACKAGE else (generated_folder(package) or package)


def _read(workspace: Workspace, package: Path, slug: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    file = package / MANIFEST
    shown = workspace.shown(file)
    value, problems = load_json(file, shown)
    problems += validate(value, workspace.schemas / "manifest.schema.json", shown) if value is not None and not problems else []
    if not problems and value["practice"] != slug:
        problems.append(Problem(f"{shown}#/practice", "The package belongs to another practice.", "Move it out of this folder."))
    return (None if problems else value), problems


def _moved(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Paths whose hash is another one, in either of the two."""
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def _on_disk(workspace: Workspace, paths: Mapping[str, str]) -> dict[str, str]:
    """The same files as they are now; of what is new nothing is known where a practice cannot be loaded."""
    return {path: digest(file) for path in paths if (file := workspace.root / path).is_file()}


def _programs(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What wrote the documents and has another version now."""
    now = tools()
    other = tuple(sorted(name for name, was in manifest["tools"].items() if now.get(name, was) != was))
    return {"program": other} if other else {}


def _problems_of(error: BinderError, where: str) -> tuple[Problem, ...]:
    if isinstance(error, ProblemsFound):
        return tuple(problem for problem in error.problems if not problem.warning)
    return (Problem(where, str(error), "Mend that, then ask again."),)
