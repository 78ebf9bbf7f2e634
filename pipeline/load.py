"""Everything one practice is built from, read and checked; every problem at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.assessment.model import Assessment
from pipeline.catalog import FILES, Catalog, load_catalog
from pipeline.check.assessment import check_assessment
from pipeline.check.catalog import check_catalog
from pipeline.check.profile import check_profile
from pipeline.errors import Problem, ProblemsFound, UsageError
from pipeline.lint import templates as lint_templates
from pipeline.loading import load_json, read_bounded
from pipeline.pdf.fonts import undrawable
from pipeline.plan import Plan, make_plan
from pipeline.practice import Profile
from pipeline.records import structure
from pipeline.render.look import BadPicture, Look, read_picture
from pipeline.schema import checkable, load_schema, validate
from pipeline.workspace import Workspace

EDITION = re.compile(r"[0-9]{4}\.[1-9][0-9]{0,3}")
MAX_PICTURE = 2_000_000


@dataclass(frozen=True)
class Loaded:
    """A practice without problems. inputs: path in the workspace → sha256 of what was read."""

    catalog: Catalog
    profile: Profile
    raw_profile: Mapping[str, Any]
    assessment: Assessment
    plan: Plan
    look: Look
    templates: Mapping[str, bytes]
    as_of: date
    edition: str
    inputs: Mapping[str, str]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Shared:
    """What all practices of a firm have in common; no catalogue where its files have problems."""

    catalog: Catalog | None
    problems: tuple[Problem, ...]


def load_practice(
    workspace: Workspace,
    slug: str,
    *,
    as_of: date | None = None,
    edition: str | None = None,
    strict: bool = False,
    shared: Shared | None = None,
) -> Loaded:
    """The practice with everything it is built from.

    as_of: default the date of its latest assessment. edition: default `<year of as_of>.1`. shared: where many practices
    are loaded, so that catalogue and templates are checked once.
    Raises ProblemsFound with every problem (with `strict` also where there are only warnings), UsageError for a wrong call.
    """
    folder = workspace.practice(slug)
    if edition is not None and not EDITION.fullmatch(edition):
        raise UsageError("An edition is written <year>.<number>, for example 2026.1.")
    shared = shared or load_shared(workspace)
    catalog, problems = shared.catalog, list(shared.problems)
    raw, found = _valid_json(workspace, folder / "profile.json", "profile")
    problems += found
    profile = structure(raw, Profile) if raw is not None else None
    look = None
    if profile is not None:
        shown = workspace.shown(folder / "profile.json")
        problems += check_profile(profile, slug, shown)
        problems += undrawable(raw, shown)
        look, found = _load_look(workspace, folder, profile)
        problems += found
    file, found = _latest_assessment(workspace, folder, as_of)
    problems += found
    raw_assessment, found = _valid_json(workspace, file, "assessment") if file else (None, [])
    problems += found
    assessment = structure(raw_assessment, Assessment) if raw_assessment is not None else None
    if assessment and profile and catalog and file:
        shown = workspace.shown(file)
        problems += check_assessment(assessment, profile, raw, catalog, file.stem, shown)
        problems += undrawable(raw_assessment, shown)
    serious = [problem for problem in problems if strict or not problem.warning]
    if serious or not (assessment and profile and catalog and look and file):
        raise ProblemsFound(problems)
    day = as_of or assessment.date
    templates = {path.name: path.read_bytes() for path in lint_templates.template_files(workspace)}
    return Loaded(
        catalog=catalog,
        profile=profile,
        raw_profile=raw,
        assessment=assessment,
        plan=make_plan(catalog, raw),
        look=look,
        templates=templates,
        as_of=day,
        edition=edition or f"{day.year}.1",
        inputs=_hashes(workspace, folder, file, profile),
        warnings=tuple(sorted(problems)),
    )


def load_shared(workspace: Workspace) -> Shared:
    """The catalogue, and every problem of catalogue and templates, sorted."""
    catalog, problems = load_catalog(workspace)
    if catalog is None:
        return Shared(None, tuple(sorted(set(problems))))
    schemas = {name: load_schema(workspace.schemas / f"{name}.schema.json") for name in ("profile", "assessment", "tasks")}
    problems += check_catalog(catalog, schemas)
    problems += lint_templates.check_templates(workspace, catalog)
    return Shared(catalog, tuple(sorted(set(problems))))


def _valid_json(workspace: Workspace, path: Path, kind: str) -> tuple[Any, list[Problem]]:
    """What can be checked further of a file, and its problems so far."""
    shown = workspace.shown(path)
    value, problems = load_json(path, shown)
    if value is None:
        return None, problems
    schema = workspace.schemas / f"{kind}.schema.json"
    found = validate(value, schema, shown)
    return (checkable(value, schema) if found else value), problems + found


def _latest_assessment(workspace: Workspace, folder: Path, as_of: date | None) -> tuple[Path | None, list[Problem]]:
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


def _hashes(workspace: Workspace, folder: Path, assessment: Path, profile: Profile) -> dict[str, str]:
    """What shapes the package: the practice's own files, the catalogue, the schemas' versions and the templates."""
    names = filter(None, (profile.practice.logo, profile.consultant.logo))
    paths = [
        folder / "profile.json",
        assessment,
        *(folder / name for name in names),
        *(workspace.catalog / f"{name}.toml" for name in ("catalog", *FILES)),
        *lint_templates.template_files(workspace),
    ]
    return {workspace.shown(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(set(paths))}
