"""From facts to files: the names of each document, and what its template makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pipeline.context import Inputs, names_for
from pipeline.errors import Problem, ProblemsFound
from pipeline.inputs import to_inputs as to_inputs
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import Loaded
from pipeline.plan import Artifact
from pipeline.primitives import packed, primitives
from pipeline.render.excel.fill import DoesNotFit, render_excel
from pipeline.render.ics import render_ics
from pipeline.render.jinja import TemplateError, without_value
from pipeline.render.look import Look
from pipeline.render.parts import UnsafeFile
from pipeline.render.slides import SlideOverflows, render_slides
from pipeline.render.word import render_word
from pipeline.work import HERE, Workers

Names = Mapping[str, Any]


def names_of_all(inputs: Inputs, artifacts: Iterable[Artifact]) -> dict[str, Names]:
    """Artifact id → what its template may print, as JSON primitives."""
    return {artifact.id: primitives(names_for(inputs, artifact)) for artifact in artifacts}


def render_all(
    inputs: Inputs, loaded: Loaded, names: Mapping[str, Names] | None = None, workers: Workers = HERE
) -> dict[str, bytes]:
    """Artifact id → file, in the order of the plan; names: of which, default all that neither print page numbers nor compare.

    ProblemsFound with every document that could not be made.
    """
    if names is None:
        names = names_of_all(inputs, [artifact for artifact in inputs.plan.artifacts if artifact.is_first])
    waiting = {
        artifact.id: workers.start(render, *asked(artifact, names[artifact.id], loaded, inputs.as_of))
        for artifact in inputs.plan.artifacts
        if artifact.id in names
    }
    rendered: dict[str, bytes] = {}
    problems: list[Problem] = []
    for id, future in waiting.items():
        try:
            rendered[id] = future.result()
        except ProblemsFound as error:
            problems += error.problems
    if problems:
        raise ProblemsFound(problems)
    return rendered


def asked(artifact: Artifact, names: Names, loaded: Loaded, day: date) -> tuple[str, str, bytes, str, Look, date]:
    """What `render` needs for one document."""
    template = loaded.templates[artifact.template] if artifact.template else b""
    return artifact.path, artifact.template_path or artifact.id, template, packed(names), loaded.look, day


def render(path: str, shown: str, template: bytes, names: str, look: Look, day: date) -> bytes:
    """One file of the package, by its suffix. shown: how problems call its template; names: as JSON. Raises ProblemsFound."""
    given = json.loads(names)
    try:
        data = _rendered(path.rsplit(".", 1)[1], template, given, look, day)
        problems = list(find_leftovers(data, path))
    except TemplateError as error:
        raise ProblemsFound([without_value(shown, error)]) from error
    except DoesNotFit as error:
        raise ProblemsFound([Problem(shown, f"A text is too long for Excel: {error}.", "Shorten it.")]) from error
    except SlideOverflows as error:
        where = f"catalog/slides.toml, {shown}"
        raise ProblemsFound([Problem(where, f"Slides are too full: {error}.", "Shorten them.")]) from error
    except UnsafeFile as error:
        raise ProblemsFound([Problem(shown, "The template cannot be used.", str(error))]) from error
    if problems:
        raise ProblemsFound(problems)
    return data


def _rendered(suffix: str, template: bytes, names: Names, look: Look, day: date) -> bytes:
    match suffix:
        case "docx":
            return render_word(template, names, look, day)
        case "xlsx":
            return render_excel(template, names, look, day)
        case "pptx":
            return render_slides(names, look, day)
        case "ics":
            return render_ics(names, day)
    raise ValueError(f"nothing writes files that end in .{suffix}")
