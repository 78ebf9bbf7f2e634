"""Issued editions of a practice as they lie in its folder: read, checked against their seals, put side by side.

practices/<slug>/issued/<edition>/
  edition.json    who approved it when, and the sha256 of everything else here and of the edition before
  package/        the package as it was handed over
  generated/      documents with hand edits, as the program had written them
  inputs/         profile, analysis, changes, records and hand edits that it was made from
  names.json.gz   what each template could print
  standing.json   the risk analysis as it stood after the changes
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.assessment.model import Assessment
from pipeline.compare.model import Earlier, File, Side
from pipeline.errors import Problem, ProblemsFound, UsageError, did_you_mean
from pipeline.loading import load_json
from pipeline.plan import REDLINES
from pipeline.publish import MANIFEST, files_of, read_manifest
from pipeline.records import structure
from pipeline.schema import validate
from pipeline.whole import digest
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.load import Loaded

RECORD, PACKAGE, GENERATED, INPUTS = "edition.json", "package", "generated", "inputs"
REMOVED = ".removed.json"
NAMES, STANDING = "names.json.gz", "standing.json"
MAX_NAMES = 100_000_000
RESTORE = "Restore the whole folder from a copy; an issued edition is never mended by hand."


@dataclass(frozen=True)
class Revised:
    """What the revision history of a policy says of one edition."""

    changed: bool
    reason: str


@dataclass(frozen=True)
class Seal:
    """An edition and the sha256 of its edition.json."""

    edition: str
    sha256: str


@dataclass(frozen=True)
class Issued:
    """One issued edition, as its edition.json says. folder, seal: where it lies and the sha256 of that file, set where it is read.

    removed: day on which its files were deleted, after their time.
    """

    practice: str
    edition: str
    as_of: date
    law_as_of: date
    approved: date
    approver: str
    levels: dict[str, int]
    after: dict[str, int]
    revised: dict[str, Revised]
    previous: Seal | None
    files: dict[str, str]
    folder: Path = Path()
    seal: str = ""
    removed: date | None = None

    @property
    def earlier(self) -> Earlier:
        """What later editions print of it."""
        revised = {id: (one.changed, one.reason) for id, one in self.revised.items()}
        return Earlier(self.edition, self.as_of, self.approved, self.levels, self.after, revised)


def number_of(edition: str) -> tuple[int, int]:
    """2026.10 comes after 2026.9."""
    year, _, number = edition.partition(".")
    return int(year), int(number)


def issued_folder(workspace: Workspace, slug: str) -> Path:
    return workspace.practice(slug) / "issued"


def read_editions(workspace: Workspace, slug: str) -> tuple[tuple[Issued, ...], list[Problem]]:
    """The issued editions of a practice, oldest first, and a problem for each that cannot be read. Their files are not opened."""
    held = issued_folder(workspace, slug)
    found: list[Issued] = []
    problems: list[Problem] = []
    folders = {folder.name: folder for folder in held.glob("[0-9]*.[0-9]*") if folder.is_dir()} if held.is_dir() else {}
    stones = {stone.name.removesuffix(REMOVED): stone for stone in held.glob(f"[0-9]*{REMOVED}")}
    # of an edition with both, a killed run has not deleted all
    for file in sorted(({number: folder / RECORD for number, folder in folders.items()} | stones).values()):
        issued, wrong = read_edition(workspace, file)
        shown = workspace.shown(file)
        if issued and issued.practice != slug:
            wrong.append(Problem(shown, "The edition belongs to another practice.", "Move its folder to that practice."))
        elif issued and issued.edition != (file.name.removesuffix(REMOVED) if issued.removed else file.parent.name):
            wrong.append(Problem(shown, "The folder does not have the number of its edition.", "Give it back its name."))
        problems += wrong
        if issued and not wrong:
            found.append(issued)
    return tuple(sorted(found, key=lambda one: number_of(one.edition))), problems


def read_edition(workspace: Workspace, file: Path) -> tuple[Issued | None, list[Problem]]:
    """One edition from its edition.json, or from what stays of it once it was deleted."""
    shown, gone = workspace.shown(file), file.name.endswith(REMOVED)
    value, problems = load_json(file, shown)
    problems += _valid(workspace, value, "removed" if gone else "edition", shown) if not problems else []
    if gone and not problems:
        problems += _valid(workspace, value["record"], "edition", shown)
    if problems:
        return None, problems
    if not gone:
        return replace(structure(value, Issued), folder=file.parent, seal=digest(file)), []
    issued = structure(value["record"], Issued)
    removed = date.fromisoformat(value["removed"])
    return replace(issued, folder=file.parent / issued.edition, seal=value["sha256"], removed=removed), []


def find_edition(editions: Sequence[Issued], edition: str) -> Issued:
    """The issued edition of this number; UsageError where there is none."""
    for one in editions:
        if one.edition == edition:
            return one
    raise UsageError(f"Edition {edition} is not issued. {did_you_mean(edition, [one.edition for one in editions])}")


def before(editions: Sequence[Issued], edition: str) -> tuple[Issued, ...]:
    """Those with a lower number."""
    return tuple(one for one in editions if number_of(one.edition) < number_of(edition))


def titles_of(editions: Sequence[Issued]) -> dict[str, str]:
    """Every document that was ever issued → its title in the newest edition that has it; redlines belong to one edition."""
    manifests = (read_manifest(one.folder / PACKAGE) for one in editions if not one.removed)
    entries = (entry for manifest in manifests if manifest for entry in manifest["artifacts"])
    return {entry["id"]: entry["title"] for entry in entries if entry["section"] and not entry["id"].startswith(REDLINES)}


def next_edition(editions: Sequence[Issued], year: int) -> str:
    """The first number of the year after every issued one of it."""
    used = [number_of(one.edition)[1] for one in editions if number_of(one.edition)[0] == year]
    return f"{year}.{max(used, default=0) + 1}"


def touched(issued: Issued, shown: str) -> list[Problem]:
    """Every file of an issued edition that is not as it was sealed. shown: the folder as messages name it."""
    if issued.removed:
        return []
    problems = []
    present = files_of(issued.folder) - {RECORD}
    for name in sorted(issued.files.keys() - present):
        problems.append(Problem(f"{shown}/{name}", "The file of an issued edition is missing.", RESTORE))
    for name in sorted(present - issued.files.keys()):
        problems.append(Problem(f"{shown}/{name}", "The file is no part of the issued edition.", "Move it out of the folder."))
    for name in sorted(present & issued.files.keys()):
        if digest(issued.folder / name) != issued.files[name]:
            problems.append(Problem(f"{shown}/{name}", "The file of an issued edition was changed.", RESTORE))
    return problems


def broken_chain(editions: Sequence[Issued], shown: str) -> dict[str, Problem]:
    """Edition → how it does not agree with the one issued before it. shown: the folder that holds them all."""
    seals = {one.edition: one.seal for one in editions}
    problems = {}
    for one in editions:
        if one.previous is None:
            continue
        before = one.previous.edition
        where = f"{shown}/{before}/{RECORD}"
        if before not in seals:
            problems[one.edition] = Problem(where, f"Edition {one.edition} was issued after one that is missing.", RESTORE)
        elif seals[before] != one.previous.sha256:
            what = f"The record of the edition is not the one after which {one.edition} was issued."
            problems[before] = Problem(where, what, RESTORE)
    return problems


def side_of(issued: Issued, shown: str) -> Side:
    """An issued edition with its files, to be compared; ProblemsFound where it was touched or cannot be read."""
    if problems := touched(issued, shown):
        raise ProblemsFound(problems)
    package = issued.folder / PACKAGE
    manifest = read_manifest(package)
    try:
        names = json.loads(_unpacked(issued.folder / NAMES))
        profile = json.loads((issued.folder / INPUTS / "profile.json").read_text("utf-8"))
        standing = structure(json.loads((issued.folder / STANDING).read_text("utf-8")), Assessment)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zlib.error) as error:
        raise ProblemsFound([Problem(shown, "The edition cannot be read.", RESTORE)]) from error
    if manifest is None:
        raise ProblemsFound([Problem(f"{shown}/{PACKAGE}/{MANIFEST}", "The manifest cannot be read.", RESTORE)])
    edited = {Path(name).name.split(".")[0] for name in issued.files if name.startswith(f"{INPUTS}/overlays/")}
    files = {
        entry["id"]: File(
            id=entry["id"],
            title=entry["title"],
            section=entry["section"],
            path=entry["path"],
            data=(package / entry["path"]).read_bytes(),
            names=names.get(entry["id"], {}).get("names", {}),
            template=names.get(entry["id"], {}).get("template", ""),
            edited=entry["id"] in edited,
        )
        for entry in manifest["artifacts"]
        if entry["section"]
    }
    return Side(issued.edition, issued.as_of, issued.law_as_of, issued.approved, profile, standing, files)


def packed(value: Mapping[str, Any]) -> bytes:
    """JSON as a gzip file without clock, so that equal values give equal bytes."""
    return gzip.compress(json.dumps(value, ensure_ascii=False, sort_keys=True).encode(), 6, mtime=0)


def sealed(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def _unpacked(path: Path) -> bytes:
    with gzip.open(path) as file:
        data = file.read(MAX_NAMES + 1)
    if len(data) > MAX_NAMES:
        raise ValueError(path.name)
    return data


def _valid(workspace: Workspace, value: Any, kind: str, shown: str) -> list[Problem]:
    return validate(value, workspace.schemas / f"{kind}.schema.json", shown)


def refuse_edition(loaded: Loaded) -> None:
    """UsageError where the number or the day does not come after the issued editions."""
    if not loaded.issued:
        return
    last = loaded.issued[-1]
    if number_of(loaded.edition) <= number_of(last.edition):
        issued = any(one.edition == loaded.edition for one in loaded.issued)
        raise UsageError(
            f"Edition {loaded.edition} {'is issued and never changes' if issued else f'would come before {last.edition}, which is issued'}. "
            f"Build the next one: leave --edition away, or give a later number than {last.edition}."
        )
    if loaded.as_of < last.as_of:
        raise UsageError(
            f"The package would speak of {loaded.as_of}, and the issued edition {last.edition} speaks of {last.as_of}. "
            "An edition is not older than the one before: record the new risk analysis first, or give a later --as-of."
        )


def edition_before(workspace: Workspace, loaded: Loaded) -> Side | None:
    """The newest issued edition, with its files; ProblemsFound where somebody touched it."""
    if not loaded.earlier:
        return None
    last = loaded.earlier[-1]
    return side_of(last, workspace.shown(last.folder))
