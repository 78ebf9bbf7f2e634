"""The run on one screen: load, check, plan, render, convert, bind, publish."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.binder import Bound, make_binder
from pipeline.catalog import Report
from pipeline.context import Inputs, names_for
from pipeline.errors import Problem, ProblemsFound
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import Loaded, load_practice
from pipeline.pdf.convert import Engine, engine
from pipeline.primitives import primitives
from pipeline.publish import one_at_a_time, publish
from pipeline.render.excel.fill import DoesNotFit, render_excel
from pipeline.render.jinja import TemplateError, without_value
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

# what shapes the bytes of a package
LIBRARIES = (
    "docxtpl",
    "python-docx",
    "Jinja2",
    "openpyxl",
    "pypdf",
    "lxml",
    "pillow",
    "fonttools",
    "fontpkg-atkinson-hyperlegible",
)


@dataclass(frozen=True)
class Options:
    """What a build can be told. output: folder that gets `<slug>/<edition>/`."""

    as_of: date | None = None
    edition: str | None = None
    output: Path | None = None
    strict: bool = False
    pdf_engine: str = "dxpdf"


@dataclass(frozen=True)
class Built:
    target: Path
    pages: int
    documents: int
    warnings: tuple[Problem, ...]


def build(workspace: Workspace, slug: str, options: Options, told: Callable[[str], None]) -> Built:
    """Build and publish the package of one practice; `told` hears about progress. Raises BinderError."""
    told("Reading and checking")
    loaded = load_practice(workspace, slug, as_of=options.as_of, edition=options.edition, strict=options.strict)
    target = (options.output or workspace.build) / slug / loaded.edition
    with one_at_a_time(target):
        inputs = to_inputs(loaded)
        told(f"Writing {len(loaded.plan.artifacts)} documents")
        rendered = render_all(inputs, loaded)
        drawing = engine(options.pdf_engine)
        bound = make_binder(inputs, rendered, loaded.templates, loaded.look, drawing, told)
        complete = rendered | dict(bound.numbered)
        problems = [p for a in loaded.plan.artifacts if a.id in bound.numbered for p in find_leftovers(complete[a.id], a.path)]
        if problems:
            raise ProblemsFound(problems)
        files = {artifact.path: complete[artifact.id] for artifact in loaded.plan.artifacts} | {"binder.pdf": bound.pdf}
        publish(target, files, make_manifest(loaded, bound, files, drawing))
    return Built(target, bound.paging.total, len(loaded.plan.artifacts), loaded.warnings)


def to_inputs(loaded: Loaded) -> Inputs:
    return Inputs(
        catalog=loaded.catalog,
        profile=loaded.profile,
        assessment=loaded.assessment,
        plan=loaded.plan,
        edition=loaded.edition,
        as_of=loaded.as_of,
        changes=loaded.changes,
        records=loaded.records,
        raw=loaded.raw_profile,
    )


def render_all(inputs: Inputs, loaded: Loaded) -> dict[str, bytes]:
    """Artifact id → file, in the order of the plan, but for those that print page numbers.

    ProblemsFound with every document that could not be made.
    """
    rendered: dict[str, bytes] = {}
    problems: list[Problem] = []
    for artifact in loaded.plan.artifacts:
        if isinstance(artifact.source, Report) and artifact.source.numbered:
            continue
        render = render_word if artifact.is_word else render_excel
        shown = f"{'templates_docx' if artifact.is_word else 'forms_xlsx'}/{artifact.template}"
        try:
            data = render(loaded.templates[artifact.template], primitives(names_for(inputs, artifact)), loaded.look, inputs.as_of)
        except TemplateError as error:
            problems.append(without_value(shown, error))
            continue
        except DoesNotFit as error:
            problems.append(Problem(shown, f"A text is too long for Excel: {error}.", "Shorten it."))
            continue
        problems += find_leftovers(data, artifact.path)
        rendered[artifact.id] = data
    if problems:
        raise ProblemsFound(problems)
    return rendered


def make_manifest(loaded: Loaded, bound: Bound, files: Mapping[str, bytes], drawing: Engine) -> dict[str, Any]:
    """manifest.json; schemas/manifest.schema.json says what each key means."""
    entries = [
        {
            "id": artifact.id,
            "title": artifact.title,
            "section": artifact.section,
            "path": artifact.path,
            "sha256": hashlib.sha256(files[artifact.path]).hexdigest(),
            "pages": bound.paging.lengths.get(artifact.id),
            "binder_page": bound.paging.documents.get(artifact.id),
        }
        for artifact in loaded.plan.artifacts
    ]
    binder = {
        "id": "BINDER",
        "title": "HIPAA Security Package",
        "section": "",
        "path": "binder.pdf",
        "sha256": hashlib.sha256(files["binder.pdf"]).hexdigest(),
        "pages": bound.paging.total,
        "binder_page": None,
    }
    return {
        "schema": "manifest/1",
        "practice": loaded.profile.practice.slug,
        "edition": loaded.edition,
        "as_of": loaded.as_of.isoformat(),
        "law_as_of": loaded.catalog.law_as_of.isoformat(),
        "inputs": dict(loaded.inputs),
        "tools": {
            "binder": __version__,
            "python": platform.python_version(),
            drawing.name: drawing.version,
            **{name: version(name) for name in LIBRARIES},
        },
        "left_out": [{"id": entry.id, "title": entry.title, "reason": entry.reason} for entry in loaded.plan.left_out],
        "artifacts": [binder, *entries],
    }
