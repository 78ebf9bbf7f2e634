"""Everything one practice is built from, read and checked; every problem at once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.assessment.model import Assessment, ChangeRecord, after_changes
from pipeline.catalog import Catalog, catalog_files, load_catalog
from pipeline.check.assessment import check_assessment, check_change, check_coverage, check_facts
from pipeline.check.catalog import CODES, check_catalog
from pipeline.check.profile import check_profile
from pipeline.check.withdrawn import vanished
from pipeline.conditions import applies
from pipeline.coverage import gaps
from pipeline.editions import RECORD, Issued, before, next_edition, read_editions, titles_of
from pipeline.errors import Problem, ProblemsFound, UsageError
from pipeline.loading import load_json, read_bounded
from pipeline.overlays import Overlay, load_overlays
from pipeline.pdf.drawable import undrawable
from pipeline.plan import Plan, make_plan
from pipeline.practice import Profile
from pipeline.record_files import load_records, record_paths
from pipeline.recorded import Record
from pipeline.records import structure
from pipeline.render.look import BadPicture, Look, read_picture
from pipeline.schema import load_schema, validate
from pipeline.unchanged import shared_sources
from pipeline.work import HERE, Workers
from pipeline.workbook.setting import Setting
from pipeline.workspace import Workspace

EDITION = re.compile(r"[0-9]{4}\.[1-9][0-9]{0,3}")
MAX_PICTURE = 2_000_000


@dataclass(frozen=True)
class Loaded:
    """A practice without problems. assessment: as it stands after the changes; records: that had come by `as_of`;
    began: day of its first; inputs: path in the workspace → sha256 of what was read; issued: all issued
    editions, oldest first; overlays: document → its hand edits.
    """

    catalog: Catalog
    profile: Profile
    raw_profile: Mapping[str, Any]
    assessment: Assessment
    changes: tuple[ChangeRecord, ...]
    records: tuple[Record, ...]
    plan: Plan
    look: Look
    templates: Mapping[str, bytes]
    as_of: date
    began: date
    edition: str
    issued: tuple[Issued, ...]
    overlays: Mapping[str, Overlay]
    inputs: Mapping[str, str]
    warnings: tuple[Problem, ...]

    @property
    def earlier(self) -> tuple[Issued, ...]:
        """The issued editions before this one, oldest first."""
        return before(self.issued, self.edition)


@dataclass(frozen=True)
class Shared:
    """What all practices of a firm have in common; no catalogue where its files have problems."""

    catalog: Catalog | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Subject:
    """A practice without its analyses, as far as it could be read; problems: those of profile and pictures."""

    raw: Any
    profile: Profile | None
    look: Look | None
    problems: tuple[Problem, ...]


def load_practice(
    workspace: Workspace,
    slug: str,
    *,
    as_of: date | None = None,
    edition: str | None = None,
    strict: bool = False,
    shared: Shared | None = None,
    workers: Workers = HERE,
) -> Loaded:
    """The practice with everything it is built from.

    as_of: default the date of its latest assessment or change. edition: default the first number of the year of `as_of` that
    is not issued. shared: where many practices are loaded, so that catalogue and templates are checked once.
    Raises ProblemsFound with every problem (with `strict` also where there are only warnings), UsageError for a wrong call.
    """
    folder = workspace.practice(slug)
    if edition is not None and not EDITION.fullmatch(edition):
        raise UsageError("An edition is written <year>.<number>, for example 2026.1.")
    shared = shared or load_shared(workspace, workers)
    subject = load_subject(workspace, slug)
    catalog, profile, look = shared.catalog, subject.profile, subject.look
    problems = [*shared.problems, *subject.problems]
    issued, found = read_editions(workspace, slug)
    problems += found
    second = bool(before(issued, edition) if edition else issued)
    plan = make_plan(catalog, subject.raw, second=second) if catalog and profile and not subject.problems else None
    if catalog and plan:
        problems += [*gaps(catalog, plan), *vanished(catalog, titles_of(issued))]
    file, found = latest_assessment(workspace, folder, as_of)
    problems += found
    raw_assessment, found = read_valid(workspace, file, "assessment") if file else (None, [])
    problems += found
    assessment = structure(raw_assessment, Assessment) if raw_assessment is not None else None
    changes: tuple[tuple[Path, ChangeRecord], ...] = ()
    if assessment and profile and catalog and file:
        shown = workspace.shown(file)
        problems += check_assessment(assessment, profile, catalog, file.stem, shown)
        changes, found = load_changes(workspace, folder, assessment, as_of)
        problems += found
        for path, record in changes:
            problems += check_change(record, assessment, profile, catalog, path.stem, workspace.shown(path))
        problems += _check_whole(workspace, file, assessment, changes, subject, catalog)
    returned, found = load_records(workspace, folder)
    problems += found
    made = tuple(record for _, record in changes)
    day = as_of or max((*(record.date for record in made), assessment.date if assessment else date.min))
    edition = edition or next_edition(issued, day.year)
    overlays, found = load_overlays(workspace, folder, edition)
    problems += found
    serious = [problem for problem in problems if strict or not problem.warning]
    if serious or not (assessment and profile and catalog and plan and look and file):
        raise ProblemsFound(problems)
    records = tuple(record for record in returned if record.received <= day)
    read = [file, *(path for path, _ in changes), *_held(folder, records)]
    read += [path for overlay in overlays.values() for path in overlay.paths]
    read += [one.folder / RECORD for one in before(issued, edition)[-1:]]
    templates = {path.name: path.read_bytes() for path in workspace.template_files()}
    return Loaded(
        catalog=catalog,
        profile=profile,
        raw_profile=subject.raw,
        assessment=_as_it_stands(assessment, made, subject.raw, catalog),
        changes=made,
        records=records,
        plan=plan,
        look=look,
        templates=templates,
        as_of=day,
        began=min(date.fromisoformat(path.stem) for path in file.parent.glob("[0-9]*.json")),
        edition=edition,
        issued=issued,
        overlays=overlays,
        inputs=_hashes(workspace, folder, read, profile),
        warnings=tuple(sorted(problems)),
    )


def load_coverage(workspace: Workspace, slug: str) -> tuple[Catalog, Plan, tuple[Problem, ...]]:
    """Catalogue, plan and gaps of a practice that needs no risk analysis yet. Raises ProblemsFound."""
    shared, subject = load_shared(workspace), load_subject(workspace, slug)
    if shared.catalog is None or subject.problems or subject.profile is None:
        raise ProblemsFound([*shared.problems, *subject.problems])
    plan = make_plan(shared.catalog, subject.raw)
    return shared.catalog, plan, tuple(gaps(shared.catalog, plan))


def load_subject(workspace: Workspace, slug: str) -> Subject:
    """Profile and pictures of a practice."""
    folder = workspace.practice(slug)
    raw, problems = read_valid(workspace, folder / "profile.json", "profile")
    if raw is None:
        return Subject(None, None, None, tuple(problems))
    profile = structure(raw, Profile)
    shown = workspace.shown(folder / "profile.json")
    problems += check_profile(profile, slug, shown)
    look, found = _load_look(workspace, folder, profile)
    return Subject(raw, profile, look, tuple(problems + found))


def load_changes(
    workspace: Workspace, folder: Path, assessment: Assessment, as_of: date | None
) -> tuple[tuple[tuple[Path, ChangeRecord], ...], list[Problem]]:
    """The records of changes after the assessment and on or before `as_of`, oldest first, each with its file."""
    found: list[tuple[Path, ChangeRecord]] = []
    problems: list[Problem] = []
    for path in sorted((folder / "changes").glob("*.json")):
        if not re.match(r"\d{4}-\d{2}-\d{2}-", path.name):
            mend = "Name it YYYY-MM-DD-<change>.json, as binder import does."
            problems.append(Problem(workspace.shown(path), "The name of the file does not begin with a date.", mend))
            continue
        if path.name < assessment.date.isoformat() or (as_of and path.name[:10] > as_of.isoformat()):
            continue
        raw, wrong = read_valid(workspace, path, "change")
        problems += wrong
        if raw is not None:
            found.append((path, structure(raw, ChangeRecord)))
    return tuple(found), problems


def _as_it_stands(assessment: Assessment, changes: Sequence[ChangeRecord], raw: Any, catalog: Catalog) -> Assessment:
    """The assessment after the changes. With a change ends what was set aside and, by the profile of today, cannot happen."""
    whole = after_changes(assessment, changes)
    over = {scenario.id for scenario in catalog.scenarios if changes and not applies(scenario.applies_when, raw)}
    return replace(whole, not_applicable=tuple(entry for entry in whole.not_applicable if entry.scenario not in over))


def _check_whole(
    workspace: Workspace,
    file: Path,
    assessment: Assessment,
    changes: Sequence[tuple[Path, ChangeRecord]],
    subject: Subject,
    catalog: Catalog,
) -> Iterator[Problem]:
    """What only assessment, changes and profile together can show."""
    whole = _as_it_stands(assessment, [record for _, record in changes], subject.raw, catalog)
    origins: list[tuple[str, Assessment | ChangeRecord]] = [(workspace.shown(p), record) for p, record in reversed(changes)]
    origins.append((workspace.shown(file), assessment))
    kept, taken = {id(finding) for finding in whole.findings}, {id(entry) for entry in whole.not_applicable}
    sources = [
        (
            shown,
            [finding for finding in held.findings if id(finding) in kept],
            [entry for entry in held.not_applicable if id(entry) in taken],
        )
        for shown, held in origins
    ]
    yield from check_coverage(sources, subject.raw, catalog, workspace.shown(file))
    if subject.profile is None or subject.problems:
        return  # sentences can only be made of a sound profile
    setting = Setting(catalog, subject.profile, subject.raw, assessment.date)
    today = {statement.key: statement.text for statement in setting.statements}
    assets = {row.asset: row.place for row in setting.assets}
    if changes:
        # what the profile no longer has is part of the change that is recorded
        whole = replace(
            whole,
            confirmed=tuple(entry for entry in whole.confirmed if entry.fact in today),
            inventory=tuple(entry for entry in whole.inventory if entry.asset in assets),
        )
    yield from check_facts(whole, today, assets, workspace.shown(file))


def load_shared(workspace: Workspace, workers: Workers = HERE) -> Shared:
    """The catalogue, and every problem of catalogue and templates, sorted."""
    catalog, problems = load_catalog(workspace)
    if catalog is None:
        return Shared(None, tuple(sorted(set(problems))))
    held = workers.once(lambda: _checked(workspace, catalog, workers), shared_sources(workspace))
    problems += [Problem(**one) for one in json.loads(held)]
    return Shared(catalog, tuple(sorted(set(problems))))


def _checked(workspace: Workspace, catalog: Catalog, workers: Workers) -> bytes:
    """JSON of the problems of a catalogue and its templates."""
    # who needs the catalogue alone opens no template, and need not wait for the libraries that do
    from pipeline.lint.templates import check_templates

    names = {schema for schema, _ in CODES.values()} | {"profile"}
    schemas = {name: load_schema(workspace.schemas / f"{name}.schema.json") for name in sorted(names)}
    problems = [*check_catalog(catalog, schemas), *check_templates(workspace, catalog, workers.executor)]
    return json.dumps([asdict(problem) for problem in problems]).encode()


def read_valid(workspace: Workspace, path: Path, kind: str) -> tuple[Any, list[Problem]]:
    """What can be checked further of a file, and its problems so far."""
    shown = workspace.shown(path)
    value, problems = load_json(path, shown)
    if value is None:
        return None, problems
    schema = workspace.schemas / f"{kind}.schema.json"
    found = [*validate(value, schema, shown), *undrawable(value, shown)]
    if found:
        from pipeline.schema_errors import checkable

        value = checkable(value, schema)
    return value, problems + found


def latest_assessment(workspace: Workspace, folder: Path, as_of: date | None) -> tuple[Path | None, list[Problem]]:
    """File of the latest risk analysis on or before `as_of`."""
    held = folder / "assessments"
    where = workspace.shown(held)
    dated: list[tuple[date, Path]] = []
    problems: list[Problem] = []
    for path in sorted(held.glob("*.json")) if held.is_dir() else ():
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", path.stem):
                raise ValueError
            dated.append((date.fromisoformat(path.stem), path))
        except ValueError:
            problems.append(
                Problem(
                    workspace.shown(path),
                    "The name of the file is not a date.",
                    "Name it YYYY-MM-DD.json, after the day of the analysis.",
                )
            )
    usable = [entry for entry in dated if as_of is None or entry[0] <= as_of]
    if not usable:
        when = " on or before the given day" if dated else ""
        problems.append(
            Problem(
                where, f"There is no risk analysis{when}.", "Put one there as YYYY-MM-DD.json; without it nothing can be built."
            )
        )
    return (max(usable)[1] if usable else None), problems


def _load_look(workspace: Workspace, folder: Path, profile: Profile) -> tuple[Look | None, list[Problem]]:
    problems: list[Problem] = []
    pictures: dict[str, bytes | None] = {}
    for pointer, name in (("practice/logo", profile.practice.logo), ("consultant/logo", profile.consultant.logo)):
        pictures[pointer] = None
        if name is None:
            continue
        shown = workspace.shown(folder / name)
        data, found = read_bounded(folder / name, shown, MAX_PICTURE)
        problems += found
        if not found:
            try:
                pictures[pointer] = read_picture(data)
            except BadPicture as error:
                problems.append(Problem(shown, f"The picture cannot be used. {error}", "Save it anew as PNG, at most 2 MB."))
    colour = profile.practice.colour[1:].upper()
    return (None if problems else Look(colour, pictures["practice/logo"], pictures["consultant/logo"])), problems


def _held(folder: Path, records: Sequence[Record]) -> list[Path]:
    return [path for record in records for path in record_paths(folder, record)]


def _hashes(workspace: Workspace, folder: Path, analyses: Sequence[Path], profile: Profile) -> dict[str, str]:
    """What shapes the package: the practice's own files, the catalogue, the schemas' versions and the templates."""
    names = filter(None, (profile.practice.logo, profile.consultant.logo))
    paths = [
        folder / "profile.json",
        *analyses,
        *(folder / name for name in names),
        *catalog_files(workspace),
        *workspace.template_files(),
    ]
    return {workspace.shown(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(set(paths))}
