"""From rendered documents to the bound binder: what goes on paper, front matter, page numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from pipeline.context import letterhead_names, names_for
from pipeline.context.common import Inputs
from pipeline.context.front import Paging, divider_names, front_names, section_names
from pipeline.errors import ConversionError, ProblemsFound
from pipeline.names import CommonNames
from pipeline.pdf.bind import Part, Properties, bind, count_pages, first_pages
from pipeline.pdf.convert import Engine, Source
from pipeline.plan import Artifact
from pipeline.primitives import packed, primitives
from pipeline.render.draft import MARK
from pipeline.render.excel.read import read_sheets
from pipeline.render.jinja import TemplateError, without_value
from pipeline.render.look import Look
from pipeline.render.paper import lay_out
from pipeline.render.word import render_word
from pipeline.work import HERE, Workers

COVER, CONTENTS = "Cover", "Contents"
CONTENTS_SUMMARY = "What this package holds, and on which page."
TEMPLATES = ("cover.docx", "contents.docx", "divider.docx", "paper-portrait.docx", "paper-landscape.docx")


@dataclass(frozen=True)
class Bound:
    """The binder, its pages, and the documents that print them (artifact id → file)."""

    pdf: bytes
    paging: Paging
    numbered: Mapping[str, bytes]


def on_paper(
    inputs: Inputs, rendered: Mapping[str, bytes], templates: Mapping[str, bytes], look: Look, workers: Workers = HERE
) -> list[Source]:
    """The rendered documents (artifact id → file) that are bound, as they go to the PDF engine, in the order of the plan.

    A workbook is laid out on the letterhead.
    """
    artifacts = [artifact for artifact in inputs.plan.artifacts if artifact.bound and artifact.id in rendered]
    papers = {
        artifact.id: workers.start(paper_of, *_sheet(inputs, artifact, rendered[artifact.id], templates, look))
        for artifact in artifacts
        if not artifact.is_word
    }
    return [
        Source(a.id, a.path.rsplit(".", 1)[1], rendered[a.id], papers[a.id].result() if a.id in papers else rendered[a.id])
        for a in artifacts
    ]


def _sheet(
    inputs: Inputs, artifact: Artifact, data: bytes, templates: Mapping[str, bytes], look: Look
) -> tuple[bytes, bytes, bytes, str, Look, date]:
    """What `paper_of` needs for one workbook."""
    names = packed(primitives(letterhead_names(inputs, artifact)))
    return data, templates["paper-portrait.docx"], templates["paper-landscape.docx"], names, look, inputs.as_of


def paper_of(workbook: bytes, portrait: bytes, landscape: bytes, names: str, look: Look, day: date) -> bytes:
    """The Word document that prints a workbook; portrait, landscape: templates of the letterhead; names: as JSON."""
    sheets = read_sheets(workbook)
    template = landscape if sheets[0].landscape else portrait
    return lay_out(render_word(template, json.loads(names), look, day, packed=False), sheets)


def make_binder(
    inputs: Inputs,
    rendered: Mapping[str, bytes],
    templates: Mapping[str, bytes],
    look: Look,
    engine: Engine,
    told: Callable[[str], None],
    workers: Workers = HERE,
) -> Bound:
    """Convert all documents, then what prints page numbers, and bind them.

    rendered: artifact id → file, of those that print no page numbers. Front matter and numbered documents are drawn again
    where their own length moves the numbers.
    """
    artifacts = [artifact for artifact in inputs.plan.artifacts if artifact.bound]
    # a section whose documents are all for the screen has its divider and its lines in the contents too
    folders = list(dict.fromkeys(artifact.section for artifact in inputs.plan.artifacts))
    late = [artifact for artifact in artifacts if artifact.id not in rendered]
    told(f"Drawing {len(artifacts)} documents with {engine.name}")
    sources = on_paper(inputs, rendered, templates, look, workers)
    # of the front matter the contents are the longest by far, and only their length counts so far
    guess = _page(inputs, folders, [1] * (2 + len(folders)), dict.fromkeys((a.id for a in artifacts), 1))
    write = partial(_written, inputs, templates, look, workers)
    drafts = write([*_numbered(inputs, late, guess), *_front(inputs, guess, only=CONTENTS)])
    made = engine.convert([*sources, *drafts])
    pdfs = dict(zip((*(source.id for source in sources), *(artifact.id for artifact in late)), made, strict=False))
    lengths = {id: count_pages(pdf) for id, pdf in pdfs.items()}
    ahead = [1, count_pages(made[-1]), *[1] * len(folders)]
    for _ in range(5):
        paging = _page(inputs, folders, ahead, lengths)
        told("Numbering the pages")
        written = write([*_front(inputs, paging), *_numbered(inputs, late, paging)])
        numbered = written[len(written) - len(late) :]
        drawn = engine.convert(written)
        fronts, anew = drawn[: len(drawn) - len(late)], dict(zip((a.id for a in late), drawn[-len(late) :], strict=False))
        pdfs |= anew
        settled, ahead = (ahead, lengths), [count_pages(pdf) for pdf in fronts]
        lengths = lengths | {id: count_pages(pdf) for id, pdf in anew.items()}
        if (ahead, lengths) == settled:
            break
    else:
        raise ConversionError("The page numbers do not settle: the length of the contents changes with each numbering.")
    told(f"Binding {paging.total} pages")
    parts = _parts(inputs, folders, fronts, pdfs)
    practice = inputs.profile.practice
    properties = Properties(
        title=f"HIPAA Security Package, {practice.name}, edition {inputs.edition}",
        author=practice.legal_name,
        subject="Risk analysis, policies and procedures, forms and logs under 45 CFR part 164",
        day=inputs.as_of,
        mark="" if inputs.approved else MARK,
    )
    unbound = {artifact.path.rsplit("/", 1)[1] for artifact in inputs.plan.artifacts if not artifact.bound}
    return Bound(bind(parts, properties, unbound), paging, {source.id: source.data for source in numbered})


def _numbered(inputs: Inputs, late: Sequence[Artifact], paging: Paging) -> list[tuple[str, str, CommonNames]]:
    """The documents of the package that print pages of the binder; they are Word documents."""
    return [(a.id, a.template, names_for(inputs, a, paging)) for a in late]


def _written(
    inputs: Inputs,
    templates: Mapping[str, bytes],
    look: Look,
    workers: Workers,
    wanted: Sequence[tuple[str, str, CommonNames]],
) -> list[Source]:
    """Word documents as they go to the PDF engine, of (id, template, names); ProblemsFound where a name is not there."""
    waiting = [
        workers.start(_drawing, f"templates_docx/{template}", templates[template], packed(primitives(names)), look, inputs.as_of)
        for _, template, names in wanted
    ]
    made = [future.result() for future in waiting]
    return [Source(id, "docx", data, data) for (id, _, _), data in zip(wanted, made, strict=True)]


def _drawing(shown: str, template: bytes, names: str, look: Look, day: date) -> bytes:
    try:
        return render_word(template, json.loads(names), look, day)
    except TemplateError as error:
        raise ProblemsFound([without_value(shown, error)]) from error


def _page(inputs: Inputs, folders: Sequence[str], ahead: Sequence[int], lengths: Mapping[str, int]) -> Paging:
    """ahead: pages of cover, contents and the divider of each folder."""
    order: list[tuple[str, int]] = [(COVER, ahead[0]), (CONTENTS, ahead[1])]
    for folder, length in zip(folders, ahead[2:], strict=True):
        order.append((folder, length))
        order += [(a.id, lengths[a.id]) for a in inputs.plan.artifacts if a.section == folder and a.bound]
    starts = dict(zip((name for name, _ in order), first_pages([length for _, length in order]), strict=True))
    return Paging(
        sections={folder: starts[folder] for folder in folders},
        documents={artifact.id: starts[artifact.id] for artifact in inputs.plan.artifacts if artifact.bound},
        lengths=lengths,
        total=sum(length for _, length in order),
    )


def _front(inputs: Inputs, paging: Paging, only: str | None = None) -> list[tuple[str, str, CommonNames]]:
    """Cover, contents, then a divider for each section; or the one of them that is named."""
    wanted: list[tuple[str, str, CommonNames]] = [
        (COVER, "cover.docx", front_names(inputs, paging, COVER, CONTENTS_SUMMARY)),
        (CONTENTS, "contents.docx", front_names(inputs, paging, CONTENTS, CONTENTS_SUMMARY)),
        *((f"divider {s.number}", "divider.docx", divider_names(inputs, s)) for s in section_names(inputs, paging)),
    ]
    return [one for one in wanted if only in (None, one[0])]


def _parts(inputs: Inputs, folders: Sequence[str], fronts: Sequence[bytes], pdfs: Mapping[str, bytes]) -> list[Part]:
    titles = {section.folder: section.title for section in inputs.catalog.sections}
    parts = [Part("HIPAA Security Package", 0, fronts[0]), Part(CONTENTS, 0, fronts[1])]
    for folder, divider in zip(folders, fronts[2:], strict=True):
        parts.append(Part(titles[folder], 0, divider))
        for artifact in inputs.plan.artifacts:
            if artifact.section == folder and artifact.bound:
                name = artifact.path.rsplit("/", 1)[1]
                parts.append(Part(f"{artifact.id} {artifact.title}", 1, pdfs[artifact.id], name))
    return parts
