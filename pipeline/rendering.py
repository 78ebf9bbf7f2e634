"""From facts to files: the names of each document, and what its template makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pipeline.context import Inputs, names_for
from pipeline.errors import Problem, ProblemsFound
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import Loaded
from pipeline.plan import Artifact
from pipeline.primitives import primitives
from pipeline.render.excel.fill import DoesNotFit, render_excel
from pipeline.render.ics import render_ics
from pipeline.render.jinja import TemplateError, without_value
from pipeline.render.parts import UnsafeFile
from pipeline.render.slides import SlideOverflows, render_slides
from pipeline.render.word import render_word

Names = Mapping[str, Any]


def to_inputs(loaded: Loaded, approved: date | None = None) -> Inputs:
    """What the documents are made from; approved: day of the approval, for an edition that is issued."""
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
        began=loaded.began,
        approved=approved,
        earlier=tuple(one.earlier for one in loaded.earlier),
    )


def names_of_all(inputs: Inputs, artifacts: Iterable[Artifact]) -> dict[str, Names]:
    """Artifact id → what its template may print, as JSON primitives."""
    return {artifact.id: primitives(names_for(inputs, artifact)) for artifact in artifacts}


def render_all(inputs: Inputs, loaded: Loaded, names: Mapping[str, Names] | None = None) -> dict[str, bytes]:
    """Artifact id → file, in the order of the plan; names: of which, default all that neither print page numbers nor compare.

    ProblemsFound with every document that could not be made.
    """
    if names is None:
        names = names_of_all(inputs, [artifact for artifact in inputs.plan.artifacts if artifact.is_first])
    rendered: dict[str, bytes] = {}
    problems: list[Problem] = []
    for artifact in inputs.plan.artifacts:
        if artifact.id not in names:
            continue
        shown = artifact.template_path or artifact.id
        try:
            data = render(artifact, names[artifact.id], loaded, inputs.as_of)
            problems += find_leftovers(data, artifact.path)
        except TemplateError as error:
            problems.append(without_value(shown, error))
            continue
        except DoesNotFit as error:
            problems.append(Problem(shown, f"A text is too long for Excel: {error}.", "Shorten it."))
            continue
        except SlideOverflows as error:
            problems.append(Problem(f"catalog/slides.toml, {artifact.id}", f"Slides are too full: {error}.", "Shorten them."))
            continue
        except UnsafeFile as error:
            problems.append(Problem(shown, "The template cannot be used.", str(error)))
            continue
        rendered[artifact.id] = data
    if problems:
        raise ProblemsFound(problems)
    return rendered


def render(artifact: Artifact, names: Names, loaded: Loaded, day: date) -> bytes:
    """One file of the package, by its suffix; names: JSON primitives. Raises TemplateError, DoesNotFit, SlideOverflows."""
    match artifact.path.rsplit(".", 1)[1]:
        case "docx":
            return render_word(loaded.templates[artifact.template], names, loaded.look, day)
        case "xlsx":
            return render_excel(loaded.templates[artifact.template], names, loaded.look, day)
        case "pptx":
            return render_slides(names, loaded.look, day)
        case "ics":
            return render_ics(names, day)
        case suffix:
            raise ValueError(f"nothing writes files that end in .{suffix}")
