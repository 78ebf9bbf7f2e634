"""Files of a package that somebody edited: known again, compared with what was generated, kept for the next editions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.commit import commit
from pipeline.editions import GENERATED, PACKAGE, Issued, number_of, read_editions
from pipeline.errors import Problem, ProblemsFound, UsageError
from pipeline.filing import superseded
from pipeline.load import load_subject
from pipeline.loading import read_bounded
from pipeline.merge.model import Edit
from pipeline.merge.word import word_edits
from pipeline.overlays import AGAIN, FOLDER, MAX_FILE
from pipeline.plan import REDLINES
from pipeline.publish import generated_folder, read_manifest
from pipeline.render.draft import unmark_draft
from pipeline.render.excel.merge import EDITED, excel_edits
from pipeline.render.outside import refers_outside
from pipeline.render.parts import UnsafeFile, read_keywords, read_parts
from pipeline.render.text import office_text
from pipeline.workspace import Workspace

SUFFIXES = (".docx", ".xlsx", ".pptx")
NUMBER = re.compile(r"([A-Z]{1,3}-[0-9]{2})\b")


@dataclass(frozen=True)
class Edited:
    """A file with hand edits. kept: whether they are kept already; edits: for slides none, they are kept as a whole."""

    file: Path
    document: str
    edition: str
    suffix: str
    edits: tuple[Edit, ...]
    generated: bytes
    data: bytes
    kept: bool = False


@dataclass(frozen=True)
class Edition:
    """Where the files of an edition can be found again. manifest: of its package; places: folders, the first that has a file counts."""

    edition: str
    manifest: dict[str, Any]
    places: tuple[Path, ...]

    def path_of(self, document: str) -> str | None:
        return next((entry["path"] for entry in self.manifest["artifacts"] if entry["id"] == document), None)

    def published(self, sha256: str) -> bool:
        """Whether a file is one of the package, untouched."""
        return any(entry["sha256"] == sha256 for entry in self.manifest["artifacts"])

    def generated(self, path: str) -> bytes | None:
        """The file as the program had written it."""
        return next(((place / path).read_bytes() for place in self.places if (place / path).is_file()), None)


@dataclass(frozen=True)
class Known:
    """The editions of a practice, by number. A draft that was issued since is in both: what it says of its approval differs."""

    issued: dict[str, Edition]
    drafts: dict[str, Edition]

    @property
    def all(self) -> tuple[Edition, ...]:
        return (*self.issued.values(), *self.drafts.values())

    @property
    def numbers(self) -> list[str]:
        return sorted({*self.issued, *self.drafts}, key=number_of)

    def of(self, number: str, *, marked: bool) -> Edition | None:
        """The edition that a file belongs to; marked: it says that it is a draft."""
        first, second = (self.drafts, self.issued) if marked else (self.issued, self.drafts)
        return first.get(number) or second.get(number)


def find_edits(workspace: Workspace, slug: str, paths: Sequence[Path], edition: str | None) -> tuple[Edited, ...]:
    """What was changed by hand in these files and folders; without any, in the newest draft.

    edition: of files that do not say it themselves. Raises ProblemsFound with every file that cannot be used.
    """
    folder = workspace.practice(slug)
    known = editions_of(workspace, slug)
    if not (known.issued or known.drafts):
        raise UsageError(f"No package of {slug} was built here, so there is nothing to compare with. Build it first.")
    if not (paths or known.drafts):
        raise UsageError(f"There is no draft of {slug}. Name the files or folders that were edited.")
    chosen = paths or [workspace.build / slug / max(known.drafts, key=number_of)]
    name = read_name(workspace, folder)
    found: list[Edited] = []
    problems: list[Problem] = []
    for file in _files(chosen):
        try:
            if edited := _look_at(workspace, folder, name, file, known, edition):
                found.append(edited)
        except ProblemsFound as error:
            problems += error.problems
    twice = {one.document for one in found if sum(other.document == one.document for other in found) > 1}
    for one in found:
        if one.document in twice:
            mend = "Name the one that counts, or bring both together in one file first."
            problems.append(Problem(workspace.shown(one.file), f"Two files are edited copies of {one.document}.", mend))
    if problems:
        raise ProblemsFound(problems)
    return tuple(found)


def keep_edits(workspace: Workspace, slug: str, found: Iterable[Edited]) -> tuple[Path, ...]:
    """Keep edited files with what was generated, for all later editions; an earlier copy of the same edition is set aside."""
    practice = workspace.practice(slug)
    new: dict[Path, bytes] = {}
    for one in found:
        if not one.kept:
            place = practice / FOLDER / one.edition
            base, file = (place / f"{one.document}.{kind}.{one.suffix}" for kind in ("generated", "edited"))
            new |= {base: one.generated, file: one.data}
    if new:
        commit(practice, new, {file: superseded(file) for file in new if file.exists()})
    return tuple(path for path in new if ".edited." in path.name)


def editions_of(workspace: Workspace, slug: str) -> Known:
    """Every edition whose generated files are here, issued or a draft."""
    issued, problems = read_editions(workspace, slug)
    if problems:
        raise ProblemsFound(problems)
    drafts: dict[str, Edition] = {}
    for target in (workspace.build / slug).glob("[0-9]*.[0-9]*"):
        manifest, generated = read_manifest(target), generated_folder(target)
        if manifest and generated:
            drafts[target.name] = Edition(target.name, manifest, (generated,))
    return Known({one.edition: made for one in issued if (made := _issued(one))}, drafts)


def read_name(workspace: Workspace, folder: Path) -> str:
    """Name of the practice, by which a file is known that lost its properties."""
    profile = load_subject(workspace, folder.name).profile
    return profile.practice.name if profile else folder.name


def _issued(one: Issued) -> Edition | None:
    manifest = read_manifest(one.folder / PACKAGE)
    return (
        Edition(one.edition, manifest, (one.folder / GENERATED, one.folder / PACKAGE)) if manifest and not one.removed else None
    )


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Office files in folders, and whatever else is named; locks of Word and hidden files are passed over."""
    for path in paths:
        if path.is_dir():
            inside = (file for file in sorted(path.rglob("*")) if file.is_file() and file.suffix.lower() in SUFFIXES)
            yield from (file for file in inside if not any(part.startswith((".", "~$")) for part in file.relative_to(path).parts))
        else:
            yield path


