"""Filled forms, logs, trackers and signed papers → the records of a practice; all of them or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.catalog import Catalog, load_catalog
from pipeline.commit import commit
from pipeline.errors import Problem, ProblemsFound, did_you_mean
from pipeline.filing import json_bytes
from pipeline.load import load_subject
from pipeline.loading import MAX_BYTES, read_bounded
from pipeline.pdf.scan import pdf_defect
from pipeline.practice import Profile
from pipeline.record_files import FOLDER, as_json, load_records, record_paths
from pipeline.recorded import Record
from pipeline.render.excel.filled import Expected, read_filled
from pipeline.render.look import BadPicture, check_scan
from pipeline.render.outside import refers_outside
from pipeline.render.parts import UnsafeFile, read_keywords, read_parts
from pipeline.workspace import Workspace

MAX_FILE = 20_000_000
PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
KINDS = (".xlsx", ".docx", ".pdf", *PICTURES)


@dataclass(frozen=True)
class Said:
    """What the person who records says of the files. received: the day they came; form, day, person: where a file does not say it."""

    received: date
    form: str | None = None
    day: date | None = None
    person: str | None = None


@dataclass(frozen=True)
class Filed:
    """A file and its record. already: it was recorded before, and nothing was done."""

    source: Path
    record: Record
    already: bool = False


@dataclass(frozen=True)
class Ground:
    """What files of one practice are held against."""

    catalog: Catalog
    profile: Profile
    records: tuple[Record, ...]
    said: Said


def record(workspace: Workspace, slug: str, files: Sequence[Path], said: Said) -> tuple[Filed, ...]:
    """Check every file, then record them all. Raises ProblemsFound with every problem; the records stay as they were."""
    folder = workspace.practice(slug)
    ground = _ground(workspace, slug, folder, said)
    known = {record.sha256: record for record in ground.records}
    found: list[Filed] = []
    new: dict[Path, bytes] = {}
    problems = list(_check_said(ground))
    for file in files:
        shown = workspace.shown(file)
        try:
            data = _bytes(file, shown)
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in known:
                found.append(Filed(file, known[sha256], already=True))
                continue
            read = read_file(data, file.suffix.lower(), shown, ground)
        except ProblemsFound as error:
            problems += error.problems
            continue
        named = replace(read, sha256=sha256, file=_free_name(folder, read, file.suffix.lower(), new))
        text = json_bytes(as_json(slug, named))
        if len(text) > MAX_BYTES:
            problems.append(Problem(shown, "It holds more than one record can keep.", "Record it in parts."))
        new |= dict(zip(record_paths(folder, named), (data, text), strict=True))
        known[sha256] = named
        found.append(Filed(file, named))
    if problems:
        raise ProblemsFound(problems)
    if new:
        commit(folder, new)
    return tuple(found)


def read_file(data: bytes, suffix: str, shown: str, ground: Ground) -> Record:
    """What a file says, as a record without its name and hash; ProblemsFound."""
    if suffix == ".xlsx":
        return _workbook(data, shown, ground)
    if suffix not in KINDS:
        mend = f"Filled workbooks are {KINDS[0]}; signed papers {', '.join(KINDS[1:])}. Save a workbook with macros as .xlsx."
        raise ProblemsFound([Problem(shown, f'Files of the kind "{suffix}" are not recorded.', mend)])
    return _paper(data, suffix, shown, ground)


def _ground(workspace: Workspace, slug: str, folder: Path, said: Said) -> Ground:
    catalog, problems = load_catalog(workspace)
    subject = load_subject(workspace, slug)
    records, found = load_records(workspace, folder)
    problems = [problem for problem in (*problems, *subject.problems, *found) if not problem.warning]
    if problems or catalog is None or subject.profile is None:
        raise ProblemsFound(problems)
    return Ground(catalog, subject.profile, records, said)


def _check_said(ground: Ground) -> list[Problem]:
    said, found = ground.said, []
    if said.form and said.form not in (known := ground.catalog.documents):
        found.append(Problem("--form", f'There is no document "{said.form}".', did_you_mean(said.form, known)))
    if said.day and said.day > said.received:
        found.append(
            Problem("--date", "The date lies ahead of the day on which the file came.", "Give the day the paper speaks for.")
        )
    people = [person.id for person in ground.profile.workforce]
    if said.person and said.person not in people:
        mend = "People are named by their id in the profile, under /workforce."
        found.append(Problem("--person", f'Nobody with the id "{said.person}" works for the practice.', mend))
    return found


def _bytes(file: Path, shown: str) -> bytes:
    data, problems = read_bounded(file, shown, MAX_FILE)
    if problems:
        raise ProblemsFound(problems)
    return data


def _workbook(data: bytes, shown: str, ground: Ground) -> Record:
    """A filled form, log or tracker of ours."""
    said, profile = ground.said, ground.profile
    returned = ground.catalog.returned
    people = {person.name for person in profile.workforce} | _people_before(ground)
    filled = read_filled(data, shown, Expected(profile.practice.slug, returned, people, said.received))
    problems = list(filled.problems)
    if said.form and said.form != filled.document:
        problems.append(
            Problem(shown, f"The file is {filled.document} and not {said.form}.", "Leave --form out; the file says it.")
        )
    effective = max(filled.days, default=said.day)
    if not problems and not filled.lines:
        mend = "Take the file in which the entries stand."
        problems.append(Problem(shown, "Nothing is filled in: the file is as it was issued.", mend))
    elif not problems and effective is None:
        mend = "Say with --date YYYY-MM-DD which day it speaks for."
        problems.append(Problem(shown, "None of its entries has a date.", mend))
    if problems or effective is None:
        raise ProblemsFound(problems)
    ids = {person.name: person.id for person in profile.workforce}
    person = said.person or ids.get(filled.person or "")
    return Record(filled.document, filled.edition, effective, said.received, "", "", filled.lines, person)


def _people_before(ground: Ground) -> set[str]:
    """Names that were accepted before: people who have left stay in the logs."""
    columns = {(entry.document, entry.sheet): entry.people for entry in ground.catalog.returned}
    return {
        line.values[heading]
        for record in ground.records
        for line in record.lines
        for heading in columns.get((record.document, line.sheet), ())
        if heading in line.values
    }


def _paper(data: bytes, suffix: str, shown: str, ground: Ground) -> Record:
    """A signed paper: a Word file, which says what it is if it is one of ours, or a scan."""
    said = ground.said
    document, edition = said.form, ""
    problems: list[Problem] = []
    if suffix == ".docx":
        try:
            parts = read_parts(data)
            if "word/document.xml" not in parts or refers_outside(parts):
                raise UnsafeFile("It is no Word file, or it loads something from elsewhere.")
        except UnsafeFile as error:
            raise ProblemsFound([_unusable(shown, str(error))]) from error
        if own := read_keywords(parts):
            practice, document, edition = own
            if practice != ground.profile.practice.slug:
                problems.append(
                    Problem(shown, "The file belongs to another practice.", "Record it there, or take the right file.")
                )
            if said.form and said.form != document:
                problems.append(
                    Problem(shown, f"The file is {document} and not {said.form}.", "Leave --form out; the file says it.")
                )
    elif defect := _defect(data, suffix):
        problems.append(_unusable(shown, defect))
    if document is None:
        problems.append(
            Problem(shown, "The file does not say which document it is.", "Say it with --form, for example --form F-03.")
        )
    if said.day is None:
        problems.append(Problem(shown, "A signed paper needs the day it was signed.", "Say it with --date YYYY-MM-DD."))
    if problems or document is None or said.day is None:
        raise ProblemsFound(problems)
    return Record(document, edition, said.day, said.received, "", "", (), said.person)


def _defect(data: bytes, suffix: str) -> str | None:
    if suffix == ".pdf":
        return pdf_defect(data)
    try:
        check_scan(data, PICTURES[suffix])
    except BadPicture as error:
        return str(error)
    return None


def _unusable(shown: str, why: str) -> Problem:
    return Problem(shown, f"The file cannot be used. {why}", "Save or scan it anew, and record that.")


def _free_name(folder: Path, read: Record, suffix: str, new: dict[Path, bytes]) -> str:
    """The first name in the folder of records that neither a file nor a record has."""
    stem, number = f"{read.effective.isoformat()}-{read.document}", 1
    taken = {path.stem for path in (*(folder / FOLDER).glob("*"), *new)}
    while (name := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return f"{FOLDER}/{name}{'.jpg' if suffix == '.jpeg' else suffix}"