def _look_at(workspace: Workspace, folder: Path, name: str, file: Path, known: Known, edition: str | None) -> Edited | None:
    shown = workspace.shown(file)
    data, problems = read_bounded(file, shown, MAX_FILE)
    if problems:
        raise ProblemsFound(problems)
    sha256 = hashlib.sha256(data).hexdigest()
    if any(one.published(sha256) for one in known.all):
        return None
    suffix = file.suffix.lower().removeprefix(".")
    try:
        if f".{suffix}" not in SUFFIXES:
            raise UnsafeFile("Edits are kept of Word, Excel and PowerPoint files.")
        if refers_outside(read_parts(data)):
            raise UnsafeFile("It loads something from elsewhere. Put it into the file, or take it out.")
        practice, document, own = _known_again(data, file, name, shown, known)
        plain = unmark_draft(data, f"x.{suffix}")
    except UnsafeFile as error:
        raise ProblemsFound([Problem(shown, f"The file cannot be used. {error}", AGAIN)]) from error
    if practice not in ("", folder.name):
        raise ProblemsFound([Problem(shown, "The file belongs to another practice.", "Take the right file.")])
    number = own or edition or known.numbers[-1]
    whose = known.of(number, marked=plain != data)
    if whose is None:
        mend = f"Editions that are here: {', '.join(known.numbers)}."
        raise ProblemsFound([Problem(shown, f"What edition {number} was generated as is not here.", mend)])
    path = whose.path_of(document)
    generated = whose.generated(path) if path else None
    if path is None or generated is None:
        what = f"{document} of edition {number} has no text of its own that could be edited."
        raise ProblemsFound([Problem(shown, what, "It prints page numbers or changes of others. Edit the catalogue instead.")])
    if not path.endswith(f".{suffix}"):
        raise ProblemsFound([Problem(shown, f"{document} is a file of another kind.", f"Save it as .{path.rsplit('.', 1)[1]}.")])
    edits = _edits(generated, plain, suffix, shown)
    held = folder / FOLDER / number / f"{document}.edited.{suffix}"
    kept = held.is_file() and held.read_bytes() == data
    if not edits and suffix != "pptx" and not held.is_file():
        return None  # only saved again
    return Edited(file, document, number, suffix, edits, generated, data, kept)


def _known_again(data: bytes, file: Path, name: str, shown: str, known: Known) -> tuple[str, str, str]:
    """(practice, document, edition) as the file says, or by its name and the practice's where it lost its properties."""
    if told := read_keywords(read_parts(data)):
        return told
    named = NUMBER.match(file.name)
    if named and any(one.path_of(named[1]) for one in known.all) and name in office_text(data):
        return "", named[1], ""
    if file.name.startswith(REDLINES):
        mend = "Edit the policy itself; the next redline is made from it."
        raise ProblemsFound([Problem(shown, "A redline was edited. It is made anew with each edition.", mend)])
    mend = "Give the file a name that begins with the number of its document, as in the package."
    raise ProblemsFound([Problem(shown, "The file does not say which document it is.", mend)])


def _edits(generated: bytes, plain: bytes, suffix: str, shown: str) -> tuple[Edit, ...]:
    try:
        if suffix == "docx":
            return word_edits(generated, plain)
        return excel_edits(generated, plain) if suffix == "xlsx" else ()
    except UnsafeFile as error:
        raise ProblemsFound([Problem(shown, f"The file cannot be used. {error}", AGAIN)]) from error
    except ProblemsFound as error:
        # which file it is, the merge does not know
        told = [replace(problem, where=problem.where.replace(EDITED, shown)) for problem in error.problems]
        raise ProblemsFound(told) from error
